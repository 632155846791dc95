import { isDimension } from "./dimensions";
import { type Filter, OPERATORS } from "./filters";

/** Reads the query API's form; null where the filter is one that the dashboard cannot write. */
export function readFilter(json: unknown): Filter | null {
  if (!Array.isArray(json)) return null;
  const [word, second, third, more] = json as readonly unknown[];
  switch (word) {
    case "and":
      return group("all", second);
    case "or":
      return group("any", second);
    case "not":
      return inner("none", second, "or");
    case "has_done":
      return inner("did", second, "and");
    case "has_not_done":
      return inner("never", second, "and");
  }
  const operator = OPERATORS.find((known) => known === word);
  if (!operator || typeof second !== "string" || !isDimension(second) || !isTexts(third)) return null;
  // Text that is searched is found whatever its case, other operators take it as it is.
  if (isInsensitive(more) !== operator.startsWith("contains")) return null;
  return { operator, dimension: second, values: third };
}

/** All of them, or null if one cannot be read. */
export function readFilters(json: readonly unknown[]): readonly Filter[] | null {
  const filters = json.map(readFilter);
  return filters.every((filter) => filter !== null) ? filters : null;
}

function group(word: "all" | "any", members: unknown): Filter | null {
  const read = Array.isArray(members) && members.length > 0 ? readFilters(members) : null;
  return read && { group: word, members: read };
}

/** A group that the API writes around one filter; where that is a group of the kind, its members are the group's. */
function inner(word: "none" | "did" | "never", json: unknown, kind: "and" | "or"): Filter | null {
  if (Array.isArray(json) && json[0] === kind) {
    const several = group("all", json[1]);
    return several && "members" in several ? { group: word, members: several.members } : null;
  }
  const one = readFilter(json);
  return one && { group: word, members: [one] };
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === "string");
}

function isInsensitive(options: unknown): boolean {
  return (options as { readonly case_sensitive?: unknown } | undefined)?.case_sensitive === false;
}
