import { useContext, useEffect, useState } from "preact/hooks";
import { ApiError } from "../../api/http";
import { type Asked, SessionEnded, useAsk } from "../../api/use-ask";

const PAUSE_MS = 1_500;

interface Task {
  readonly id: string;
  readonly state: string;
}

interface Props<T> {
  /** Names the list. */
  readonly key: string;
  readonly list: (signal: AbortSignal) => Promise<readonly T[]>;
  readonly one: (id: string, signal: AbortSignal) => Promise<T>;
}

/** Tasks, the newest first. Those under way are asked for again and again, one by one: only a list is an entry of the
 * audit log. */
export function useTasks<T extends Task>({ key, list, one }: Props<T>): Asked<readonly T[]> {
  const asked = useAsk(key, list);
  const sessionEnded = useContext(SessionEnded);
  const [newer, setNewer] = useState<ReadonlyMap<string, T>>(new Map());
  const tasks = asked.answer?.map((task) => newer.get(task.id) ?? task) ?? null;
  const running = tasks?.filter(({ state }) => state !== "done").map(({ id }) => id) ?? [];

  // Each answer, also one that failed, makes another map, and with it the next look.
  useEffect(() => {
    if (running.length === 0) return;
    const cancel = new AbortController();
    const timer = setTimeout(() => {
      Promise.all(running.map((id) => one(id, cancel.signal))).then(
        (told) => setNewer((before) => new Map([...before, ...told.map((task) => [task.id, task] as const)])),
        (error: unknown) => {
          if (cancel.signal.aborted) return;
          if (!(error instanceof ApiError)) throw error;
          if (error.status === 401) sessionEnded();
          else setNewer((before) => new Map(before));
        },
      );
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      cancel.abort();
    };
  }, [running.join(), newer, sessionEnded]);

  return { ...asked, answer: tasks };
}
