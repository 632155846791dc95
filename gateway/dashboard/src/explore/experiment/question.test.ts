import { expect, test } from "vitest";
import type { ExperimentGroup, Variant } from "../../api/explore";
import { experimentJson, onLine, readExperiment, sharesOf, verdictOf, writeExperiment } from "./question";

const NOTHING: Variant = {
  variant: "",
  exposures: 100,
  conversions: 10,
  rate: 10,
  mean: null,
  standard_deviation: null,
  chance_to_be_best: null,
  chance_to_beat_control: null,
  difference: null,
  credible_low: null,
  credible_high: null,
  expected_loss: null,
  p_value: null,
  confidence_low: null,
  confidence_high: null,
  always_valid_p: null,
  lift: null,
};

function group(chances: (number | null)[], p: (number | null)[], more: Partial<ExperimentGroup> = {}): ExperimentGroup {
  const variants = chances.map((chance, at) => ({
    ...NOTHING,
    variant: at === 0 ? "control" : `v${at}`,
    chance_to_be_best: chance,
    always_valid_p: p[at] ?? null,
  }));
  return { value: "", variants, several_variants: 0, ratio_p: 0.5, ratio_mismatch: false, ...more };
}

test("the verdict warns before it praises", () => {
  expect(verdictOf(group([0.01, 0.99], [null, 0.01], { ratio_mismatch: true })).kind).toBe("broken");
  expect(verdictOf(group([0.01, 0.99], [null, 0.01], { ratio_p: null })).kind).toBe("early");
  expect(verdictOf(group([0.5, null], [null, null])).kind).toBe("early");
  expect(verdictOf(group([1], [null])).kind).toBe("early");
  expect(verdictOf(group([], [])).kind).toBe("early");
});

test("a winner is sure only if it stays one however often one looks", () => {
  expect(verdictOf(group([0.2, 0.8], [null, 0.3]))).toMatchObject({ kind: "open", chance: 0.8 });
  expect(verdictOf(group([0.02, 0.98], [null, 0.3])).kind).toBe("likely");
  expect(verdictOf(group([0.02, 0.98], [null, 0.04]))).toMatchObject({ kind: "sure", best: { variant: "v1" } });
  expect(verdictOf(group([0.98, 0.01, 0.01], [null, 0.01, 0.2])).kind).toBe("likely");
  expect(verdictOf(group([0.98, 0.01, 0.01], [null, 0.01, 0.02]))).toMatchObject({ best: { variant: "control" } });
});

test("what is asked is read from the URL as it was written", () => {
  const own = {
    experiment: "button:colour",
    success: "goal:Signup",
    measure: "revenue",
    unit: "user",
    currency: "EUR",
    control: "old",
    "weight.old": "3",
    "weight.new, b": "1",
    by: "device",
  };
  const form = readExperiment(own);
  expect(writeExperiment(form)).toEqual(own);
  expect(experimentJson(form)).toEqual({
    experiment: "button:colour",
    conversion: { goal: "Signup" },
    measure: "revenue",
    unit: "user",
    currency: "EUR",
    control: "old",
    weights: { old: 3, "new, b": 1 },
  });
  expect(experimentJson(readExperiment({ experiment: "a", success: "goal:" }))).toBeNull();
  expect(experimentJson({ ...form, currency: "" })).toBeNull();
  expect(readExperiment({ "weight.a": "-1", "weight.b": "x" }).weights).toEqual({});
});

test("shares and places on a line", () => {
  expect(sharesOf([1, 3])).toEqual([0.25, 0.75]);
  expect(sharesOf([0, 0])).toEqual([0, 0]);
  expect(onLine(-5, 10, 10)).toEqual({ start: 25, size: 75 });
  expect(onLine(0, 0, 0)).toEqual({ start: 50, size: 0 });
});
