import { type Answered, call, callForFile } from "./http";

export type AuditPage = Answered<"GET /api/v1/privacy/audit">;
export type AuditEntry = AuditPage["entries"][number];
export type Chain = Answered<"GET /api/v1/privacy/audit/verify">;

/** Which entries; what is left out or "" limits nothing. */
export interface AuditFilter {
  /** Left out: every site's, and what belongs to none. */
  readonly site?: string;
  /** Instants; `to` is exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Id of a person, a key or a share link. */
  readonly actor?: string;
  /** `QueryService.Page`, or a whole service. */
  readonly operation?: string;
}

const ROWS = "100";
const LONG_MS = 600_000;

/** Entries, the newest first. */
export function auditOf(filter: AuditFilter, token: string, signal?: AbortSignal): Promise<AuditPage> {
  const parameters = { ...parametersOf(filter), limit: ROWS, ...(token && { pageToken: token }) };
  return call("GET /api/v1/privacy/audit", undefined, { signal, parameters });
}

/** All entries that fit. */
export function auditFile(filter: AuditFilter, mediaType: "text/csv" | "application/x-ndjson"): Promise<Blob> {
  const options = { parameters: parametersOf(filter), timeoutMs: LONG_MS };
  return callForFile("GET /api/v1/privacy/audit", undefined, mediaType, options);
}

/** Whether anything was changed, left out or put elsewhere. `checkpoint`: `NUMBER:DIGEST` written down before, or "". */
export function verifyAudit(checkpoint: string): Promise<Chain> {
  const parameters: Record<string, string> = checkpoint ? { checkpoint } : {};
  return call("GET /api/v1/privacy/audit/verify", undefined, { parameters, timeoutMs: LONG_MS });
}

function parametersOf(filter: AuditFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value));
}
