import { useEffect, useState } from "preact/hooks";
import { ApiError } from "./http";
import { type Asked, useAsk } from "./use-ask";

/** Asks for a page of a list: "" for the first, else by the token that the page before gave. */
export type AskPage<A> = (token: string, signal?: AbortSignal) => Promise<A>;

export interface Pages<A, T> {
  readonly first: Asked<A>;
  readonly rows: readonly T[];
  /** Asks for the next page; null where there is none. */
  readonly more: (() => void) | null;
  readonly coming: boolean;
  /** Why the next page did not come. */
  readonly problem: string;
}

interface Read<T> {
  readonly rows: readonly T[];
  /** Of the next page; "" where there is none. */
  readonly token: string;
}

interface Props<A, T> {
  /** Names the question. */
  readonly key: string;
  /** The question as it is at this moment: a token goes on with the very same one, so its dates stay while days pass. */
  readonly question: () => AskPage<A>;
  readonly read: (answer: A) => Read<T>;
}

/** The first page of a list, and as many after it as were asked for. */
export function usePages<A, T>({ key, question, read }: Props<A, T>): Pages<A, T> {
  const [asked, setAsked] = useState<{ key: string; ask: AskPage<A> } | null>(null);
  const first = useAsk(key, (signal) => {
    const ask = question();
    setAsked({ key, ask });
    return ask("", signal);
  });
  const [further, setFurther] = useState<(Read<T> & { key: string }) | null>(null);
  const [state, setState] = useState({ coming: false, problem: "" });
  useEffect(() => {
    setFurther(null);
    setState({ coming: false, problem: "" });
  }, [first.answer]);

  const begun = first.answer === null ? null : read(first.answer);
  const added = further?.key === key ? further : null;
  const token = added ? added.token : (begun?.token ?? "");
  const more = async () => {
    setState({ coming: true, problem: "" });
    try {
      const ask = asked?.key === key ? asked.ask : question();
      const next = read(await ask(token));
      setFurther({ key, rows: [...(added?.rows ?? []), ...next.rows], token: next.token });
      setState({ coming: false, problem: "" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setState({ coming: false, problem: error.message });
    }
  };
  return {
    first,
    rows: [...(begun?.rows ?? []), ...(added?.rows ?? [])],
    more: token && !first.pending ? more : null,
    ...state,
  };
}
