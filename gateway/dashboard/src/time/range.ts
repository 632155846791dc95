import { addDays, daysBetween, isDay, today } from "./wall";

/** Presets, in the order they are offered. `last7`, `last30`, `last90` include today; the others are the API's words. */
export const RANGE_WORDS = [
  "day",
  "yesterday",
  "24h",
  "last7",
  "last30",
  "last90",
  "month",
  "1mo",
  "12mo",
  "year",
  "all",
] as const;

export type RangeWord = (typeof RANGE_WORDS)[number];

/** A period: a preset, or two days with both included. */
export type Range = { readonly word: RangeWord } | { readonly from: string; readonly to: string };

/** Reads the URL's form; null where it is none. */
export function parseRange(written: string): Range | null {
  const word = RANGE_WORDS.find((known) => known === written);
  if (word) return { word };
  const [from, to, ...rest] = written.split("..");
  if (!from || !to || rest.length > 0 || !isDay(from) || !isDay(to) || from > to) return null;
  return { from, to };
}

export function writeRange(range: Range): string {
  return "word" in range ? range.word : `${range.from}..${range.to}`;
}

/** The API's `date_range` for a period, counted from the site's today. */
export function dateRange(range: Range, now: Date, zone: string): string | [string, string] {
  if (!("word" in range)) return [range.from, range.to];
  const day = today(now, zone);
  switch (range.word) {
    case "yesterday":
      return [addDays(day, -1), addDays(day, -1)];
    case "last7":
      return [addDays(day, -6), day];
    case "last30":
      return [addDays(day, -29), day];
    case "last90":
      return [addDays(day, -89), day];
    default:
      return range.word;
  }
}

/** The first and last day of a period; null for those that hold no whole days or that only the answer tells. */
export function spanOf(range: Range, now: Date, zone: string): { readonly from: string; readonly to: string } | null {
  if (!("word" in range)) return range;
  const day = today(now, zone);
  switch (range.word) {
    case "24h":
    case "all":
      return null;
    case "day":
      return { from: day, to: day };
    case "month":
      return { from: monthsBefore(day, 0), to: addDays(monthsBefore(day, -1), -1) };
    case "1mo":
      return { from: monthsBefore(day, 1), to: addDays(monthsBefore(day, 0), -1) };
    case "12mo":
      return { from: monthsBefore(day, 12), to: addDays(monthsBefore(day, 0), -1) };
    case "year":
      return { from: `${day.slice(0, 4)}-01-01`, to: `${day.slice(0, 4)}-12-31` };
    default: {
      const [from, to] = dateRange(range, now, zone);
      return from && to ? { from, to } : null;
    }
  }
}

/** The first day of the month so many months before the day's. */
function monthsBefore(day: string, months: number): string {
  const index = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 - months;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, "0")}-01`;
}

/** The period as long that ends where this one begins (`by` -1), or begins where it ends (1); null where none follows. */
export function stepped(range: Range, by: -1 | 1, now: Date, zone: string): Range | null {
  const span = spanOf(range, now, zone);
  if (!span) return null;
  const whole = wholeMonths(span.from, span.to);
  const from = whole ? monthsBefore(span.from, -by * whole) : addDays(span.from, by * daysBetween(span.from, span.to));
  if (from > today(now, zone)) return null;
  const to = whole ? addDays(monthsBefore(from, -whole), -1) : addDays(from, daysBetween(span.from, span.to) - 1);
  return { from, to };
}

/** How many calendar months the days are; 0 where they are not whole ones. */
function wholeMonths(from: string, to: string): number {
  const next = addDays(to, 1);
  if (!from.endsWith("-01") || !next.endsWith("-01")) return 0;
  return (
    (Number(next.slice(0, 4)) - Number(from.slice(0, 4))) * 12 + Number(next.slice(5, 7)) - Number(from.slice(5, 7))
  );
}

/** How many days a period holds, roughly for calendar words; null for `all`, which only the answer tells. */
export function lengthInDays(range: Range): number | null {
  if (!("word" in range)) return daysBetween(range.from, range.to);
  const lengths: Record<RangeWord, number | null> = {
    day: 1,
    yesterday: 1,
    "24h": 1,
    last7: 7,
    last30: 30,
    last90: 90,
    month: 31,
    "1mo": 31,
    "12mo": 365,
    year: 365,
    all: null,
  };
  return lengths[range.word];
}

/** Whether time still runs inside the period, so that its numbers can still grow. */
export function includesNow(range: Range, now: Date, zone: string): boolean {
  if ("word" in range) return !["yesterday", "1mo", "12mo"].includes(range.word);
  const day = today(now, zone);
  return range.from <= day && day <= range.to;
}
