import { formatMetric, isRate } from "../format";
import type { Point } from "../overview/points";
import type { Metric } from "../state/view";
import { bucketLabel, type Interval } from "../time/buckets";

export interface LineData {
  readonly points: readonly Point[];
  readonly metric: Metric;
  readonly interval: Interval;
}

/** Where an axis is labelled. */
interface Labels {
  readonly at: readonly number[];
  readonly words: readonly string[];
}

/** The axes of a chart. Lengths are in pixels. */
export interface Axes {
  /** From 0 to the highest value that can be drawn. */
  readonly values: Labels;
  /** By the numbers of the points. */
  readonly times: Labels;
  /** The number at the plot's left end, and that at its right one: a point alone stands in the middle. */
  readonly ends: readonly [number, number];
  /** Beside the plot: the room for the values' labels, and for half of the first and the last time's. */
  readonly left: number;
  readonly right: number;
  /** How far a point is from the chart's left edge, by its number. */
  readonly placeOf: (at: number) => number;
}

/** Between the values' labels and the plot. */
export const VALUES_GAP = 8;
const TIMES_GAP = 16;
const LEAST_RIGHT = 8;

/** The axes of a chart so wide; `widthOf` measures words in pixels. */
export function axesOf(
  { points, metric, interval }: LineData,
  width: number,
  widthOf: (words: string) => number,
): Axes {
  const widest = (words: readonly string[]) => Math.ceil(Math.max(...words.map(widthOf)));
  const highest = Math.max(0, ...points.map(({ value, before }) => Math.max(value ?? 0, before ?? 0)));
  const ticks = valueTicks(metric, highest);
  const values = { at: ticks, words: ticks.map((value) => formatMetric(metric, value, "short")) };

  const words = points.map(({ label }) => bucketLabel(label, interval, "axis"));
  const label = widest(words);
  const left = Math.max(widest(values.words) + VALUES_GAP, Math.ceil(label / 2));
  const last = points.length - 1;
  const [from, to] = last === 0 ? ([-1, 1] as const) : ([0, last] as const);
  // Of the least that is left to a plot, where the last time is labelled.
  const apart = (width - left - label / 2) / (to - from);
  const step = timeStep(interval, points.length, (label + TIMES_GAP) / apart);
  const at = points.map((_, number) => number).filter((number) => number % step === 0);
  const right = Math.max(LEAST_RIGHT, Math.ceil(label / 2 - (to - (at.at(-1) ?? 0)) * apart));
  return {
    values,
    times: { at, words: at.map((number) => words[number] ?? "") },
    ends: [from, to],
    left,
    right,
    placeOf: (number) => left + ((number - from) / (to - from)) * (width - left - right),
  };
}

/** Round numbers from 0 to at least the highest value, two to seven of them. Only views per visit have decimals. */
export function valueTicks(metric: Metric, highest: number): number[] {
  const top = isRate(metric) && highest > 80 ? 100 : highest;
  const step = roundStep(metric, Math.max(top / 6, metric === "views_per_visit" ? 0.1 : 1));
  const count = Math.max(1, Math.ceil(top / step));
  // Not by adding up, which would turn 0.3 into 0.30000000000000004.
  return Array.from({ length: count + 1 }, (_, number) => Number((number * step).toPrecision(12)));
}

/** Round numbers of seconds, as clocks are read. */
const DURATIONS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800];

/** The smallest round number that is at least so much. */
function roundStep(metric: Metric, least: number): number {
  const duration = metric === "visit_duration" ? DURATIONS.find((one) => one >= least) : undefined;
  if (duration) return duration;
  const power = 10 ** Math.floor(Math.log10(least));
  return ([1, 2, 5].find((one) => one * power >= least * 0.999_999) ?? 10) * power;
}

/** Every how many buckets a label may stand, so that hours are labelled at 6:00 and 12:00, and days by weeks. */
const STEPS: Readonly<Record<Interval, readonly number[]>> = {
  minute: [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720],
  hour: [1, 2, 3, 4, 6, 12, 24, 48, 72, 168],
  day: [1, 2, 3, 4, 5, 7, 14, 28, 56, 112, 224],
  week: [1, 2, 3, 4, 8, 13, 26, 52, 104, 208],
  month: [1, 2, 3, 4, 6, 12, 24, 60, 120],
};

/** The step that leaves room for labels that are as wide as `wide` buckets; all of them if none does. */
export function timeStep(interval: Interval, count: number, wide: number): number {
  return STEPS[interval].find((step) => step >= wide) ?? count;
}
