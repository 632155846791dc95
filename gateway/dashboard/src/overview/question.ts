import { call } from "../api/http";
import { asNumber, type ListAnswer, type PageAnswer, type PageQuestion, type Query, type Row } from "../api/query";
import type { Site } from "../api/session";
import { compareJson } from "../state/compare";
import { type Dimension, keyOf, LIST_NAMES } from "../state/dimensions";
import { filterJson } from "../state/filters";
import type { Metric, View } from "../state/view";
import { chooseInterval, type Interval } from "../time/buckets";
import { dateRange, lengthInDays } from "../time/range";

/** Rows of a list on the page. */
export const FIRST_ROWS = 9;

/** What every question of the page shares: site, filters, period and comparison. */
export type Scope = Pick<Query, "site" | "filters" | "date_range" | "compare">;

export function scopeOf(site: Site, view: View, now: Date): Scope {
  const compare = compareJson(view.compare, view.weekdays, view.range, now, site.timezone) as Query["compare"];
  return {
    site: site.id,
    filters: view.filters.map(filterJson),
    date_range: dateRange(view.range, now, site.timezone),
    ...(compare === undefined ? {} : { compare }),
  };
}

/** Names the scope, whatever the time: numbers of a running period are of the same question a minute later. */
export function scopeKey(site: Site, view: View): string {
  return JSON.stringify([site.id, site.timezone, view.range, view.filters, view.compare, view.weekdays]);
}

/** A list's first metric orders it and draws its bars; `card`: what a card has room for. */
export function listMetrics(dimension: Dimension, place: "card" | "details"): readonly string[] {
  const [prefix] = keyOf(dimension);
  if (prefix === "prop:") return ["visitors", "events"];
  switch (dimension) {
    case "page":
      return place === "card"
        ? ["visitors", "pageviews", "time_on_page", ...REACHED]
        : ["visitors", "visits", "pageviews", "time_on_page", ...REACHED];
    case "page_title":
    case "hostname":
      return ["visitors", "pageviews"];
    case "entry_page":
      return place === "card" ? ["visitors", "bounce_rate"] : ["visitors", "visits", "bounce_rate", "visit_duration"];
    case "exit_page":
      return place === "card" ? ["visitors", "exit_rate"] : ["visitors", "exits", "exit_rate"];
    case "event":
    case "element":
      return ["visitors", "events"];
    case "goal":
      return ["conversions", "conversion_rate"];
    default:
      return place === "card" ? ["visitors"] : ["visitors", "visits", "bounce_rate", "visit_duration"];
  }
}

/** Shares of a page's visits that scrolled so far. */
export const REACHED = [25, 50, 75, 90, 100].map((depth) => `scroll_reached:${depth}`);

/** A value that is left out of a card's list: views are no news among events, nor links without a tag among campaigns. */
function hiddenValue(dimension: Dimension): string | null {
  if (dimension === "event") return "pageview";
  return dimension.startsWith("utm_") ? "(not set)" : null;
}

export function isHidden(dimension: Dimension, row: Row): boolean {
  return row.dimensions[0] === hiddenValue(dimension);
}

/** Of clicks and properties, events that have none are left out: they are nearly all. */
function ownFilters(dimension: Dimension): unknown[] {
  if (dimension === "element") return ["is_not", "element", ["(not set)"]];
  return keyOf(dimension)[0] === "prop:" ? ["is_not", dimension, ["(none)"]] : [];
}

/** Whether the list can be part of the page's one question: it has no filters of its own. */
function isPlain(dimension: Dimension): boolean {
  return ownFilters(dimension).length === 0;
}

/** The lists on screen that come with the page's answer. */
export function shownLists(view: View): Dimension[] {
  return LIST_NAMES.map((name) => view.lists[name]).filter(
    (listed): listed is Dimension => listed !== "prop:" && listed !== "map" && isPlain(listed),
  );
}

/** Everything on screen in one question. */
export function pageQuestion(scope: Scope, interval: Interval | null, dimensions: readonly Dimension[]): PageQuestion {
  return {
    ...scope,
    ...(interval ? { interval } : {}),
    lists: dimensions.map((dimension) => ({
      dimension,
      metrics: listMetrics(dimension, "card"),
      limit: cardRows(dimension),
    })),
  };
}

/** Rows to ask for so that a card is full. */
export function cardRows(dimension: Dimension): number {
  return hiddenValue(dimension) === null ? FIRST_ROWS : FIRST_ROWS + 1;
}

/** The grain to ask for; null leaves it to the server, which alone knows how long `all` is. */
export function intervalOf(view: View): Interval | null {
  const days = lengthInDays(view.range);
  if (days !== null) return chooseInterval(view.interval, days);
  return view.interval === "minute" || view.interval === "hour" ? null : view.interval;
}

export interface ListOptions {
  readonly metrics: readonly string[];
  readonly limit: number;
  readonly offset?: number;
  readonly search?: string;
  readonly sort?: string;
  readonly total?: boolean;
}

export function listQuestion(scope: Scope, dimension: Dimension, options: ListOptions): Query {
  const own = ownFilters(dimension);
  const filters = [...(scope.filters ?? [])];
  if (own.length > 0) filters.push(own);
  if (options.search) filters.push(["contains", dimension, [options.search], { case_sensitive: false }]);
  return {
    ...scope,
    filters,
    metrics: options.metrics,
    dimensions: [dimension],
    limit: options.limit,
    ...(options.offset ? { offset: options.offset } : {}),
    ...(options.sort ? { order_by: [[options.sort, "desc"]] } : {}),
    ...(options.total ? { include: { total_rows: true } } : {}),
  };
}

/** A list asked by itself. */
export async function askList(question: Query, signal: AbortSignal): Promise<ListAnswer> {
  const { results, meta } = await call("POST /api/v1/query", question, { signal });
  return {
    metrics: question.metrics,
    rows: results,
    more: Boolean(meta.next_page_token),
    warnings: meta.warnings,
    total: meta.total_rows ?? null,
  };
}

/** The list as it came with the page; null where it did not. */
export function listOf(answer: PageAnswer | null, dimension: Dimension): ListAnswer | null {
  const found = answer?.lists.find((list) => list.dimension === dimension);
  return found ? { ...found, warnings: [], total: null } : null;
}

/** A metric's value in a row, and what it is compared with. Views per visit is no metric of a bucket; its parts are. */
export function valueIn(metrics: readonly string[], row: Row, metric: Metric): readonly [number | null, number | null] {
  const read = (values: Row["metrics"] | undefined): number | null => {
    const one = (name: string) => asNumber(values?.[metrics.indexOf(name)]);
    if (metric !== "views_per_visit") return one(metric);
    const [views, visits] = [one("pageviews"), one("visits")];
    return visits ? (views ?? 0) / visits : views;
  };
  return [read(row.metrics), row.comparison ? read(row.comparison.metrics) : null];
}
