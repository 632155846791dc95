import { expect, test } from "vitest";
import { ceilingOf } from "./Minutes";

test("the scale ends at a round number at or above the highest bar", () => {
  expect([0, 4, 5, 11, 21, 40, 41, 150, 1_000].map(ceilingOf)).toEqual([4, 4, 10, 20, 40, 40, 100, 200, 1_000]);
});
