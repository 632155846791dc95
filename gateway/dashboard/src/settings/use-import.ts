import { useCallback, useContext, useEffect, useRef, useState } from "preact/hooks";
import { type Balance, importLines } from "../api/history";
import { ApiError } from "../api/http";
import { forgetAnswers, SessionEnded } from "../api/use-ask";
import { history } from "../text/setup";
import { piecesOf } from "./read-lines";

export interface Import {
  readonly stage: "ready" | "working" | "done" | "stopped" | "failed";
  /** Share of the file that is imported, 0–1. */
  readonly share: number;
  readonly balance: Balance;
  readonly problem: string;
  readonly start: (file: File, keepBots: boolean) => void;
  readonly stop: () => void;
}

const EMPTY: Balance = { read: 0, imported: 0, duplicates: 0, ignored: 0, rejected: [] };
const READY = { stage: "ready", share: 0, balance: EMPTY, problem: "" } as const;

/** An import of a file into the site: it goes on piece by piece until it is stopped or the page is left. */
export function useImport(site: string): Import {
  const sessionEnded = useContext(SessionEnded);
  const [state, setState] = useState<Omit<Import, "start" | "stop">>(READY);
  const cancel = useRef<AbortController | null>(null);
  useEffect(() => () => cancel.current?.abort(), []);

  const start = useCallback(
    async (file: File, keepBots: boolean) => {
      cancel.current = new AbortController();
      const { signal } = cancel.current;
      const set = (more: Partial<Import>) => setState((before) => ({ ...before, ...more }));
      setState({ ...READY, stage: "working" });
      let balance = EMPTY;
      try {
        for await (const { lines, before, read } of piecesOf(file)) {
          const added = await importLines(lines, { site, importId: file.name.slice(0, 100), keepBots, signal });
          balance = sum(balance, added, before);
          set({ balance, share: read });
        }
        set({ stage: "done", share: 1 });
      } catch (error) {
        if (signal.aborted) return set({ stage: "stopped" });
        if (error instanceof ApiError && error.status === 401) sessionEnded();
        set({ stage: "failed", problem: error instanceof ApiError ? error.message : history.unreadable });
      } finally {
        forgetAnswers();
      }
    },
    [site, sessionEnded],
  );
  const stop = useCallback(() => cancel.current?.abort(), []);
  return { ...state, start, stop };
}

function sum(whole: Balance, added: Balance, before: number): Balance {
  return {
    read: whole.read + added.read,
    imported: whole.imported + added.imported,
    duplicates: whole.duplicates + added.duplicates,
    ignored: whole.ignored + added.ignored,
    rejected: [...whole.rejected, ...added.rejected.map((one) => ({ ...one, line: one.line + before }))],
  };
}
