import { expect, test } from "vitest";
import { dateRange, includesNow, lengthInDays, parseRange, writeRange } from "./range";

const evening = new Date("2026-03-01T23:30:00Z");

test("last 30 days end with today as the site's clocks show it", () => {
  expect(dateRange({ word: "last30" }, evening, "UTC")).toEqual(["2026-01-31", "2026-03-01"]);
  expect(dateRange({ word: "last30" }, evening, "Europe/Berlin")).toEqual(["2026-02-01", "2026-03-02"]);
});

test("a word of the API goes to the API", () => {
  expect(dateRange({ word: "12mo" }, evening, "UTC")).toBe("12mo");
});

test("own days come back from the address, both counted", () => {
  const range = parseRange("2026-02-27..2026-03-01");
  expect(range).toEqual({ from: "2026-02-27", to: "2026-03-01" });
  expect(range && writeRange(range)).toBe("2026-02-27..2026-03-01");
  expect(range && lengthInDays(range)).toBe(3);
});

test.each(["2026-03-02..2026-03-01", "2026-02-30..2026-03-01", "2026-3-1..2026-03-02", "..", "30d", "constructor"])(
  "%s is no period",
  (written) => expect(parseRange(written)).toBeNull(),
);

test("a period that ended yesterday no longer grows", () => {
  expect(includesNow({ from: "2026-02-01", to: "2026-02-28" }, evening, "UTC")).toBe(false);
  expect(includesNow({ from: "2026-02-01", to: "2026-03-01" }, evening, "UTC")).toBe(true);
});
