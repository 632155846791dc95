import { useEffect, useState } from "preact/hooks";
import type { Visit, VisitsAnswer } from "../../api/explore";
import { ApiError, call } from "../../api/http";
import type { Site } from "../../api/session";
import { type Asked, useAsk } from "../../api/use-ask";
import type { View } from "../../state/view";
import { type Scope, scopeKey, scopeOf } from "../scope";

/** Visits of a page of the list. */
const ROWS = "50";

export interface Visits {
  readonly first: Asked<VisitsAnswer>;
  readonly visits: readonly Visit[];
  /** Asks for the next page; null where there is none. */
  readonly more: (() => void) | null;
  readonly coming: boolean;
  /** Why the next page did not come. */
  readonly problem: string;
}

interface Further {
  /** The scope they belong to. */
  readonly key: string;
  readonly visits: readonly Visit[];
  readonly token: string;
}

/** The newest visits of the scope, and as many pages after them as were asked for. */
export function useVisits(site: Site, view: View): Visits {
  const key = JSON.stringify(["visits", scopeKey(site, view)]);
  // A token goes on with the very same question, so its dates stay while days pass.
  const [asked, setAsked] = useState<{ key: string; scope: Scope } | null>(null);
  const first = useAsk(key, (signal) => {
    const scope = scopeOf(site, view);
    setAsked({ key, scope });
    return call("GET /api/v1/visits", undefined, { signal, parameters: parametersOf(scope) });
  });
  const [further, setFurther] = useState<Further | null>(null);
  const [state, setState] = useState({ coming: false, problem: "" });
  useEffect(() => {
    setFurther(null);
    setState({ coming: false, problem: "" });
  }, [first.answer]);

  const added = further?.key === key ? further : null;
  const token = added ? added.token : (first.answer?.next_page_token ?? "");
  const more = async () => {
    setState({ coming: true, problem: "" });
    try {
      const scope = asked?.key === key ? asked.scope : scopeOf(site, view);
      const parameters = { ...parametersOf(scope), page_token: token };
      const next = await call("GET /api/v1/visits", undefined, { parameters });
      setFurther({ key, visits: [...(added?.visits ?? []), ...next.visits], token: next.next_page_token });
      setState({ coming: false, problem: "" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setState({ coming: false, problem: error.message });
    }
  };
  return {
    first,
    visits: [...(first.answer?.visits ?? []), ...(added?.visits ?? [])],
    more: token && !first.pending ? more : null,
    ...state,
  };
}

function parametersOf({ site, filters, date_range: range }: Scope): Record<string, string> {
  return {
    site,
    filters: JSON.stringify(filters ?? []),
    ...(range === undefined ? {} : { date_range: typeof range === "string" ? range : range.join(",") }),
    limit: ROWS,
  };
}
