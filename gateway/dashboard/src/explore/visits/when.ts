import { locale } from "../../text";

/** A format of an instant in a site's time zone; an unknown zone counts as UTC. */
function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: zone });
  } catch {
    return new Intl.DateTimeFormat(locale, { ...options, timeZone: "UTC" });
  }
}

/** `Mar 4, 14:05`. */
export function shortTime(micros: number, zone: string): string {
  const options = { day: "numeric", month: "short", hour: "numeric", minute: "2-digit" } as const;
  return format(zone, options).format(new Date(micros / 1000));
}

/** `Mar 4, 2026, 14:05:09`. */
export function fullTime(micros: number, zone: string): string {
  return format(zone, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(micros / 1000));
}
