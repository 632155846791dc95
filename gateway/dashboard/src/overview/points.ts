import type { Row } from "../api/query";
import type { Metric } from "../state/view";
import { hasStarted, type Interval, isRunning } from "../time/buckets";
import { seriesValue } from "./question";

/** One bucket of a series. */
export interface Point {
  /** The API's label: a day, or a wall-clock time of the site. */
  readonly label: string;
  readonly value: number | null;
  /** True while the bucket has not ended, so that its value still grows. */
  readonly running: boolean;
}

/** Buckets that have started, in order. `running`: whether time still runs inside the period. */
export function pointsOf(
  rows: readonly Row[],
  metric: Metric,
  interval: Interval,
  now: string,
  running: boolean,
): readonly Point[] {
  return rows
    .map((row) => ({ label: row.dimensions[0] ?? "", value: seriesValue(metric, row.metrics) }))
    .filter(({ label }) => hasStarted(label, now))
    .map((point) => ({ ...point, running: running && isRunning(point.label, interval, now) }));
}
