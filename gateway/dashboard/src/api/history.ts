import { type Answered, call } from "./http";

/** What became of the lines: read = imported + duplicates + ignored + refused. */
export type Balance = Answered<"POST /api/v1/import">;

/** The gateway answers when the events are in the answers. */
const TIMEOUT_MS = 200_000;

interface Options {
  readonly site: string;
  /** Names the import, so that it can be found again. */
  readonly importId: string;
  readonly keepBots: boolean;
  readonly signal: AbortSignal;
}

/** Imports lines of NDJSON; the same lines again are duplicates. */
export function importLines(lines: string, { site, importId, keepBots, signal }: Options): Promise<Balance> {
  return call("POST /api/v1/import", lines, {
    contentType: "application/x-ndjson",
    parameters: { site, import_id: importId, keep_bots: String(keepBots) },
    timeoutMs: TIMEOUT_MS,
    signal,
  });
}
