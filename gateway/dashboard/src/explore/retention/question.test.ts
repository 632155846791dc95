import { expect, test } from "vitest";
import {
  type Cohort,
  groupsOf,
  inhabited,
  isOpen,
  readRetention,
  retentionJson,
  together,
  writeRetention,
} from "./question";

const RANGE = { word: "last30" } as const;
const cohort = (size: number, returned: number[], unfinished = false, value = ""): Cohort => ({
  period: "2026-03-02",
  value,
  size,
  returned,
  unfinished,
});

test("what is asked is read from the URL as it was written, and the period fits the range", () => {
  const form = readRetention({ begin: "event:join", count: "on_or_after", first: "range", by: "country" }, RANGE);
  expect(form.period).toBe("week");
  expect(readRetention(writeRetention(form, RANGE), RANGE)).toEqual(form);
  expect(readRetention({}, { word: "last7" }).period).toBe("day");
  expect(readRetention({}, { word: "all" }).period).toBe("month");
  expect(retentionJson(form)).toEqual({
    start: { event: "join" },
    period: "week",
    count: "on_or_after",
    first_in_range: true,
    breakdown: "country",
  });
  expect(retentionJson(readRetention({ back: "page:" }, RANGE))).not.toHaveProperty("back");
});

test("all cohorts together leave out what is not over", () => {
  const cohorts = [cohort(10, [10, 4, 2], true), cohort(20, [20, 5], true), cohort(0, [0], true)];
  expect(together(cohorts)).toEqual([
    { back: 30, of: 30 },
    { back: 4, of: 10 },
    { back: 0, of: 0 },
  ]);
  expect(together(cohorts, true)[1]).toEqual({ back: 9, of: 30 });
  expect(together([])).toEqual([]);
  expect(isOpen(cohort(1, [1, 0]), 1)).toBe(false);
});

test("what lies before the first beginner is not shown, a gap after that is", () => {
  const on = (period: string, size: number) => ({ ...cohort(size, [size]), period });
  const all = [on("2026-03-02", 0), on("2026-03-09", 2), on("2026-03-16", 0)];
  expect(inhabited(all).map(({ period }) => period)).toEqual(["2026-03-09", "2026-03-16"]);
  expect(inhabited([on("2026-03-02", 0)])).toEqual([]);
});

test("groups keep the order of the answer", () => {
  const groups = groupsOf([cohort(3, [3], false, "FR"), cohort(1, [1], false, "DE"), cohort(2, [2], false, "FR")]);
  expect(groups.map(({ value, size }) => [value, size])).toEqual([
    ["FR", 5],
    ["DE", 1],
  ]);
});
