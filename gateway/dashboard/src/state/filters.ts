import { type Dimension, isDimension, isOfEvents } from "./dimensions";

export const OPERATORS = ["is", "is_not", "contains", "contains_not", "matches", "matches_not"] as const;
export type Operator = (typeof OPERATORS)[number];

/** What a group asks of its members; the last two are of what visitors did in the period, whatever else they did. */
export const GROUPS = ["all", "any", "none", "did", "never"] as const;
export type GroupWord = (typeof GROUPS)[number];

/** A condition on one dimension; any of the values satisfies it, none of them its negation. */
export interface Condition {
  readonly operator: Operator;
  readonly dimension: Dimension;
  readonly values: readonly string[];
}

export interface Group {
  readonly group: GroupWord;
  /** At least one. */
  readonly members: readonly Filter[];
}

/** The view's filters are a list of these, all of which must hold. */
export type Filter = Condition | Group;

export function isGroup(filter: Filter): filter is Group {
  return "group" in filter;
}

const OPPOSITE: Record<Operator, Operator> = {
  is: "is_not",
  is_not: "is",
  contains: "contains_not",
  contains_not: "contains",
  matches: "matches_not",
  matches_not: "matches",
};

/** The API's own limit is ten levels. */
const DEEPEST = 6;

/** `is,country,DE,FR`, `any(is,country,DE;is,page,/)`; what has a meaning here has a backslash before it in a value. */
export function writeFilter(filter: Filter): string {
  if (isGroup(filter)) return `${filter.group}(${filter.members.map(writeFilter).join(";")})`;
  return [filter.operator, filter.dimension, ...filter.values].map(escaped).join(",");
}

function escaped(part: string): string {
  return part.replace(/[\\,;()]/g, "\\$&");
}

/** Reads the URL's form; null where it is none. */
export function parseFilter(written: string): Filter | null {
  const reader = new Reader(written);
  const filter = reader.filter(1);
  return reader.atEnd ? filter : null;
}

class Reader {
  private at = 0;
  constructor(private readonly written: string) {}

  get atEnd(): boolean {
    return this.at === this.written.length;
  }

  filter(depth: number): Filter | null {
    const group = GROUPS.find((word) => this.written.startsWith(`${word}(`, this.at));
    return group ? this.group(group, depth) : this.condition();
  }

  private group(group: GroupWord, depth: number): Group | null {
    if (depth >= DEEPEST) return null;
    this.at += group.length + 1;
    const members: Filter[] = [];
    for (;;) {
      const member = this.filter(depth + 1);
      if (!member) return null;
      members.push(member);
      const next = this.written.charAt(this.at++);
      if (next === ")") return { group, members };
      if (next !== ";") return null;
    }
  }

  private condition(): Condition | null {
    const [operatorName, dimension, ...values] = this.parts();
    const operator = OPERATORS.find((known) => known === operatorName);
    if (!operator || dimension === undefined || !isDimension(dimension) || values.length === 0) return null;
    return { operator, dimension, values };
  }

  /** Up to the end of the condition, split at bare commas. */
  private parts(): string[] {
    const parts = [""];
    for (; this.at < this.written.length; this.at++) {
      const character = this.written.charAt(this.at);
      if (character === ";" || character === ")" || character === "(") break;
      if (character === ",") parts.push("");
      else parts[parts.length - 1] += character === "\\" ? this.written.charAt(++this.at) : character;
    }
    return parts;
  }
}

/** Whether rows of this value are what the filters ask for. */
export function isFiltered(filters: readonly Filter[], dimension: Dimension, value: string): boolean {
  return filters.some((one) => isOf(one, dimension) && one.values.includes(value));
}

function isOf(filter: Filter, dimension: Dimension): filter is Condition {
  return !isGroup(filter) && filter.operator === "is" && filter.dimension === dimension;
}

/** What a click on a row does: asks for its value alone, or stops asking for it. */
export function toggleFilter(filters: readonly Filter[], dimension: Dimension, value: string): Filter[] {
  const others = filters.filter((one) => !isOf(one, dimension));
  return isFiltered(filters, dimension, value) ? others : [...others, { operator: "is", dimension, values: [value] }];
}

export function addFilter(filters: readonly Filter[], added: Filter): Filter[] {
  const same = (one: Filter) => writeFilter(one) === writeFilter(added);
  return filters.some(same) ? [...filters] : [...filters, added];
}

export function replaceAt(filters: readonly Filter[], index: number, filter: Filter): Filter[] {
  return filters.map((one, at) => (at === index ? filter : one));
}

export function removeAt(filters: readonly Filter[], index: number): Filter[] {
  return filters.filter((_, at) => at !== index);
}

export function reversed(condition: Condition): Condition {
  return { ...condition, operator: OPPOSITE[condition.operator] };
}

/** What is left of filters that are being written: conditions without a value and empty groups are gone. */
export function complete(filters: readonly Filter[]): Filter[] {
  return filters.flatMap((filter): Filter[] => {
    if (!isGroup(filter)) return filter.values.length > 0 && isDimension(filter.dimension) ? [filter] : [];
    const members = complete(filter.members);
    return members.length > 0 ? [{ ...filter, members }] : [];
  });
}

/** The query API's form. What people type to search is found whatever its case. */
export function filterJson(filter: Filter): unknown[] {
  if (!isGroup(filter)) {
    const test: unknown[] = [filter.operator, filter.dimension, filter.values];
    return filter.operator.startsWith("contains") ? [...test, { case_sensitive: false }] : test;
  }
  const members = filter.members.map(filterJson);
  const [first] = members;
  switch (filter.group) {
    case "all":
      return ["and", members];
    case "any":
      return ["or", members];
    case "none":
      return ["not", ["or", members]];
    case "did":
      return ["has_done", members.length > 1 ? ["and", members] : first];
    case "never":
      return ["has_not_done", members.length > 1 ? ["and", members] : first];
  }
}

/** The dimensions that filters test of what they count; not those of what visitors also did. */
export function tested(filters: readonly Filter[]): string[] {
  return filters.flatMap((filter) => {
    if (!isGroup(filter)) return [filter.dimension];
    return filter.group === "did" || filter.group === "never" ? [] : tested(filter.members);
  });
}

/** Whether single events are asked for, of which a mean per visit has no meaning (semantics: Metrics). */
export function asksForEvents(filters: readonly Filter[]): boolean {
  return tested(filters).some(isOfEvents);
}
