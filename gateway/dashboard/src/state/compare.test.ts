import { expect, test } from "vitest";
import { comparedRange, compareJson } from "./compare";

const noon = new Date("2026-03-04T11:00:00Z");
const zone = "Europe/Berlin";

test("a period that is over is compared as the API does it", () => {
  const range = { from: "2026-02-01", to: "2026-02-07" };
  expect(compareJson("previous", false, range, noon, zone)).toBe("previous_period");
  expect(compareJson("year", true, range, noon, zone)).toEqual({ mode: "year_over_year", match_day_of_week: true });
});

test("today until noon is compared with yesterday until noon", () => {
  expect(compareJson("previous", false, { word: "day" }, noon, zone)).toEqual({
    custom: ["2026-03-02T23:00:00.000Z", "2026-03-03T11:00:00.000Z"],
  });
});

test("a running week is compared with as much of the one before, or of the same weekdays a year ago", () => {
  expect(compareJson("previous", false, { word: "last7" }, noon, "UTC")).toEqual({
    custom: ["2026-02-19T00:00:00.000Z", "2026-02-25T11:00:00.000Z"],
  });
  // 2026-02-26 is a Thursday, 2025-02-26 a Wednesday.
  expect(compareJson("year", true, { word: "last7" }, noon, "UTC")).toEqual({
    custom: ["2025-02-27T00:00:00.000Z", "2025-03-05T11:00:00.000Z"],
  });
});

test("days over a change of clocks keep their wall-clock time", () => {
  const sunday = new Date("2026-03-29T10:00:00Z");
  expect(compareJson("previous", false, { word: "day" }, sunday, zone)).toEqual({
    custom: ["2026-03-27T23:00:00.000Z", "2026-03-28T11:00:00.000Z"],
  });
});

test("all time stands beside nothing", () => {
  expect(compareJson("previous", false, { word: "all" }, noon, zone)).toBeUndefined();
  expect(compareJson("off", false, { word: "day" }, noon, zone)).toBeUndefined();
});

test("the compared period itself is said for questions that compare nothing", () => {
  const range = { from: "2026-02-01", to: "2026-02-07" };
  expect(comparedRange("previous", false, range, noon, zone)).toEqual(["2026-01-25", "2026-01-31"]);
  expect(comparedRange("year", false, range, noon, zone)).toEqual(["2025-02-01", "2025-02-07"]);
  // 2026-02-01 is a Sunday, 2025-02-01 a Saturday.
  expect(comparedRange("year", true, range, noon, zone)).toEqual(["2025-02-02", "2025-02-08"]);
  expect(comparedRange({ from: "2026-01-01", to: "2026-01-02" }, false, range, noon, zone)).toEqual([
    "2026-01-01",
    "2026-01-02",
  ]);
  expect(comparedRange("previous", false, { word: "day" }, noon, zone)).toEqual([
    "2026-03-02T23:00:00.000Z",
    "2026-03-03T11:00:00.000Z",
  ]);
  expect(comparedRange("previous", false, { word: "24h" }, noon, zone)).toBeNull();
  expect(comparedRange("off", false, range, noon, zone)).toBeNull();
});
