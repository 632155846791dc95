import { expect, test } from "vitest";
import { type Match, matchJson, matchName, readMatch, withMatch, withOwn } from "./match";

const PRO: Match = {
  kind: "event",
  value: "signup: done, now",
  where: [{ operator: "is", dimension: "prop:plan;a", values: ["pro", "free,er"] }],
};

test("a match is read from the URL as it was written, whatever it holds", () => {
  const own = withMatch({ order: "any" }, "step1", PRO);
  expect(readMatch(own, "step1")).toEqual(PRO);
  expect(own.order).toBe("any");
  expect(readMatch(withMatch({}, "start", { kind: "page", value: "/a:b?*", where: [] }), "start")?.value).toBe(
    "/a:b?*",
  );
});

test("what is no match is none, and what is no property is no condition", () => {
  expect(readMatch({}, "start")).toBeNull();
  expect(readMatch({ start: "country:DE" }, "start")).toBeNull();
  const odd = { start: "page:/", "start.where": "any(is,country,DE;is,page,/)" };
  expect(readMatch(odd, "start")).toEqual({ kind: "page", value: "/", where: [] });
});

test("the API gets its form, and people theirs", () => {
  expect(matchJson(PRO)).toEqual({ event: "signup: done, now", filters: [["is", "prop:plan;a", ["pro", "free,er"]]] });
  expect(matchJson({ kind: "page", value: "/", where: [] })).toEqual({ page: "/" });
  expect(matchName({ kind: "page", value: "*", where: [] })).toBe("any page");
  expect(matchName(PRO)).toBe("signup: done, now (plan;a is pro or free,er)");
});

test("a parameter at its default is left out", () => {
  expect(withOwn({ order: "any", unit: "user" }, "order", "")).toEqual({ unit: "user" });
  expect(withMatch({ end: "page:/", "end.where": "x" }, "end", null)).toEqual({});
});
