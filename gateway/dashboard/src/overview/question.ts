import type { Query } from "../api/query";
import type { Site } from "../api/session";
import { type Dimension, EVENT_DIMENSIONS } from "../state/dimensions";
import { filterJson } from "../state/filters";
import { METRICS, type Metric, type View } from "../state/view";
import type { Interval } from "../time/buckets";
import { dateRange } from "../time/range";

export type Counted = Metric | "events";

/** What every question of the page shares: site, filters and period. */
export type Scope = Pick<Query, "site" | "filters" | "date_range">;

export function scopeOf(site: Site, view: View, now: Date): Scope {
  return {
    site: site.id,
    filters: view.filters.map(filterJson),
    date_range: dateRange(view.range, now, site.timezone),
  };
}

/** The totals that have a meaning under the view's filters (semantics: "Refused with 400"). */
export function meaningfulMetrics(view: View): readonly Metric[] {
  const byEvent = view.filters.some((filter) => EVENT_DIMENSIONS.includes(filter.dimension));
  return METRICS.filter((metric) => !(byEvent && metric === "views_per_visit"));
}

/** The six numbers, and the count of events as the whole that event shares are of. */
export function totalsQuery(scope: Scope, view: View): Query {
  return { ...scope, metrics: [...meaningfulMetrics(view), "events"] };
}

/** Views per visit is no metric of a bucket; its parts are. */
export function seriesQuery(scope: Scope, metric: Metric, interval: Interval): Query {
  const metrics = metric === "views_per_visit" ? ["pageviews", "visits"] : [metric];
  return { ...scope, metrics, dimensions: [`time:${interval}`], limit: 10_000 };
}

/** A series row's value of the metric. */
export function seriesValue(metric: Metric, metrics: readonly (number | null)[]): number | null {
  const [first = null, second = null] = metrics;
  if (metric !== "views_per_visit") return first;
  return second ? (first ?? 0) / second : 0;
}

/** The columns of a list; the first orders it and has a share. */
export function listMetrics(dimension: Dimension): readonly [Counted, ...Counted[]] {
  switch (dimension) {
    case "page":
    case "hostname":
      return ["pageviews", "visitors"];
    case "event":
      return ["events", "visitors"];
    default:
      return ["visitors"];
  }
}

export function listQuery(scope: Scope, dimension: Dimension, limit: number): Query {
  const metrics = listMetrics(dimension);
  return { ...scope, metrics, dimensions: [dimension], limit };
}
