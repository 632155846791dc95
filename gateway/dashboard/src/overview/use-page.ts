import { useRef } from "preact/hooks";
import { call } from "../api/http";
import type { ListAnswer, PageAnswer } from "../api/query";
import type { Site } from "../api/session";
import { type Asked, useAsk } from "../api/use-ask";
import type { Dimension } from "../state/dimensions";
import type { View } from "../state/view";
import type { Interval } from "../time/buckets";
import {
  askList,
  cardRows,
  intervalOf,
  listMetrics,
  listOf,
  listQuestion,
  pageQuestion,
  scopeKey,
  scopeOf,
  shownLists,
} from "./question";

/** The answers behind the overview. */
export interface Page {
  /** Everything that was on screen when the scope was chosen. */
  readonly whole: Asked<PageAnswer>;
  /** The one that holds the series: of its own where another interval was chosen since. */
  readonly series: Asked<PageAnswer>;
  /** The lists that come with the whole. */
  readonly lists: readonly Dimension[];
}

/** Asks for the page in one question; a tab or an interval that is chosen later costs a question of its own alone. */
export function usePage(site: Site, view: View): Page {
  const key = scopeKey(site, view);
  const first = useRef<{ key: string; lists: Dimension[]; interval: Interval | null } | null>(null);
  if (first.current?.key !== key) first.current = { key, lists: shownLists(view), interval: intervalOf(view) };
  const { lists, interval } = first.current;
  const wished = intervalOf(view);

  const ask = (grain: Interval | null, dimensions: readonly Dimension[]) => (signal: AbortSignal) =>
    call("POST /api/v1/page", pageQuestion(scopeOf(site, view, new Date()), grain, dimensions), { signal });
  const whole = useAsk(JSON.stringify(["page", key, interval, lists]), ask(interval, lists));
  const other = useAsk(wished === interval ? null : JSON.stringify(["page", key, wished, []]), ask(wished, []));
  return { whole, series: wished === interval ? whole : other, lists };
}

/** A card's list: out of the page's answer if it came with that, else asked by itself. */
export function useList(site: Site, view: View, page: Page, dimension: Dimension): Asked<ListAnswer> {
  const included = page.lists.includes(dimension);
  const alone = useAsk(included ? null : JSON.stringify(["list", scopeKey(site, view), dimension]), (signal) => {
    const options = { metrics: listMetrics(dimension, "card"), limit: cardRows(dimension) };
    return askList(listQuestion(scopeOf(site, view, new Date()), dimension, options), signal);
  });
  return included ? { ...page.whole, answer: listOf(page.whole.answer, dimension) } : alone;
}
