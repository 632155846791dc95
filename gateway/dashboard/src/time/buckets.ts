import { locale } from "../text";
import type { Range } from "./range";
import { addDays, asUtc, monday } from "./wall";

export type Interval = "minute" | "hour" | "day" | "week" | "month";

/** Intervals that make sense for a period of so many days; the first is the default. */
export function intervalsFor(days: number): readonly Interval[] {
  if (days <= 2) return ["hour", "minute"];
  if (days <= 14) return ["day", "hour"];
  if (days <= 45) return ["day", "week"];
  if (days <= 190) return ["day", "week", "month"];
  if (days <= 800) return ["month", "week", "day"];
  return ["month", "week"];
}

/** The interval wished for if the period allows it, else the period's default. */
export function chooseInterval(wished: Interval | null, days: number): Interval {
  const possible = intervalsFor(days);
  return possible.find((interval) => interval === wished) ?? possible[0] ?? "day";
}

/** Whether the bucket that starts at `label` has started but not ended at wall-clock time `now`. */
export function isRunning(label: string, interval: Interval, now: string): boolean {
  switch (interval) {
    case "minute":
      return label.slice(0, 16) === now.slice(0, 16);
    case "hour":
      return label.slice(0, 13) === now.slice(0, 13);
    case "day":
      return label.slice(0, 10) === now.slice(0, 10);
    case "week":
      return monday(label.slice(0, 10)) === monday(now.slice(0, 10));
    case "month":
      return label.slice(0, 7) === now.slice(0, 7);
  }
}

/** Whether the bucket has started at wall-clock time `now`: calendar periods also hold days to come. */
export function hasStarted(label: string, now: string): boolean {
  return label <= now.slice(0, label.length);
}

/** The days of a bucket, as a period to look into. An hour gives its day. */
export function bucketRange(label: string, interval: Interval): Range {
  const day = label.slice(0, 10);
  switch (interval) {
    case "minute":
    case "hour":
    case "day":
      return { from: day, to: day };
    case "week":
      return { from: monday(day), to: addDays(monday(day), 6) };
    case "month": {
      const first = `${day.slice(0, 7)}-01`;
      const next = `${addDays(first, 31).slice(0, 7)}-01`;
      return { from: first, to: addDays(next, -1) };
    }
  }
}

type Style = "axis" | "full";

const CLOCK: Record<Style, Intl.DateTimeFormatOptions> = {
  axis: { hour: "numeric", minute: "2-digit" },
  full: { weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" },
};

const FORMATS: Record<Interval, Record<Style, Intl.DateTimeFormatOptions>> = {
  minute: CLOCK,
  hour: CLOCK,
  day: {
    axis: { day: "numeric", month: "short" },
    full: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
  },
  week: {
    axis: { day: "numeric", month: "short" },
    full: { day: "numeric", month: "short", year: "numeric" },
  },
  month: {
    axis: { month: "short", year: "numeric" },
    full: { month: "long", year: "numeric" },
  },
};

/** By language, interval and style: to make one takes longer than to write a hundred labels with it. */
const made = new Map<string, Intl.DateTimeFormat>();

function formatOf(interval: Interval, style: Style, language: string): Intl.DateTimeFormat {
  const key = `${language} ${interval} ${style}`;
  const format = made.get(key) ?? new Intl.DateTimeFormat(language, { ...FORMATS[interval][style], timeZone: "UTC" });
  made.set(key, format);
  return format;
}

/** A bucket's label for people: short for an axis, or in full. */
export function bucketLabel(label: string, interval: Interval, style: Style, language = locale): string {
  const date = asUtc(label);
  if (Number.isNaN(date.getTime())) return label;
  return formatOf(interval, style, language).format(date);
}

/** Days from the first to the last for people, as short as it is clear. */
export function daysLabel(first: string, last: string, language = locale): string {
  return formatOf("week", "full", language).formatRange(asUtc(first), asUtc(last));
}
