import type { Interval } from "../time/buckets";
import { parseRange, type Range, writeRange } from "../time/range";
import { isDay } from "../time/wall";
import type { Compare } from "./compare";
import { type Dimension, isDimension, LIST_NAMES, LISTS, type Listed, type ListName, lists } from "./dimensions";
import { type Filter, parseFilter, writeFilter } from "./filters";

export const METRICS = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"] as const;
export type Metric = (typeof METRICS)[number];

export type Theme = "system" | "light" | "dark";

/** All that decides what is on screen. It lives in the URL, so a link shows the same and "back" goes back. */
export interface View {
  /** The first part of the path, "" for the overview. */
  readonly page: string;
  /** The rest of the path: where on that page. */
  readonly place: string;
  /** Empty: the first site of the user. */
  readonly site: string;
  readonly range: Range;
  readonly compare: Compare;
  /** The compared period begins on the same day of the week. */
  readonly weekdays: boolean;
  /** Null: the period's own. */
  readonly interval: Interval | null;
  readonly metric: Metric;
  readonly filters: readonly Filter[];
  readonly lists: Readonly<Record<ListName, Listed>>;
  /** The list that is open in full. */
  readonly details: Dimension | null;
  readonly table: boolean;
  readonly theme: Theme;
  /** Parameters that belong to the page alone; gone when another one is opened. */
  readonly own: Readonly<Record<string, string>>;
}

const THEMES: readonly Theme[] = ["system", "light", "dark"];
const INTERVALS: readonly Interval[] = ["minute", "hour", "day", "week", "month"];
const DEFAULT_RANGE: Range = { word: "last30" };
const SHARED: readonly string[] = [
  "site",
  "range",
  "compare",
  "weekdays",
  "interval",
  "metric",
  "filter",
  "details",
  "table",
  "theme",
  ...LIST_NAMES,
];

/** Reads an address. What it cannot read it leaves at its default. */
export function parseView(path: string, search: string): View {
  const given = new URLSearchParams(search);
  const one = <T extends string>(key: string, known: readonly T[]): T | undefined =>
    known.find((value) => value === given.get(key));
  const [page = "", ...place] = path.split("/").filter(Boolean);
  const details = given.get("details") ?? "";
  return {
    page,
    place: place.join("/"),
    site: given.get("site") ?? "",
    range: parseRange(given.get("range") ?? "") ?? DEFAULT_RANGE,
    compare: parseCompare(given.get("compare") ?? ""),
    weekdays: given.get("weekdays") === "yes",
    interval: one("interval", INTERVALS) ?? null,
    metric: one("metric", METRICS) ?? "visitors",
    filters: given
      .getAll("filter")
      .map(parseFilter)
      .filter((filter) => filter !== null),
    lists: Object.fromEntries(LIST_NAMES.map((name) => [name, listed(name, given.get(name))])) as View["lists"],
    details: isDimension(details) ? details : null,
    table: given.get("table") === "yes",
    theme: one("theme", THEMES) ?? "system",
    own: Object.fromEntries([...given].filter(([key]) => !SHARED.includes(key))),
  };
}

function listed(name: ListName, given: string | null): Listed {
  return given && lists(name, given) ? given : LISTS[name][0];
}

function parseCompare(written: string): Compare {
  if (written === "off" || written === "year") return written;
  const [from = "", to = ""] = written.split("..");
  return isDay(from) && isDay(to) && from <= to ? { from, to } : "previous";
}

/** Writes the address, defaults left out. */
export function writeView(view: View): string {
  const parts: [string, string][] = [];
  if (view.site) parts.push(["site", view.site]);
  if (writeRange(view.range) !== writeRange(DEFAULT_RANGE)) parts.push(["range", writeRange(view.range)]);
  if (typeof view.compare !== "string") parts.push(["compare", `${view.compare.from}..${view.compare.to}`]);
  else if (view.compare !== "previous") parts.push(["compare", view.compare]);
  if (view.weekdays) parts.push(["weekdays", "yes"]);
  if (view.interval) parts.push(["interval", view.interval]);
  if (view.metric !== "visitors") parts.push(["metric", view.metric]);
  for (const filter of view.filters) parts.push(["filter", writeFilter(filter)]);
  for (const name of LIST_NAMES) if (view.lists[name] !== LISTS[name][0]) parts.push([name, view.lists[name]]);
  if (view.details) parts.push(["details", view.details]);
  if (view.table) parts.push(["table", "yes"]);
  if (view.theme !== "system") parts.push(["theme", view.theme]);
  parts.push(...Object.entries(view.own));
  const path = `/${[view.page, view.place].filter(Boolean).join("/")}`;
  return parts.length > 0 ? `${path}?${parts.map(([key, value]) => `${key}=${readable(value)}`).join("&")}` : path;
}

/** The view of another page: site, period, filters and theme stay, what belongs to one page goes. */
export function openedPage(view: View, page: string, place = ""): View {
  return { ...view, page, place, details: null, own: {} };
}

/** Percent-encoding that leaves what a query string may hold as people wrote it. */
function readable(value: string): string {
  const bare: Record<string, string> = { "%2C": ",", "%2F": "/", "%3A": ":", "%3B": ";", "%20": "+" };
  return encodeURIComponent(value).replace(/%2C|%2F|%3A|%3B|%20/g, (code) => bare[code] ?? code);
}
