import { expect, test } from "vitest";
import { beside, paragraphsOf } from "./tooltip";

test("words stand after the pointer, before it where they would stick out, and never outside", () => {
  expect(beside(100, 80, 400)).toBe(116);
  expect(beside(350, 80, 400)).toBe(254);
  expect(beside(310, 290, 320)).toBe(4);
  expect(beside(160, 300, 320)).toBe(0);
});

test("a point is told with what it is compared with, each in a paragraph", () => {
  const point = { label: "2026-03-02", value: 1234, running: true, before: 7, beforeLabel: "2026-02-02" };
  expect(paragraphsOf(point, { points: [], metric: "visitors", interval: "day" })).toEqual([
    "Mon, Mar 2, 2026 (so far)\nVisitors: 1,234",
    "Mon, Feb 2, 2026\nVisitors: 7",
  ]);
  expect(
    paragraphsOf({ ...point, running: false, before: null }, { points: [], metric: "bounce_rate", interval: "day" }),
  ).toHaveLength(1);
});
