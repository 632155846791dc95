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
