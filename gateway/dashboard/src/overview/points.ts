import type { PageAnswer } from "../api/query";
import type { Metric } from "../state/view";
import { hasStarted, type Interval, isRunning } from "../time/buckets";
import { valueIn } from "./question";

/** A place on the chart's line. */
export interface Point {
  /** The bucket as the query API writes it. */
  readonly label: string;
  readonly value: number | null;
  /** The bucket has not ended: its number still grows. */
  readonly running: boolean;
  /** What it is compared with; both null without a comparison. */
  readonly before: number | null;
  readonly beforeLabel: string | null;
}

/** A series as points, without buckets to come. `now`: the site's wall-clock time; null for a period that is over. */
export function pointsOf(answer: PageAnswer | null, metric: Metric, now: string | null): Point[] {
  const interval = answer?.interval as Interval | undefined;
  if (!answer || !interval) return [];
  return answer.series
    .filter((row) => now === null || hasStarted(row.dimensions[0] ?? "", now))
    .map((row) => {
      const label = row.dimensions[0] ?? "";
      const [value, before] = valueIn(answer.series_metrics, row, metric);
      return {
        label,
        value,
        running: now !== null && isRunning(label, interval, now),
        before,
        beforeLabel: row.comparison?.dimensions[0] ?? null,
      };
    });
}
