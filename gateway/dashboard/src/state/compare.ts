import { type Range, spanOf } from "../time/range";
import { addDays, daysBetween, instantAt, today, wallTime } from "../time/wall";

/** What stands beside the numbers: nothing, another period that follows from the chosen one, or one of its own. */
export type Compare = "off" | "previous" | "year" | { readonly from: string; readonly to: string };

/** The API's `compare`; undefined compares nothing.
 *
 * A period that still runs is compared with the same part of the other, up to the same time of day: a morning with a
 * morning. `weekdays`: the other period begins on the same day of the week.
 */
export function compareJson(
  compare: Compare,
  weekdays: boolean,
  range: Range,
  now: Date,
  zone: string,
): unknown | undefined {
  if (compare === "off" || ("word" in range && range.word === "all")) return undefined;
  if (typeof compare !== "string") return { custom: [compare.from, compare.to] };
  const span = spanOf(range, now, zone);
  if (span && isRunning(span, now, zone)) return { custom: partBefore(span, compare, weekdays, now, zone) };
  return weekdays ? { mode: MODES[compare], match_day_of_week: true } : MODES[compare];
}

/** The compared period itself, for questions that compare nothing themselves; null where there is none to say. */
export function comparedRange(
  compare: Compare,
  weekdays: boolean,
  range: Range,
  now: Date,
  zone: string,
): readonly [string, string] | null {
  if (compare === "off") return null;
  if (typeof compare !== "string") return [compare.from, compare.to];
  const span = spanOf(range, now, zone);
  if (!span) return null;
  if (isRunning(span, now, zone)) return partBefore(span, compare, weekdays, now, zone);
  if (compare === "year" && !weekdays) return [yearBefore(span.from), yearBefore(span.to)];
  const shift = shiftOf(span, compare, weekdays);
  return [addDays(span.from, -shift), addDays(span.to, -shift)];
}

type Span = NonNullable<ReturnType<typeof spanOf>>;

const MODES = { previous: "previous_period", year: "year_over_year" } as const;

function isRunning(span: Span, now: Date, zone: string): boolean {
  const day = today(now, zone);
  return span.from <= day && day <= span.to;
}

/** How many days before the span the compared one begins. */
function shiftOf(span: Span, compare: keyof typeof MODES, weekdays: boolean): number {
  const start = compare === "previous" ? addDays(span.from, -daysBetween(span.from, span.to)) : yearBefore(span.from);
  return daysBetween(weekdays ? toWeekday(start, span.from) : start, span.from) - 1;
}

/** As much of the compared span as has passed of the running one, as two instants. */
function partBefore(
  span: Span,
  compare: keyof typeof MODES,
  weekdays: boolean,
  now: Date,
  zone: string,
): readonly [string, string] {
  const shift = shiftOf(span, compare, weekdays);
  const wall = wallTime(now, zone);
  return [
    instantAt(`${addDays(span.from, -shift)} 00:00:00`, zone),
    instantAt(`${addDays(today(now, zone), -shift)}${wall.slice(10)}`, zone),
  ];
}

function yearBefore(day: string): string {
  const before = `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`;
  return day.endsWith("-02-29") ? `${before.slice(0, 8)}28` : before;
}

/** The day at most three from `day` that is of the same weekday as `like`. */
function toWeekday(day: string, like: string): string {
  const apart = (daysBetween(day, like) - 1) % 7;
  return addDays(day, apart > 3 ? apart - 7 : apart);
}
