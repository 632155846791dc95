import { formatShare } from "../../format";
import { locale, text } from "../../text";
import type { Measure } from "./question";

const decimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
const signedDecimal = new Intl.NumberFormat(locale, { maximumFractionDigits: 2, signDisplay: "exceptZero" });
const points = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, signDisplay: "exceptZero" });
const signedPercent = new Intl.NumberFormat(locale, {
  style: "percent",
  maximumFractionDigits: 1,
  signDisplay: "exceptZero",
});
const fine = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 1 });
const small = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });

/** A variant's value: its rate in %, its mean, or its mean in money. */
export function formatOwn(measure: Measure, currency: string, value: number | null): string {
  if (value === null) return text.none;
  if (measure === "conversion") return fine.format(value / 100);
  return measure === "count" ? decimal.format(value) : money(value, currency, "auto");
}

/** A difference of such values, with its sign: points, a number, or money. */
export function formatDifference(measure: Measure, currency: string, value: number | null): string {
  if (value === null) return text.none;
  if (measure === "conversion") return text.explore.experiment.points(points.format(value));
  return measure === "count" ? signedDecimal.format(value) : money(value, currency, "exceptZero");
}

function money(value: number, currency: string, signDisplay: "auto" | "exceptZero"): string {
  if (!currency) return (signDisplay === "auto" ? decimal : signedDecimal).format(value);
  return new Intl.NumberFormat(locale, { style: "currency", currency, signDisplay }).format(value);
}

/** What a choice costs, of the same kind without a sign. */
export function formatLoss(measure: Measure, currency: string, value: number | null): string {
  if (value === null || measure !== "conversion") return formatOwn(measure, currency, value);
  return text.explore.experiment.points(decimal.format(value));
}

/** `+12.5%`. */
export function formatLift(lift: number | null): string {
  return lift === null ? text.none : signedPercent.format(lift / 100);
}

/** A probability, never rounded to certainty. */
export function formatChance(chance: number | null): string {
  if (chance === null) return text.none;
  if (chance > 0.999) return `> ${fine.format(0.999)}`;
  if (chance < 0.001) return `< ${fine.format(0.001)}`;
  return chance > 0.985 ? fine.format(chance) : formatShare(chance);
}

export function formatP(p: number | null): string {
  if (p === null) return text.none;
  return p < 0.0001 ? `< ${small.format(0.0001)}` : small.format(p);
}
