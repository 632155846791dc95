import { useCallback, useContext, useState } from "preact/hooks";
import { ApiError } from "../api/http";
import { SessionEnded } from "../api/use-ask";

export interface Saving {
  readonly busy: boolean;
  /** The last action went through, and nothing was changed since. */
  readonly saved: boolean;
  readonly error: ApiError | null;
  /** Runs the action; true if it went through. */
  readonly run: (action: () => Promise<unknown>) => Promise<boolean>;
  /** Something was changed: what was said of the last action no longer holds. */
  readonly touch: () => void;
}

const IDLE = { busy: false, saved: false, error: null };

/** The state of a form that is sent to the API. */
export function useSaving(): Saving {
  const sessionEnded = useContext(SessionEnded);
  const [state, setState] = useState<Pick<Saving, "busy" | "saved" | "error">>(IDLE);
  const run = useCallback(
    async (action: () => Promise<unknown>) => {
      setState({ ...IDLE, busy: true });
      try {
        await action();
        setState({ ...IDLE, saved: true });
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401 && !error.reason) sessionEnded();
        setState({ ...IDLE, error });
        return false;
      }
    },
    [sessionEnded],
  );
  const touch = useCallback(() => setState((before) => (before.busy ? before : IDLE)), []);
  return { ...state, run, touch };
}

/** What the API says of a field or of a part of it, such as `domains[1]`; "" when nothing. */
export function problemAt(error: ApiError | null, name: string): string {
  if (!error || !isAt(error.field, name)) return "";
  const said = error.message.startsWith(`${error.field}: `)
    ? error.message.slice(error.field.length + 2)
    : error.message;
  return said.charAt(0).toUpperCase() + said.slice(1);
}

/** What the API says that belongs to none of the fields shown. */
export function problemElsewhere(error: ApiError | null, names: readonly string[]): string {
  return error && !names.some((name) => isAt(error.field, name)) ? error.message : "";
}

function isAt(field: string, name: string): boolean {
  return field === name || field.startsWith(`${name}[`);
}
