import { expect, test } from "vitest";
import { filterJson, parseFilter } from "./filters";
import { readFilter, readFilters } from "./read-filter";

test.each([
  "is,country,DE,FR",
  "contains,page,/blog",
  "is_not,prop:plan,free",
  "any(is,country,DE;matches,page,^/a)",
  "none(is,country,DE;is,country,FR)",
  "did(is,event,signup)",
  "never(all(is,event,a;is,prop:b,c);is,event,d)",
])("what was written is read back: %s", (written) => {
  const filter = parseFilter(written);
  expect(filter).not.toBeNull();
  if (filter) expect(readFilter(JSON.parse(JSON.stringify(filterJson(filter))))).toEqual(filter);
});

test.each([
  [["is", "nothing", ["a"]]],
  [["is", "country", "DE"]],
  [["contains", "page", ["a"]]],
  [["is", "country", ["DE"], { case_sensitive: false }]],
  [["and", []]],
  ["is"],
])("what the dashboard cannot write is not read: %j", (json) => {
  expect(readFilter(json)).toBeNull();
  expect(readFilters([["is", "country", ["DE"]], json])).toBeNull();
});
