import { expect, test } from "vitest";
import { namedRows } from "./rows";

test("rows are named for what they stand for, and a visit with its state is one", () => {
  expect(namedRows({ visit_state: 1, visits: 1, events: 1_200 })).toBe("1,200 events and 1 visit");
  expect(namedRows({ rejected_events: 2, unheard_of: 1, visits: 0 })).toBe("2 refused events and 1 row of unheard_of");
  expect(namedRows({})).toBe("");
});
