import { createContext } from "preact";
import { useCallback, useContext, useEffect, useState } from "preact/hooks";
import { ApiError } from "./http";
import { type Answer, ask, type Query } from "./query";

/** Answers kept in memory, so that "back" shows at once what was there. */
const KEPT = 60;
const kept = new Map<string, Answer>();

/** Called when the server no longer knows the session. */
export const SessionEnded = createContext<() => void>(() => undefined);

/** Counts up when the numbers on screen should be asked for again. */
export const Refresh = createContext(0);

export interface Asked {
  /** The newest answer: of this query, or of the one before while this one is under way. */
  readonly answer: Answer | null;
  readonly error: ApiError | null;
  /** True while `answer` is missing or belongs to another query. */
  readonly pending: boolean;
  readonly retry: () => void;
}

function keep(key: string, answer: Answer): void {
  kept.delete(key);
  kept.set(key, answer);
  for (const oldest of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
}

/** Forgets every answer: they belong to the user who signs out. */
export function forgetAnswers(): void {
  kept.clear();
}

/** Asks whenever the query changes, at each refresh and on retry; cancels what is no longer wanted. Null asks nothing. */
export function useQuery(query: Query | null): Asked {
  const key = query && JSON.stringify(query);
  const refresh = useContext(Refresh);
  const sessionEnded = useContext(SessionEnded);
  const [tries, setTries] = useState(0);
  const [state, setState] = useState<{ key: string | null; answer: Answer | null; error: ApiError | null }>({
    key: null,
    answer: null,
    error: null,
  });

  // `refresh` and `tries` are dependencies that only say "ask again".
  useEffect(() => {
    if (key === null) return;
    const cancel = new AbortController();
    const known = kept.get(key);
    if (known) setState({ key, answer: known, error: null });
    ask(JSON.parse(key) as Query, cancel.signal).then(
      (answer) => {
        if (cancel.signal.aborted) return;
        keep(key, answer);
        setState({ key, answer, error: null });
      },
      (error: unknown) => {
        if (cancel.signal.aborted) return;
        if (error instanceof ApiError && error.status === 401) sessionEnded();
        else if (error instanceof ApiError) setState({ key, answer: null, error });
        else throw error;
      },
    );
    return () => cancel.abort();
  }, [key, refresh, tries, sessionEnded]);

  const retry = useCallback(() => setTries((count) => count + 1), []);
  const current = state.key === key;
  return {
    answer: state.answer,
    error: current ? state.error : null,
    pending: !current || (state.answer === null && state.error === null),
    retry,
  };
}
