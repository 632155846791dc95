import type { Point } from "../overview/points";

type Values = readonly (number | null)[];

/** What is drawn of points: a value for each, null where the line is not. */
export interface Lines {
  readonly before: Values;
  readonly finished: Values;
  /** From the last finished bucket to the one that still grows; nothing without one. */
  readonly running: Values;
}

export function linesOf(points: readonly Point[]): Lines {
  const last = points.length - 1;
  const values = points.map(({ value }) => value);
  const grows = last > 0 && points[last]?.running === true;
  return {
    before: points.map(({ before }) => before),
    finished: grows ? values.with(last, null) : values,
    running: values.map((value, at) => (grows && at >= last - 1 ? value : null)),
  };
}

/** The numbers of the values that have none beside them: a line would not show them. */
export function lonely(values: Values): number[] {
  const alone = (at: number) =>
    values[at] !== null && (values[at - 1] ?? null) === null && (values[at + 1] ?? null) === null;
  return values.map((_, at) => at).filter(alone);
}
