import { expect, test } from "vitest";
import { addFilter, type Filter, isFiltered, reverseFilter, toggleFilter } from "./filters";

const germany: Filter = { operator: "is", dimension: "country", values: ["DE"] };
const notChrome: Filter = { operator: "is_not", dimension: "browser", values: ["Chrome"] };

test("a click on a row asks for its value alone", () => {
  expect(toggleFilter([germany, notChrome], "country", "FR")).toEqual([notChrome, { ...germany, values: ["FR"] }]);
});

test("a second click on the row takes the filter back", () => {
  expect(toggleFilter([germany, notChrome], "country", "DE")).toEqual([notChrome]);
});

test("a negation is not what a row shows", () => {
  expect(isFiltered([notChrome], "browser", "Chrome")).toBe(false);
});

test("reversing twice changes nothing", () => {
  expect(reverseFilter(reverseFilter([germany], 0), 0)).toEqual([germany]);
});

test("the same condition is added once", () => {
  expect(addFilter([germany], { ...germany })).toEqual([germany]);
});
