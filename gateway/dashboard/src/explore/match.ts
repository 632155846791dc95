import type { FunnelQuestion } from "../api/explore";
import { visible } from "../format";
import { keyOf } from "../state/dimensions";
import { type Condition, complete, filterJson, isGroup, parseFilter, writeFilter } from "../state/filters";
import { text } from "../text";

export const KINDS = ["page", "event", "goal"] as const;
export type Kind = (typeof KINDS)[number];

/** Which events are meant: views of a page, events of a name, or what meets a goal. */
export interface Match {
  readonly kind: Kind;
  /** Empty: not chosen yet. Of a page `*` stands for anything. */
  readonly value: string;
  /** Of the event's properties; all must hold. */
  readonly where: readonly Condition[];
}

export const UNCHOSEN: Match = { kind: "page", value: "", where: [] };

/** Parameters of a page in the URL. */
export type Own = Readonly<Record<string, string>>;

type MatchJson = NonNullable<FunnelQuestion["steps"]>[number];

/** Reads `KEY=page:/pricing` and `KEY.where=all(is,prop:plan,pro)`; null where there is none. */
export function readMatch(own: Own, key: string): Match | null {
  const written = own[key];
  if (written === undefined) return null;
  const [name = "", ...rest] = written.split(":");
  const kind = KINDS.find((known) => known === name);
  if (!kind) return null;
  const filter = parseFilter(own[`${key}.where`] ?? "");
  const members = filter && isGroup(filter) && filter.group === "all" ? filter.members : filter ? [filter] : [];
  const where = members.filter((one): one is Condition => !isGroup(one) && keyOf(one.dimension)[0] === "prop:");
  return { kind, value: rest.join(":"), where };
}

/** The parameters that `readMatch` reads; none for null. */
export function writeMatch(key: string, match: Match | null): Own {
  if (!match) return {};
  const where = complete(match.where);
  return {
    [key]: `${match.kind}:${match.value}`,
    ...(where.length > 0 ? { [`${key}.where`]: writeFilter({ group: "all", members: where }) } : {}),
  };
}

/** The parameters without those of the match and with others in their place; an empty one is left out. */
export function withMatch(own: Own, key: string, match: Match | null): Own {
  const others = Object.entries(own).filter(([name]) => name !== key && name !== `${key}.where`);
  return { ...Object.fromEntries(others), ...writeMatch(key, match) };
}

/** The parameters with one changed; its default, "", is left out. */
export function withOwn(own: Own, key: string, value: string): Own {
  const others = Object.fromEntries(Object.entries(own).filter(([name]) => name !== key));
  return value ? { ...others, [key]: value } : others;
}

/** The API's form. */
export function matchJson({ kind, value, where }: Match): MatchJson {
  const filters = complete(where).map(filterJson);
  return { [kind]: value, ...(filters.length > 0 ? { filters } : {}) };
}

/** A match for people: `/pricing`, `signup (plan is pro)`. */
export function matchName({ kind, value, where }: Match): string {
  const name = kind === "page" && value === "*" ? text.explore.match.anyPage : visible(value);
  if (where.length === 0) return name;
  const conditions = where.map(
    ({ dimension, operator, values }) =>
      `${visible(keyOf(dimension)[1])} ${text.filters.operators[operator]} ${values.map(visible).join(` ${text.filters.or} `)}`,
  );
  return `${name} (${conditions.join(` ${text.filters.and} `)})`;
}
