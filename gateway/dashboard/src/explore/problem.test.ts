import { expect, test } from "vitest";
import { ApiError } from "../api/http";
import { problemAt, sentenceOf } from "./problem";

const REFUSED = new ApiError(400, "steps[1].goal: there is no goal of this name", "steps[1].goal");

test("a refusal is told at the part it is about and at no other", () => {
  expect(problemAt(REFUSED, "steps[1]")).toBe("There is no goal of this name");
  expect(problemAt(REFUSED, "steps")).toBe("There is no goal of this name");
  expect(problemAt(REFUSED, "steps[10]")).toBe("");
  expect(problemAt(REFUSED, "step")).toBe("");
  expect(problemAt(null, "steps")).toBe("");
  expect(problemAt(new ApiError(503, "away"), "steps")).toBe("");
});

test("a sentence stands without its path", () => {
  expect(sentenceOf(REFUSED)).toBe("There is no goal of this name");
  expect(sentenceOf(new ApiError(503, "away"))).toBe("Away");
});
