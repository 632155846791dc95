import { asNumber, type PageAnswer } from "../api/query";
import { METRICS, type Metric } from "../state/view";

/** One of the numbers at the top. */
export interface Total {
  /** Null: undefined under these filters, or over nothing. */
  readonly value: number | null;
  readonly before: number | null;
  /** In %, of rates in points; null where there is nothing to compare with. */
  readonly change: number | null;
}

/** The numbers at the top of an answer; null while there is none. */
export function readTotals(answer: PageAnswer | null): Readonly<Record<Metric, Total>> | null {
  const row = answer?.totals;
  if (!row) return null;
  const totals = METRICS.map((metric, at) => [
    metric,
    {
      value: asNumber(row.metrics[at]),
      before: asNumber(row.comparison?.metrics[at]),
      change: asNumber(row.comparison?.change[at]),
    },
  ]);
  return Object.fromEntries(totals) as Record<Metric, Total>;
}

/** Days of the period that the server resolved. */
export function resolvedDays(answer: PageAnswer | null): number | null {
  const range = answer?.meta.resolved?.date_range;
  if (!range || typeof range === "string") return null;
  const length = Date.parse(range[1] ?? "") - Date.parse(range[0] ?? "");
  return Number.isNaN(length) ? null : Math.max(1, Math.ceil(length / 86_400_000));
}
