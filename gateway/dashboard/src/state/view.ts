import type { Interval } from "../time/buckets";
import { parseRange, type Range, writeRange } from "../time/range";
import { type Dimension, LIST_NAMES, LISTS, type ListName } from "./dimensions";
import { type Filter, parseFilter, writeFilter } from "./filters";

export const METRICS = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"] as const;
export type Metric = (typeof METRICS)[number];

export type Page = "overview" | "live";
export type Theme = "system" | "light" | "dark";

/** All that decides what is on screen. It lives in the URL, so a link shows the same and "back" goes back. */
export interface View {
  /** Empty: the first site of the user. */
  readonly site: string;
  readonly page: Page;
  readonly range: Range;
  /** Null: the period's own. */
  readonly interval: Interval | null;
  readonly metric: Metric;
  readonly filters: readonly Filter[];
  readonly lists: Readonly<Record<ListName, Dimension>>;
  readonly table: boolean;
  readonly theme: Theme;
}

const PAGES: readonly Page[] = ["overview", "live"];
const THEMES: readonly Theme[] = ["system", "light", "dark"];
const INTERVALS: readonly Interval[] = ["hour", "day", "week", "month"];
const DEFAULT_RANGE: Range = { word: "last30" };

/** Reads a query string. What it cannot read it leaves at its default. */
export function parseView(search: string): View {
  const given = new URLSearchParams(search);
  const one = <T extends string>(key: string, known: readonly T[]): T | undefined =>
    known.find((value) => value === given.get(key));
  const lists = LIST_NAMES.map((name) => [name, one(name, LISTS[name] as readonly Dimension[]) ?? LISTS[name][0]]);
  return {
    site: given.get("site") ?? "",
    page: one("view", PAGES) ?? "overview",
    range: parseRange(given.get("range") ?? "") ?? DEFAULT_RANGE,
    interval: one("interval", INTERVALS) ?? null,
    metric: one("metric", METRICS) ?? "visitors",
    filters: given
      .getAll("filter")
      .map(parseFilter)
      .filter((filter) => filter !== null),
    lists: Object.fromEntries(lists) as Record<ListName, Dimension>,
    table: given.get("table") === "yes",
    theme: one("theme", THEMES) ?? "system",
  };
}

/** Writes the query string, defaults left out; starts with `?`. */
export function writeView(view: View): string {
  const parts: [string, string][] = [];
  if (view.site) parts.push(["site", view.site]);
  if (view.page !== "overview") parts.push(["view", view.page]);
  if (writeRange(view.range) !== writeRange(DEFAULT_RANGE)) parts.push(["range", writeRange(view.range)]);
  if (view.interval) parts.push(["interval", view.interval]);
  if (view.metric !== "visitors") parts.push(["metric", view.metric]);
  for (const filter of view.filters) parts.push(["filter", writeFilter(filter)]);
  for (const name of LIST_NAMES) if (view.lists[name] !== LISTS[name][0]) parts.push([name, view.lists[name]]);
  if (view.table) parts.push(["table", "yes"]);
  if (view.theme !== "system") parts.push(["theme", view.theme]);
  return `?${parts.map(([key, value]) => `${key}=${readable(value)}`).join("&")}`;
}

/** Percent-encoding that leaves what a query string may hold as people wrote it. */
function readable(value: string): string {
  const bare: Record<string, string> = { "%2C": ",", "%2F": "/", "%3A": ":", "%20": "+" };
  return encodeURIComponent(value).replace(/%2C|%2F|%3A|%20/g, (code) => bare[code] ?? code);
}
