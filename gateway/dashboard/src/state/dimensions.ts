import { text } from "../text";

export type Dimension = keyof typeof text.dimensions;

export const DIMENSIONS = Object.keys(text.dimensions) as Dimension[];

export function isDimension(name: string): name is Dimension {
  return Object.hasOwn(text.dimensions, name);
}

/** Dimensions of single events, not of whole visits: with them a mean per visit has no meaning (semantics: Metrics). */
export const EVENT_DIMENSIONS: readonly Dimension[] = ["page", "hostname", "event"];

/** The cards of the overview and what each can list; the first is shown when nothing was chosen. */
export const LISTS = {
  sources: ["channel", "source", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"],
  pages: ["page", "entry_page", "exit_page", "hostname"],
  locations: ["country", "region", "city"],
  devices: ["browser", "os", "device", "screen", "language"],
  events: ["event"],
} as const satisfies Record<string, readonly Dimension[]>;

export type ListName = keyof typeof LISTS;

export const LIST_NAMES = Object.keys(LISTS) as ListName[];

/** Dimensions that share one tab, "Campaigns". */
export function isCampaign(dimension: Dimension): boolean {
  return dimension.startsWith("utm_");
}
