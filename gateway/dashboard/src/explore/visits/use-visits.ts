import type { Visit, VisitsAnswer } from "../../api/explore";
import { call } from "../../api/http";
import type { Site } from "../../api/session";
import { type Pages, usePages } from "../../api/use-pages";
import type { View } from "../../state/view";
import { type Scope, scopeKey, scopeOf } from "../scope";

/** Visits of a page of the list. */
const ROWS = "50";

/** The newest visits of the scope, and as many pages after them as were asked for. */
export function useVisits(site: Site, view: View): Pages<VisitsAnswer, Visit> {
  return usePages({
    key: JSON.stringify(["visits", scopeKey(site, view)]),
    question: () => {
      const parameters = parametersOf(scopeOf(site, view));
      return (token, signal) => {
        const further: Record<string, string> = token ? { page_token: token } : {};
        return call("GET /api/v1/visits", undefined, { signal, parameters: { ...parameters, ...further } });
      };
    },
    read: ({ visits, next_page_token: token }) => ({ rows: visits, token }),
  });
}

function parametersOf({ site, filters, date_range: range }: Scope): Record<string, string> {
  return {
    site,
    filters: JSON.stringify(filters ?? []),
    ...(range === undefined ? {} : { date_range: typeof range === "string" ? range : range.join(",") }),
    limit: ROWS,
  };
}
