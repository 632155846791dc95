import { describe, expect, test } from "vitest";
import type { Point } from "../overview/points";
import { axesOf, timeStep, valueTicks } from "./axes";

const daily = (values: readonly (number | null)[]): Point[] =>
  values.map((value, at) => {
    const label = new Date(Date.UTC(2026, 0, 1 + at)).toISOString().slice(0, 10);
    return { label, value, running: false, before: null, beforeLabel: null };
  });
const widthOf = (words: string) => words.length * 7;

describe("values", () => {
  test("counts have whole numbers, from 0 to at least the highest", () => {
    expect(valueTicks("visitors", 0)).toEqual([0, 1]);
    expect(valueTicks("visits", 1)).toEqual([0, 1]);
    expect(valueTicks("visits", 3)).toEqual([0, 1, 2, 3]);
    expect(valueTicks("pageviews", 1_234)).toEqual([0, 500, 1_000, 1_500]);
  });

  test("there are two to seven, whatever the highest", () => {
    const most = { visitors: 1e9, views_per_visit: 1e3, bounce_rate: 100, visit_duration: 86_400 };
    for (const metric of ["visitors", "views_per_visit", "bounce_rate", "visit_duration"] as const)
      for (let highest = 0.01; highest < most[metric]; highest *= 1.37) {
        const ticks = valueTicks(metric, highest);
        expect(ticks.length, `${metric} ${highest}`).toBeGreaterThanOrEqual(2);
        expect(ticks.length, `${metric} ${highest}`).toBeLessThanOrEqual(7);
        expect(ticks.at(-1), `${metric} ${highest}`).toBeGreaterThanOrEqual(highest);
      }
  });

  test("views per visit have decimals without noise", () => {
    expect(valueTicks("views_per_visit", 1.4)).toEqual([0, 0.5, 1, 1.5]);
    expect(valueTicks("views_per_visit", 0.3)).toEqual([0, 0.1, 0.2, 0.3]);
  });

  test("a rate above 80 % is seen against all", () => {
    expect(valueTicks("bounce_rate", 81).at(-1)).toBe(100);
    expect(valueTicks("bounce_rate", 42).at(-1)).toBe(50);
  });

  test("durations have steps that clocks have", () => {
    expect(valueTicks("visit_duration", 130)).toEqual([0, 30, 60, 90, 120, 150]);
    expect(valueTicks("visit_duration", 5_000)).toEqual([0, 900, 1_800, 2_700, 3_600, 4_500, 5_400]);
  });
});

describe("times", () => {
  test("as many are labelled as there is room for", () => {
    expect(timeStep("hour", 24, 0.4)).toBe(1);
    expect(timeStep("hour", 24, 2.1)).toBe(3);
    expect(timeStep("hour", 24, 500)).toBe(24);
  });

  test("labels neither touch nor are cut", () => {
    for (const width of [280, 320, 700, 1_300])
      for (let count = 1; count < 120; count++) {
        const { times, placeOf } = axesOf(
          { points: daily(Array(count).fill(5)), metric: "visits", interval: "day" },
          width,
          widthOf,
        );
        const places = times.at.map((at, nth) => [placeOf(at), widthOf(times.words[nth] ?? "")] as const);
        places.forEach(([place, label], nth) => {
          expect(place - label / 2, `${count} in ${width}`).toBeGreaterThanOrEqual(0);
          expect(place + label / 2, `${count} in ${width}`).toBeLessThanOrEqual(width);
          const [next, following] = places[nth + 1] ?? [Number.POSITIVE_INFINITY, 0];
          expect(place + label / 2, `${count} in ${width}`).toBeLessThan(next - following / 2);
        });
      }
  });

  test("a point alone stands in the middle", () => {
    const axes = axesOf({ points: daily([7]), metric: "visits", interval: "day" }, 400, widthOf);
    expect(axes.placeOf(0)).toBe((axes.left + 400 - axes.right) / 2);
  });

  test("points without a value leave an axis", () => {
    const axes = axesOf({ points: daily([null, null]), metric: "bounce_rate", interval: "day" }, 400, widthOf);
    expect(axes.values.at).toEqual([0, 1]);
  });
});
