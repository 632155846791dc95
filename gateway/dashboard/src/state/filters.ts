import { type Dimension, isDimension } from "./dimensions";

export const OPERATORS = ["is", "is_not", "contains", "contains_not"] as const;
export type Operator = (typeof OPERATORS)[number];

/** A condition on one dimension; any of the values satisfies it, none of them its negation. */
export interface Filter {
  readonly operator: Operator;
  readonly dimension: Dimension;
  readonly values: readonly string[];
}

const OPPOSITE: Record<Operator, Operator> = {
  is: "is_not",
  is_not: "is",
  contains: "contains_not",
  contains_not: "contains",
};

/** `is,country,DE,FR`; a comma or backslash inside a value is written with a backslash before it. */
export function writeFilter({ operator, dimension, values }: Filter): string {
  return [operator, dimension, ...values.map((value) => value.replace(/[\\,]/g, "\\$&"))].join(",");
}

/** Reads the URL's form; null where it is none. */
export function parseFilter(written: string): Filter | null {
  const [operatorName, dimension, ...values] = splitUnescaped(written);
  const operator = OPERATORS.find((known) => known === operatorName);
  if (!operator || dimension === undefined || !isDimension(dimension) || values.length === 0) return null;
  return { operator, dimension, values };
}

function splitUnescaped(written: string): string[] {
  const parts = [""];
  for (let at = 0; at < written.length; at++) {
    const character = written.charAt(at);
    if (character === ",") parts.push("");
    else parts[parts.length - 1] += character === "\\" ? written.charAt(++at) : character;
  }
  return parts;
}

/** Whether rows of this value are what the filters ask for. */
export function isFiltered(filters: readonly Filter[], dimension: Dimension, value: string): boolean {
  return filters.some((one) => one.operator === "is" && one.dimension === dimension && one.values.includes(value));
}

/** What a click on a row does: asks for its value alone, or stops asking for it. */
export function toggleFilter(filters: readonly Filter[], dimension: Dimension, value: string): Filter[] {
  const others = filters.filter((one) => !(one.operator === "is" && one.dimension === dimension));
  return isFiltered(filters, dimension, value) ? others : [...others, { operator: "is", dimension, values: [value] }];
}

export function addFilter(filters: readonly Filter[], added: Filter): Filter[] {
  const same = (one: Filter) => writeFilter(one) === writeFilter(added);
  return filters.some(same) ? [...filters] : [...filters, added];
}

export function removeFilter(filters: readonly Filter[], index: number): Filter[] {
  return filters.filter((_, at) => at !== index);
}

export function reverseFilter(filters: readonly Filter[], index: number): Filter[] {
  return filters.map((one, at) => (at === index ? { ...one, operator: OPPOSITE[one.operator] } : one));
}

/** The query API's form. */
export function filterJson({ operator, dimension, values }: Filter): [string, string, readonly string[]] {
  return [operator, dimension, values];
}
