import { expect, test } from "vitest";
import type { Point } from "../overview/points";
import { linesOf, lonely } from "./lines";

const point = (value: number | null, running = false): Point => ({
  label: "",
  value,
  running,
  before: value,
  beforeLabel: "",
});

test("the bucket that still grows hangs on the one before it", () => {
  expect(linesOf([point(3), point(5), point(1, true)])).toEqual({
    before: [3, 5, 1],
    finished: [3, 5, null],
    running: [null, 5, 1],
  });
});

test("a bucket alone is drawn as it is, and no line runs where all have ended", () => {
  expect(linesOf([point(4, true)])).toMatchObject({ finished: [4], running: [null] });
  expect(linesOf([point(3), point(5)])).toMatchObject({ finished: [3, 5], running: [null, null] });
});

test("values without any beside them are found", () => {
  expect(lonely([4])).toEqual([0]);
  expect(lonely([4, null, 0, null, 1, 2, null])).toEqual([0, 2]);
  expect(lonely([null, null])).toEqual([]);
});
