import { goalsOf } from "../api/definitions";
import { call } from "../api/http";
import type { Query } from "../api/query";
import type { Site } from "../api/session";
import { formatValue } from "../format";
import type { Dimension } from "../state/dimensions";
import type { Suggestion } from "../ui/ValuesInput";
import type { Segments } from "./use-segments";

const OFFERED = 8;
/** Dimensions whose values are codes: people type names. */
const CODED: readonly Dimension[] = ["country", "region", "language", "device", "screen"];
const EVERY_CODE = 500;

/** Values of the dimension that contain what was typed, most seen first. */
export async function suggest(
  site: Site,
  range: Query["date_range"],
  segments: Segments,
  dimension: Dimension,
  typed: string,
  signal: AbortSignal,
): Promise<readonly Suggestion[]> {
  if (dimension === "segment") {
    return containing(
      (segments.all ?? []).map(({ id, name }) => ({ value: id, label: name })),
      typed,
    );
  }
  if (dimension === "goal") {
    const goals = await goalsOf(site.id, signal);
    return containing(
      goals.map(({ name }) => ({ value: name, label: name })),
      typed,
    );
  }
  const coded = CODED.includes(dimension);
  const answer = await call(
    "POST /api/v1/query",
    {
      site: site.id,
      ...(range === undefined ? {} : { date_range: range }),
      metrics: ["visitors"],
      dimensions: [dimension],
      filters: typed && !coded ? [["contains", dimension, [typed], { case_sensitive: false }]] : [],
      limit: coded ? EVERY_CODE : OFFERED,
    },
    { signal },
  );
  const found = answer.results
    .map(({ dimensions: [value = ""] }) => ({ value, label: formatValue(dimension, value) }))
    .filter(({ value }) => value !== "");
  return coded ? containing(found, typed) : found;
}

function containing(all: readonly Suggestion[], typed: string): readonly Suggestion[] {
  const wanted = typed.trim().toLowerCase();
  return all.filter(({ value, label }) => `${label}\n${value}`.toLowerCase().includes(wanted)).slice(0, OFFERED);
}
