import { locale } from "../text";

const day = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });

/** An instant's day, for the reader; "" where there is none. */
export function formatDay(instant: string | null | undefined): string {
  return instant ? day.format(new Date(instant)) : "";
}

const hour = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });

/** An instant's day and time, for the reader. */
export function formatTime(instant: string): string {
  return hour.format(new Date(instant));
}

const second = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" });

/** An instant to the second, for the reader. */
export function formatSecond(instant: string): string {
  return second.format(new Date(instant));
}
