import { describe, expect, test } from "vitest";
import {
  addFilter,
  complete,
  type Filter,
  filterJson,
  isFiltered,
  parseFilter,
  reversed,
  tested,
  toggleFilter,
  writeFilter,
} from "./filters";

const germany = { operator: "is", dimension: "country", values: ["DE"] } as const satisfies Filter;
const notChrome = { operator: "is_not", dimension: "browser", values: ["Chrome"] } as const satisfies Filter;
const pro = { operator: "is", dimension: "prop:plan", values: ["pro"] } as const satisfies Filter;

describe("clicks on rows", () => {
  test("a click on a row asks for its value alone", () => {
    expect(toggleFilter([germany, notChrome], "country", "FR")).toEqual([notChrome, { ...germany, values: ["FR"] }]);
  });

  test("a second click on the row takes the filter back", () => {
    expect(toggleFilter([germany, notChrome], "country", "DE")).toEqual([notChrome]);
  });

  test("a negation is not what a row shows, nor is what a group asks", () => {
    expect(isFiltered([notChrome], "browser", "Chrome")).toBe(false);
    expect(isFiltered([{ group: "any", members: [germany] }], "country", "DE")).toBe(false);
  });

  test("the same condition is added once", () => {
    expect(addFilter([germany], { ...germany })).toEqual([germany]);
  });
});

test("reversing twice changes nothing", () => {
  expect(reversed(reversed(germany))).toEqual(germany);
});

describe("filters in the address", () => {
  test.each<Filter>([
    { ...germany, values: ["a,b", "a\\,b", "(;)", "", "any(is,page,/)"] },
    { group: "any", members: [germany, { group: "none", members: [notChrome, pro] }] },
    { group: "never", members: [{ ...pro, dimension: "prop:a,b;(c)" }] },
  ])("%j survives", (filter) => expect(parseFilter(writeFilter(filter))).toEqual(filter));

  test.each(["any()", "any(is,country,DE", "any(is,country,DE))", "is,country", "eq,page,/", "is,prop:,x", ""])(
    "%j is none",
    (written) => expect(parseFilter(written)).toBeNull(),
  );

  test("what is nested without end is none", () => {
    expect(parseFilter(`${"any(".repeat(2000)}is,page,/${")".repeat(2000)}`)).toBeNull();
  });
});

test("the API gets and, or, not, has_done; contains whatever the case", () => {
  expect(filterJson({ group: "none", members: [germany, pro] })).toEqual([
    "not",
    ["or", [filterJson(germany), filterJson(pro)]],
  ]);
  expect(filterJson({ group: "did", members: [pro] })).toEqual(["has_done", ["is", "prop:plan", ["pro"]]]);
  expect(filterJson({ operator: "contains", dimension: "page", values: ["a"] })).toEqual([
    "contains",
    "page",
    ["a"],
    { case_sensitive: false },
  ]);
});

test("unfinished conditions and empty groups are left out", () => {
  const empty = { ...germany, values: [] };
  expect(complete([empty, { group: "all", members: [empty] }, { group: "any", members: [empty, pro] }])).toEqual([
    { group: "any", members: [pro] },
  ]);
});

test("what visitors also did is not what is counted", () => {
  expect(tested([germany, { group: "any", members: [pro] }, { group: "did", members: [pro] }])).toEqual([
    "country",
    "prop:plan",
  ]);
});
