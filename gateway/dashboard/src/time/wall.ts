/** Wall-clock days and times of a site's time zone, as the strings the query API speaks (`YYYY-MM-DD HH:MM:SS`). */

const DAY_MS = 86_400_000;

/** By zone, as one is slow to make. */
const clocks = new Map<string, Intl.DateTimeFormat>();

/** `2026-03-01 14:05:09` as clocks in `zone` show the instant. An unknown zone counts as UTC. */
export function wallTime(instant: Date, zone: string): string {
  const clock = clocks.get(zone) ?? clockOf(zone);
  clocks.set(zone, clock);
  return clock.format(instant);
}

function clockOf(zone: string): Intl.DateTimeFormat {
  const parts = { dateStyle: "short", timeStyle: "medium" } as const;
  try {
    return new Intl.DateTimeFormat("sv-SE", { ...parts, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat("sv-SE", { ...parts, timeZone: "UTC" });
  }
}

/** Today's date in `zone`. */
export function today(instant: Date, zone: string): string {
  return wallTime(instant, zone).slice(0, 10);
}

/** Whether the text is a real day of the calendar, written `YYYY-MM-DD`. */
export function isDay(day: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) && !Number.isNaN(Date.parse(day)) && addDays(day, 0) === day;
}

export function addDays(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from the first to the last, both counted. */
export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS) + 1;
}

/** The Monday of the week that holds the day. */
export function monday(day: string): string {
  return addDays(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));
}

/** A wall-clock label as a Date whose UTC fields are the wall clock's, for formatting with `timeZone: "UTC"`. */
export function asUtc(label: string): Date {
  return new Date(`${label.slice(0, 10)}T${label.slice(11) || "00:00:00"}Z`);
}

/** The first instant at which clocks in `zone` show the wall-clock time, in ISO 8601 with offset. */
export function instantAt(wall: string, zone: string): string {
  const wanted = Date.parse(`${wall.replace(" ", "T")}Z`);
  const shownAt = (instant: number) => Date.parse(`${wallTime(new Date(instant), zone).replace(" ", "T")}Z`);
  // Twice, as the first guess may lie on the other side of a change of clocks.
  let instant = wanted;
  for (let round = 0; round < 2; round++) instant += wanted - shownAt(instant);
  return new Date(instant).toISOString();
}
