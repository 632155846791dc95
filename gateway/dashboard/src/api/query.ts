import { send } from "./http";

/** The query grammar, as far as the dashboard uses it (semantics: Query JSON). */
export interface Query {
  readonly site: string;
  readonly metrics: readonly string[];
  readonly dimensions?: readonly string[];
  readonly filters?: readonly unknown[];
  readonly date_range: string | readonly [string, string];
  readonly limit?: number;
}

export interface Row {
  readonly dimensions: readonly string[];
  /** In the order asked; null where the metric is undefined over nothing. */
  readonly metrics: readonly (number | null)[];
}

export interface Answer {
  readonly results: readonly Row[];
  readonly meta: { readonly warnings?: readonly string[]; readonly next_page_token?: string };
  /** The query with every default filled in. */
  readonly query?: { readonly date_range?: readonly string[] };
}

/** Throws ApiError, or AbortError when `signal` fires. */
export async function ask(query: Query, signal: AbortSignal): Promise<Answer> {
  return (await send("POST", "/api/v1/query", query, signal)) as Answer;
}
