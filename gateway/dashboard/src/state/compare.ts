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
  const mode = compare === "previous" ? "previous_period" : "year_over_year";
  const span = spanOf(range, now, zone);
  const day = today(now, zone);
  if (!span || span.to < day || span.from > day) return weekdays ? { mode, match_day_of_week: true } : mode;
  const start = compare === "previous" ? addDays(span.from, -daysBetween(span.from, span.to)) : yearBefore(span.from);
  const shift = daysBetween(weekdays ? toWeekday(start, span.from) : start, span.from) - 1;
  const wall = wallTime(now, zone);
  return {
    custom: [
      instantAt(`${addDays(span.from, -shift)} 00:00:00`, zone),
      instantAt(`${addDays(day, -shift)}${wall.slice(10)}`, zone),
    ],
  };
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
