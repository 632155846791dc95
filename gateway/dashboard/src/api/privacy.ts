import { type Answered, call, callForFile } from "./http";

export type Export = Answered<"GET /api/v1/privacy/exports">["exports"][number];
export type Erasure = Answered<"GET /api/v1/privacy/erasures">["erasures"][number];
export type Verified = Answered<"POST /api/v1/privacy/receipts/verify">;
export type Retention = Answered<"GET /api/v1/privacy/retention">;
export type RetentionPreview = Answered<"GET /api/v1/privacy/retention/preview">;

/** What an erasure takes away. */
export type Subject = { readonly userId: string } | { readonly visitId: string } | { readonly wholeSite: true };

/** A file is read from the store while it comes. */
const DOWNLOAD_MS = 600_000;

/** The site's exports, the newest first. */
export async function exportsOf(site: string, signal?: AbortSignal): Promise<readonly Export[]> {
  return (await call("GET /api/v1/privacy/exports", undefined, { signal, parameters: { site } })).exports;
}

/** How far an export is. */
export function exportNow(id: string, signal: AbortSignal): Promise<Export> {
  return call("GET /api/v1/privacy/exports/{id}", undefined, { id, signal });
}

export function exportUser(site: string, userId: string): Promise<Export> {
  return call("POST /api/v1/privacy/exports", { site, userId });
}

/** What a finished export found, as it is in the store now. */
export function contentOf(id: string, mediaType: "application/x-ndjson" | "application/zip"): Promise<Blob> {
  const options = { id, timeoutMs: DOWNLOAD_MS };
  return callForFile("GET /api/v1/privacy/exports/{id}/content", undefined, mediaType, options);
}

/** The site's erasures, the newest first. */
export async function erasuresOf(site: string, signal?: AbortSignal): Promise<readonly Erasure[]> {
  return (await call("GET /api/v1/privacy/erasures", undefined, { signal, parameters: { site } })).erasures;
}

/** How far an erasure is. */
export function erasureNow(id: string, signal: AbortSignal): Promise<Erasure> {
  return call("GET /api/v1/privacy/erasures/{id}", undefined, { id, signal });
}

export function erase(site: string, subject: Subject): Promise<Erasure> {
  return call("POST /api/v1/privacy/erasures", { site, ...subject });
}

/** Whether a receipt was given here, word by word. */
export function verifyReceipt(receipt: string): Promise<Verified> {
  return call("POST /api/v1/privacy/receipts/verify", { receipt });
}

/** What the last sweep removed. */
export function retentionOf(site: string, signal?: AbortSignal): Promise<Retention> {
  return call("GET /api/v1/privacy/retention", undefined, { signal, parameters: { site } });
}

/** What keeping that many months would remove now; nothing is changed. */
export function previewRetention(site: string, months: number): Promise<RetentionPreview> {
  const parameters = { site, months: String(months) };
  return call("GET /api/v1/privacy/retention/preview", undefined, { parameters });
}

/** The site's record of processing, as Markdown. */
export async function statementOf(site: string, signal?: AbortSignal): Promise<string> {
  return (await call("GET /api/v1/privacy/statement", undefined, { signal, parameters: { site } })).statement;
}
