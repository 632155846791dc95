import { expect, test } from "vitest";
import { bucketLabel, bucketRange, chooseInterval, hasStarted, isRunning } from "./buckets";

const now = "2026-03-04 14:05:09";

test.each([
  ["2026-03-04 14:00:00", "hour", true],
  ["2026-03-04 13:00:00", "hour", false],
  ["2026-03-04", "day", true],
  ["2026-03-03", "day", false],
  ["2026-03-02", "week", true],
  ["2026-03-03", "week", true],
  ["2026-02-23", "week", false],
  ["2026-03-01", "month", true],
  ["2026-02-10", "month", false],
] as const)("the bucket %s of a %s is running: %s", (label, interval, running) => {
  expect(isRunning(label, interval, now)).toBe(running);
});

test("days to come have not started", () => {
  expect(hasStarted("2026-03-04", now)).toBe(true);
  expect(hasStarted("2026-03-05", now)).toBe(false);
  expect(hasStarted("2026-03-04 15:00:00", now)).toBe(false);
});

test("an interval that does not fit the period gives way to the period's own", () => {
  expect(chooseInterval("hour", 7)).toBe("hour");
  expect(chooseInterval("hour", 30)).toBe("day");
  expect(chooseInterval(null, 1)).toBe("hour");
  expect(chooseInterval(null, 365)).toBe("month");
});

test("a bucket opens as the days it holds", () => {
  expect(bucketRange("2026-03-04 14:00:00", "hour")).toEqual({ from: "2026-03-04", to: "2026-03-04" });
  expect(bucketRange("2026-03-04", "week")).toEqual({ from: "2026-03-02", to: "2026-03-08" });
  expect(bucketRange("2026-02-10", "month")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
  expect(bucketRange("2026-12-01", "month")).toEqual({ from: "2026-12-01", to: "2026-12-31" });
});

test("labels show the site's wall clock wherever the reader is", () => {
  expect(bucketLabel("2026-03-04 14:00:00", "hour", "axis", "en-GB")).toBe("14:00");
  expect(bucketLabel("2026-03-04", "day", "full", "en-GB")).toContain("4 Mar 2026");
  expect(bucketLabel("2026-03-01", "month", "full", "en-GB")).toBe("March 2026");
  expect(bucketLabel("(not set)", "day", "axis", "en-GB")).toBe("(not set)");
});
