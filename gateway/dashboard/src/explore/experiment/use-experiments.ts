import { call } from "../../api/http";
import type { Site } from "../../api/session";
import { type Asked, useAsk } from "../../api/use-ask";
import type { View } from "../../state/view";
import { scopeKey, scopeOf } from "../scope";

const OFFERED = 100;
/** What the API says of an exposure that names none. */
const UNNAMED = "(none)";

/** Names of the experiments that were shown in the period, the most shown first. */
export function useExperiments(site: Site, view: View): Asked<readonly string[]> {
  const unfiltered = { ...view, filters: [] };
  return useAsk(JSON.stringify(["experiments", scopeKey(site, unfiltered)]), async (signal) => {
    const { results } = await call(
      "POST /api/v1/query",
      {
        ...scopeOf(site, unfiltered),
        metrics: ["events"],
        dimensions: ["prop:experiment"],
        filters: [["is", "event", ["experiment_exposure"]]],
        limit: OFFERED,
      },
      { signal },
    );
    return results.map(({ dimensions }) => dimensions[0] ?? "").filter((name) => name && name !== UNNAMED);
  });
}
