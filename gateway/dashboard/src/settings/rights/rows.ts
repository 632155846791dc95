import { formatCount } from "../../format";
import { locale } from "../../text";
import { held } from "../../text/rights";

const list = new Intl.ListFormat(locale, { type: "conjunction" });

/** `12 events and 3 visits`: what rows of each table stand for; "" for none. A visit and its state are one. */
export function namedRows({ visits = 0, visit_state: states = 0, ...rows }: Readonly<Record<string, number>>): string {
  const named = { ...rows, visits: Math.max(visits, states) };
  const parts = Object.entries(named).filter(([, number]) => number > 0);
  return list.format(parts.sort().map(([table, number]) => held(table, number, formatCount(number))));
}
