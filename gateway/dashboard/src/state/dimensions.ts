import { text } from "../text";

type Named = keyof typeof text.dimensions;

/** A dimension of the query API. Of properties and experiments the key follows the colon. */
export type Dimension = Named | `prop:${string}` | `experiment:${string}`;

const KEYED = ["prop:", "experiment:"] as const;

/** The API's limit of a property's key. */
export const LONGEST_KEY = 100;

export function isDimension(name: string): name is Dimension {
  const prefix = KEYED.find((known) => name.startsWith(known));
  if (prefix) return name.length > prefix.length && name.length <= prefix.length + LONGEST_KEY;
  return Object.hasOwn(text.dimensions, name);
}

/** `Property “plan”`, `Page`. */
export function dimensionName(dimension: Dimension): string {
  const [prefix, key] = keyOf(dimension);
  if (prefix === "prop:") return text.keyed.property(key);
  if (prefix === "experiment:") return text.keyed.experiment(key);
  return text.dimensions[dimension as Named];
}

/** The part before the key and the key, both empty for a dimension that has none. */
export function keyOf(dimension: string): readonly ["" | "prop:" | "experiment:", string] {
  const prefix = KEYED.find((known) => dimension.startsWith(known));
  return prefix ? [prefix, dimension.slice(prefix.length)] : ["", ""];
}

/** Dimensions of single events, not of whole visits (semantics: Dimensions). */
const OF_EVENTS: readonly string[] = ["page", "hostname", "page_title", "event", "goal", "element", "currency"];

export function isOfEvents(dimension: string): boolean {
  return OF_EVENTS.includes(dimension) || dimension.startsWith("prop:");
}

/** The cards of the overview and what each can list; the first is shown when nothing was chosen. */
export const LISTS = {
  sources: ["channel", "source", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"],
  pages: ["page", "entry_page", "exit_page", "page_title", "hostname"],
  locations: ["country", "region", "city"],
  devices: ["browser", "os", "device", "screen", "language"],
  events: ["event", "element", "goal"],
} as const satisfies Record<string, readonly Dimension[]>;

export type ListName = keyof typeof LISTS;

export const LIST_NAMES = Object.keys(LISTS) as ListName[];

/** What a card shows. `prop:` without a key: the reader has yet to say which property; `map`: countries as a map. */
export type Listed = Dimension | "prop:" | "map";

/** Whether the card can list the dimension. */
export function lists(name: ListName, dimension: string): dimension is Listed {
  if (name === "events" && dimension.startsWith("prop:")) return dimension.length <= "prop:".length + LONGEST_KEY;
  return (LISTS[name] as readonly string[]).includes(dimension) || (name === "locations" && dimension === "map");
}

/** What the filter form offers, by subject. */
export const FILTERABLE = {
  pages: ["page", "entry_page", "exit_page", "page_title", "hostname", "entry_hostname", "exit_hostname"],
  events: ["event", "goal", "element", "prop:", "currency"],
  sources: [...LISTS.sources],
  locations: [...LISTS.locations],
  devices: ["browser", "browser_version", "os", "os_version", "device", "screen", "language"],
  others: ["segment", "experiment:"],
} as const satisfies Record<string, readonly string[]>;
