import type { ExperimentGroup, ExperimentQuestion, Variant } from "../../api/explore";
import { type Breakdown, breakdownOf } from "../Choice";
import { type Match, matchJson, type Own, readMatch, writeMatch } from "../match";

export type Measure = NonNullable<ExperimentQuestion["measure"]>;
export type Unit = NonNullable<ExperimentQuestion["unit"]>;

const MEASURES: readonly Measure[] = ["conversion", "count", "revenue"];
const WEIGHT = "weight.";

export interface ExperimentForm {
  /** "": not chosen yet. */
  readonly experiment: string;
  readonly conversion: Match | null;
  readonly measure: Measure;
  readonly unit: Unit;
  /** "": not chosen. */
  readonly currency: string;
  /** "": the API's choice. */
  readonly control: string;
  /** Intended shares by variant, against each other; none: even. */
  readonly weights: Readonly<Record<string, number>>;
  readonly breakdown: Breakdown | null;
}

export function readExperiment(own: Own): ExperimentForm {
  const weights = Object.entries(own)
    .filter(([key, value]) => key.startsWith(WEIGHT) && Number(value) > 0)
    .map(([key, value]) => [key.slice(WEIGHT.length), Number(value)] as const);
  return {
    experiment: own.experiment ?? "",
    conversion: readMatch(own, "success"),
    measure: MEASURES.find((one) => one === own.measure) ?? "conversion",
    unit: own.unit === "user" ? "user" : "visit",
    currency: own.currency ?? "",
    control: own.control ?? "",
    weights: Object.fromEntries(weights),
    breakdown: breakdownOf(own.by),
  };
}

export function writeExperiment(form: ExperimentForm): Own {
  const weights = Object.entries(form.weights).map(([name, weight]) => [`${WEIGHT}${name}`, String(weight)]);
  return {
    ...(form.experiment ? { experiment: form.experiment } : {}),
    ...writeMatch("success", form.conversion),
    ...(form.measure === "conversion" ? {} : { measure: form.measure }),
    ...(form.unit === "visit" ? {} : { unit: form.unit }),
    ...(form.measure === "revenue" ? { currency: form.currency } : {}),
    ...(form.control ? { control: form.control } : {}),
    ...Object.fromEntries(weights),
    ...(form.breakdown ? { by: form.breakdown } : {}),
  };
}

/** The question without its scope and breakdown; null while there is not enough of it, as revenue without a currency. */
export function experimentJson(form: ExperimentForm): Omit<ExperimentQuestion, "site"> | null {
  if (!form.experiment || !form.conversion?.value) return null;
  if (form.measure === "revenue" && !form.currency) return null;
  return {
    experiment: form.experiment,
    conversion: matchJson(form.conversion),
    measure: form.measure,
    unit: form.unit,
    ...(form.measure === "revenue" ? { currency: form.currency } : {}),
    ...(form.control ? { control: form.control } : {}),
    ...(Object.keys(form.weights).length > 0 ? { weights: form.weights } : {}),
  };
}

/** From where on a chance is called certain, and a p-value too small for luck. */
const CERTAIN = 0.95;
const LUCK = 0.05;

export type Verdict =
  | { readonly kind: "broken" }
  | { readonly kind: "early" }
  | { readonly kind: "open" | "likely" | "sure"; readonly best: Variant; readonly chance: number };

/** What a group's numbers say in a word.
 *
 * `broken`: the split is not what was intended. `early`: too few units to compare, or to tell whether the split is
 * right. `sure`: the best is certain, and stays so however often one looks; `likely`: certain for one look alone.
 */
export function verdictOf({ variants, ratio_mismatch, ratio_p }: ExperimentGroup): Verdict {
  if (ratio_mismatch) return { kind: "broken" };
  const ranked = variants
    .flatMap((variant) => (variant.chance_to_be_best === null ? [] : [{ variant, chance: variant.chance_to_be_best }]))
    .toSorted((a, b) => b.chance - a.chance);
  const [first] = ranked;
  if (!first || ranked.length < 2 || ranked.length < variants.length || ratio_p === null) return { kind: "early" };
  const { variant: best, chance } = first;
  if (chance < CERTAIN) return { kind: "open", best, chance };
  const [control] = variants;
  const rivals = best === control ? variants.slice(1) : [best];
  const lasting = rivals.every(({ always_valid_p: p }) => p !== null && p <= LUCK);
  return { kind: lasting ? "sure" : "likely", best, chance };
}

/** Shares of a whole, 0–1, in the variants' order. */
export function sharesOf(numbers: readonly number[]): number[] {
  const whole = numbers.reduce((sum, number) => sum + number, 0);
  return numbers.map((number) => (whole > 0 ? number / whole : 0));
}

/** Where an interval lies on a line around zero, in % of its length; `widest` is the value at either end. */
export function onLine(low: number, high: number, widest: number): { readonly start: number; readonly size: number } {
  const place = (value: number) => 50 + (widest > 0 ? (50 * value) / widest : 0);
  return { start: place(low), size: place(high) - place(low) };
}
