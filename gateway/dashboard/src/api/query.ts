import type { Answered, Body } from "./http";

export type Query = Body<"POST /api/v1/query">;
export type QueryAnswer = Answered<"POST /api/v1/query">;
export type PageQuestion = Body<"POST /api/v1/page">;
export type PageAnswer = Answered<"POST /api/v1/page">;
export type Row = PageAnswer["series"][number];
/** A number, an amount of money, or null where the metric is undefined over nothing. */
export type Value = Row["metrics"][number];

/** A list's rows, whichever question they answer. */
export interface ListAnswer {
  readonly metrics: readonly string[];
  readonly rows: readonly Row[];
  /** There are rows beyond these. */
  readonly more: boolean;
  readonly warnings: readonly string[];
  /** How many rows there are in all; null where it was not asked. */
  readonly total: number | null;
}

export function asNumber(value: Value | undefined): number | null {
  if (value === null || value === undefined) return null;
  return typeof value === "number" ? value : Number(value.amount);
}
