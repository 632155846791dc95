import { expect, test } from "vitest";
import type { Annotation } from "../api/annotations";
import { marksOf } from "./marks";

const note = (id: string, date: string | null, at: string | null): Annotation => ({
  id,
  site: "shop",
  text: id,
  author: null,
  date,
  at,
  createdAt: "2026-03-01T00:00:00Z",
});
const found = (notes: Annotation[], labels: string[], interval: "hour" | "day" | "week" | "month", zone = "UTC") =>
  marksOf(notes, labels, interval, zone).map(({ label, notes: of }) => [label, of.map(({ id }) => id)]);

test("a note stands at the bucket that holds its day or instant, in the site's zone", () => {
  const late = note("late", null, "2026-03-01T23:30:00Z");
  const days = ["2026-03-01", "2026-03-02"];
  expect(found([late], days, "day")).toEqual([["2026-03-01", ["late"]]]);
  expect(found([late], days, "day", "Europe/Berlin")).toEqual([["2026-03-02", ["late"]]]);
  expect(found([note("launch", "2026-03-04", null)], ["2026-02-23", "2026-03-02"], "week")).toEqual([
    ["2026-03-02", ["launch"]],
  ]);
  expect(found([note("launch", "2026-03-04", null)], ["2026-03-01"], "month")).toEqual([["2026-03-01", ["launch"]]]);
});

test("a day among hours stands at its first, and notes of one bucket stand together in their order", () => {
  const hours = ["2026-03-01 23:00:00", "2026-03-02 00:00:00", "2026-03-02 01:00:00"];
  const notes = [note("second", null, "2026-03-02T00:40:00Z"), note("first", "2026-03-02", null)];
  expect(found(notes, hours, "hour")).toEqual([["2026-03-02 00:00:00", ["first", "second"]]]);
});

test("what lies outside of the period is left out", () => {
  expect(found([note("old", "2025-03-02", null)], ["2026-03-01", "2026-03-02"], "day")).toEqual([]);
});
