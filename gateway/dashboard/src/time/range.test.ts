import { expect, test } from "vitest";
import { dateRange, includesNow, lengthInDays, parseRange, spanOf, stepped, writeRange } from "./range";

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

test("calendar words are the days they hold", () => {
  expect(spanOf({ word: "1mo" }, evening, "UTC")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
  expect(spanOf({ word: "12mo" }, evening, "UTC")).toEqual({ from: "2025-03-01", to: "2026-02-28" });
  expect(spanOf({ word: "month" }, evening, "UTC")).toEqual({ from: "2026-03-01", to: "2026-03-31" });
  expect(spanOf({ word: "last7" }, evening, "UTC")).toEqual({ from: "2026-02-23", to: "2026-03-01" });
});

test("a step back is the days before, of whole months the months before; never into the future", () => {
  expect(stepped({ word: "last7" }, -1, evening, "UTC")).toEqual({ from: "2026-02-16", to: "2026-02-22" });
  expect(stepped({ word: "month" }, -1, evening, "UTC")).toEqual({ from: "2026-02-01", to: "2026-02-28" });
  expect(stepped({ from: "2026-02-01", to: "2026-02-28" }, 1, evening, "UTC")).toEqual({
    from: "2026-03-01",
    to: "2026-03-31",
  });
  expect(stepped({ word: "day" }, 1, evening, "UTC")).toBeNull();
  expect(stepped({ word: "all" }, -1, evening, "UTC")).toBeNull();
});
