import type { FunnelQuestion } from "../api/explore";
import type { Site } from "../api/session";
import { filterJson } from "../state/filters";
import type { View } from "../state/view";
import { dateRange } from "../time/range";

/** What every question about a site shares: filters and period. */
export type Scope = Pick<FunnelQuestion, "site" | "filters" | "date_range">;

export function scopeOf(site: Site, view: View): Scope {
  return {
    site: site.id,
    filters: view.filters.map(filterJson),
    date_range: dateRange(view.range, new Date(), site.timezone),
  };
}

/** Names the scope, whatever the time: a running period is the same a minute later. */
export function scopeKey(site: Site, view: View): string {
  return JSON.stringify([site.id, site.timezone, view.range, view.filters]);
}
