import type { Answer } from "../api/query";
import type { Asked } from "../api/use-query";
import type { Metric } from "../state/view";
import type { Counted } from "./question";

/** Missing: unknown so far, or without meaning under the filters. Null: undefined over nothing. */
export type TotalsByMetric = Partial<Record<Counted, number | null>>;

/** The numbers of an answer to `totalsQuery`. Those of the query before stay until the new ones are there. */
export function readTotals(metrics: readonly Metric[], { answer }: Asked): TotalsByMetric {
  const row = answer?.results[0];
  if (!row || row.metrics.length !== metrics.length + 1) return {};
  return Object.fromEntries([...metrics, "events"].map((metric, at) => [metric, row.metrics[at] ?? null]));
}

/** Days of the period that the server resolved; a year if it did not say. */
export function resolvedDays(answer: Answer | null): number {
  const [from, to] = answer?.query?.date_range ?? [];
  const length = Date.parse(to ?? "") - Date.parse(from ?? "");
  return Number.isNaN(length) ? 365 : Math.max(1, Math.ceil(length / 86_400_000));
}
