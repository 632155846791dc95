import { expect, test } from "vitest";
import { type Match, UNCHOSEN } from "../match";
import { funnelJson, isReady, movedUp, pathOf, readFunnel, without, writeFunnel } from "./question";

const page = (value: string): Match => ({ kind: "page", value, where: [] });
const STEPS = [page("/"), UNCHOSEN, { kind: "goal", value: "Signup", where: [] } as const];

test("a funnel is read from the URL as it was written", () => {
  const form = { steps: STEPS, order: "any", unit: "user", window: 3600, breakdown: "country" } as const;
  expect(readFunnel(writeFunnel(form))).toEqual(form);
  expect(writeFunnel(readFunnel({}))).toEqual({});
  expect(readFunnel({ order: "x", unit: "x", window: "-1", by: "page" })).toEqual(readFunnel({}));
});

test("rows that are not chosen are not asked, and a refusal finds its row", () => {
  const form = readFunnel(writeFunnel({ ...readFunnel({}), steps: STEPS }));
  expect(isReady(form)).toBe(true);
  expect(isReady(readFunnel({ step1: "page:/" }))).toBe(false);
  expect(funnelJson(form)).toEqual({ steps: [{ page: "/" }, { goal: "Signup" }], order: "ordered", unit: "visit" });
  expect([0, 1, 2].map((row) => pathOf(form, row))).toEqual(["steps[0]", "", "steps[1]"]);
});

test("steps change places, and two rows always stay", () => {
  expect(movedUp(STEPS, 2)).toEqual([STEPS[0], STEPS[2], STEPS[1]]);
  expect(movedUp(STEPS, 0)).toEqual(STEPS);
  expect(without([page("/"), page("/a")], 0)).toEqual([page("/a"), UNCHOSEN]);
});
