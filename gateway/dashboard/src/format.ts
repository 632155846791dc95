import type { Value } from "./api/query";
import type { Listed } from "./state/dimensions";
import { locale, text } from "./text";

/** From here on numbers are shortened (123K); the whole number stands in the tooltip and the table. */
const SHORTEN_FROM = 100_000;

/** Writes numbers in one way. What writes them is made for the first: it is slow to make, and few are needed at once. */
function numbers(options: Intl.NumberFormatOptions): (number: number) => string {
  let format: Intl.NumberFormat | undefined;
  return (number) => {
    format ??= new Intl.NumberFormat(locale, options);
    return format.format(number);
  };
}

const whole = numbers({ maximumFractionDigits: 0 });
const short = numbers({ notation: "compact", maximumFractionDigits: 1 });
const ratio = numbers({ minimumFractionDigits: 1, maximumFractionDigits: 2 });
const percent = numbers({ style: "percent", maximumFractionDigits: 0 });
const finePercent = numbers({ style: "percent", maximumFractionDigits: 1 });
const hours = numbers({ style: "unit", unit: "hour", unitDisplay: "narrow" });
const minutes = numbers({ style: "unit", unit: "minute", unitDisplay: "narrow" });
const seconds = numbers({ style: "unit", unit: "second", unitDisplay: "narrow" });

export function formatCount(count: number): string {
  return whole(count);
}

export function formatShort(count: number): string {
  return count < SHORTEN_FROM ? whole(count) : short(count);
}

/** A share, 0–1; one decimal below 10 %. */
export function formatShare(share: number): string {
  return share > 0 && share < 0.0995 ? finePercent(share) : percent(share);
}

/** `1m 23s`; from an hour on `1h 2m`. */
export function formatDuration(duration: number): string {
  const total = Math.round(duration);
  if (total < 60) return seconds(total);
  const [first, second] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60)];
  if (first > 0) return `${hours(first)} ${minutes(second)}`;
  return `${minutes(second)} ${seconds(total % 60)}`;
}

const RATES: readonly string[] = ["bounce_rate", "exit_rate", "conversion_rate", "percentage", "scroll_depth"];

/** Rates are compared in points, other metrics in % (semantics: Comparison). */
export function isRate(metric: string): boolean {
  return RATES.includes(metric);
}

/** A metric's value for people; null is a dash. `exact` never shortens. */
export function formatMetric(metric: string, value: Value, style: "short" | "exact"): string {
  if (value === null) return text.none;
  if (typeof value !== "number") return formatMoney(value.currency, value.amount);
  if (isRate(metric) || metric.startsWith("scroll_reached:")) return formatShare(value / 100);
  switch (metric) {
    case "views_per_visit":
      return ratio(value);
    case "visit_duration":
    case "time_on_page":
      return formatDuration(value);
    default:
      return style === "short" ? formatShort(value) : formatCount(value);
  }
}

function formatMoney(currency: string, amount: string): string {
  return new Intl.NumberFormat(locale, { style: "currency", currency }).format(Number(amount));
}

const points = numbers({ maximumFractionDigits: 1 });

/** How much a metric changed, without a sign: `12%`, or of rates `3 pts`. */
export function formatChange(metric: string, change: number): string {
  const size = Math.abs(change);
  if (isRate(metric)) return text.compare.points(size, points(size));
  return size >= 10_000 ? text.compare.manyFold(short(size / 100)) : percent(size / 100);
}

/** Whether more of the metric is good. */
export function moreIsBetter(metric: string): boolean {
  return metric !== "bounce_rate" && metric !== "exit_rate";
}

/** Names codes of one type; what is no code stays as it is. */
function names(type: "region" | "language"): (code: string) => string {
  let known: Intl.DisplayNames | undefined;
  return (code) => {
    known ??= new Intl.DisplayNames(locale, { type, fallback: "code" });
    try {
      return known.of(code) ?? code;
    } catch {
      return code;
    }
  };
}

const regionName = names("region");
const languageName = names("language");

/** A dimension's value for people: names instead of codes, and nothing invisible. */
export function formatValue(dimension: Listed, value: string): string {
  if (value === "") return text.unknown;
  switch (dimension) {
    case "country":
      return regionName(value);
    case "region": {
      const [country, subdivision] = value.split("-");
      if (!country || !subdivision) return visible(value);
      return visible(`${subdivision}, ${regionName(country)}`);
    }
    case "language":
      return visible(languageName(value));
    case "device":
      return text.devices[value] ?? visible(value);
    case "screen":
      return text.screens[value] ?? visible(value);
    default:
      return visible(value);
  }
}

/** Control, zero-width and direction characters written out, so that a hostile value can neither hide nor turn text. */
export function visible(value: string): string {
  const written = value.replace(/\p{Cc}|\p{Zl}|\p{Zp}|(?!\u200d)\p{Cf}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `[U+${code.toString(16).toUpperCase().padStart(4, "0")}]`;
  });
  return written.trim() === "" ? text.blank : written;
}

/** The value as a link's address, only if it is an http(s) one. */
export function safeLink(value: string): string | null {
  const url = URL.canParse(value) ? new URL(value) : null;
  return url && (url.protocol === "https:" || url.protocol === "http:") ? url.href : null;
}
