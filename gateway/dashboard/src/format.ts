import type { Value } from "./api/query";
import type { Listed } from "./state/dimensions";
import { locale, text } from "./text";

/** From here on numbers are shortened (123K); the whole number stands in the tooltip and the table. */
const SHORTEN_FROM = 100_000;

const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat(locale, { notation: "compact", maximumFractionDigits: 1 });
const ratio = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 2 });
const percent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
const finePercent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
const hours = new Intl.NumberFormat(locale, { style: "unit", unit: "hour", unitDisplay: "narrow" });
const minutes = new Intl.NumberFormat(locale, { style: "unit", unit: "minute", unitDisplay: "narrow" });
const seconds = new Intl.NumberFormat(locale, { style: "unit", unit: "second", unitDisplay: "narrow" });

export function formatCount(count: number): string {
  return whole.format(count);
}

export function formatShort(count: number): string {
  return count < SHORTEN_FROM ? whole.format(count) : short.format(count);
}

/** A share, 0–1; one decimal below 10 %. */
export function formatShare(share: number): string {
  return share > 0 && share < 0.0995 ? finePercent.format(share) : percent.format(share);
}

/** `1m 23s`; from an hour on `1h 2m`. */
export function formatDuration(duration: number): string {
  const total = Math.round(duration);
  if (total < 60) return seconds.format(total);
  const [first, second] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60)];
  if (first > 0) return `${hours.format(first)} ${minutes.format(second)}`;
  return `${minutes.format(second)} ${seconds.format(total % 60)}`;
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
      return ratio.format(value);
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

const signedPercent = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
const points = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });

/** How much a metric changed, without a sign: `12%`, or of rates `3 pts`. */
export function formatChange(metric: string, change: number): string {
  const size = Math.abs(change);
  if (isRate(metric)) return text.compare.points(size, points.format(size));
  return size >= 10_000 ? text.compare.manyFold(short.format(size / 100)) : signedPercent.format(size / 100);
}

/** Whether more of the metric is good. */
export function moreIsBetter(metric: string): boolean {
  return metric !== "bounce_rate" && metric !== "exit_rate";
}

const regions = new Intl.DisplayNames(locale, { type: "region", fallback: "code" });
const languages = new Intl.DisplayNames(locale, { type: "language", fallback: "code" });

function named(names: Intl.DisplayNames, code: string): string {
  try {
    return names.of(code) ?? code;
  } catch {
    return code;
  }
}

/** A dimension's value for people: names instead of codes, and nothing invisible. */
export function formatValue(dimension: Listed, value: string): string {
  if (value === "") return text.unknown;
  switch (dimension) {
    case "country":
      return named(regions, value);
    case "region": {
      const [country, subdivision] = value.split("-");
      if (!country || !subdivision) return visible(value);
      return visible(`${subdivision}, ${named(regions, country)}`);
    }
    case "language":
      return visible(named(languages, value));
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
