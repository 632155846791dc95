import { createContext } from "preact";
import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "./http";
import { patiently } from "./patience";

/** Answers kept in memory, so that "back" shows at once what was there. */
const KEPT = 80;
const kept = new Map<string, unknown>();

/** Called when the server no longer knows the session. */
export const SessionEnded = createContext<() => void>(() => undefined);

/** Counts up when the numbers on screen should be asked for again. */
export const Refresh = createContext(0);

export interface Asked<T> {
  /** The newest answer: of this question, or of the one before while this one is under way. */
  readonly answer: T | null;
  /** What went wrong last; an older answer of the same question may still be there. */
  readonly error: ApiError | null;
  /** True while `answer` is missing or belongs to another question. */
  readonly pending: boolean;
  readonly retry: () => void;
}

function keep(key: string, answer: unknown): void {
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

/** Asks whenever the key changes, at each refresh and on retry; cancels what is no longer wanted. Null asks nothing.
 *
 * The key names the question; `ask` may be a new function each time and is the newest one when it is called.
 */
export function useAsk<T>(key: string | null, ask: (signal: AbortSignal) => Promise<T>): Asked<T> {
  const refresh = useContext(Refresh);
  const sessionEnded = useContext(SessionEnded);
  const [tries, setTries] = useState(0);
  const [state, setState] = useState<{ key: string | null; answer: T | null; error: ApiError | null }>({
    key: null,
    answer: null,
    error: null,
  });
  const newest = useRef(ask);
  newest.current = ask;

  // `refresh` and `tries` are dependencies that only say "ask again".
  useEffect(() => {
    if (key === null) return;
    const cancel = new AbortController();
    const known = kept.get(key) as T | undefined;
    if (known !== undefined) setState({ key, answer: known, error: null });
    patiently(() => newest.current(cancel.signal), cancel.signal).then(
      (answer) => {
        if (cancel.signal.aborted) return;
        keep(key, answer);
        setState({ key, answer, error: null });
      },
      (error: unknown) => {
        if (cancel.signal.aborted) return;
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) sessionEnded();
        else setState((before) => ({ key, answer: before.key === key ? before.answer : null, error }));
      },
    );
    return () => cancel.abort();
  }, [key, refresh, tries, sessionEnded]);

  const retry = useCallback(() => setTries((count) => count + 1), []);
  const current = state.key === key;
  const known = current ? state.answer : ((key === null ? undefined : (kept.get(key) as T | undefined)) ?? null);
  return {
    answer: known ?? state.answer,
    error: current ? state.error : null,
    pending: known === null && !(current && state.error),
    retry,
  };
}
