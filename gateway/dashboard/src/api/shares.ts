import { type Answered, type Body, call } from "./http";

export type Share = Answered<"GET /api/v1/shares">["shares"][number];
export type NewShare = Body<"POST /api/v1/shares">;
export type SharePatch = Body<"PATCH /api/v1/shares/{id}">;
export type OpenedShare = Answered<"POST /api/v1/shares/open">;

export async function sharesOf(site: string, signal?: AbortSignal): Promise<readonly Share[]> {
  return (await call("GET /api/v1/shares", undefined, { signal, parameters: { site } })).shares;
}

/** The link is in this answer and never again. */
export function makeShare(share: NewShare): Promise<Answered<"POST /api/v1/shares">> {
  return call("POST /api/v1/shares", share);
}

export function changeShare(id: string, patch: SharePatch): Promise<Share> {
  return call("PATCH /api/v1/shares/{id}", patch, { id });
}

export async function revokeShare(id: string): Promise<void> {
  await call("DELETE /api/v1/shares/{id}", undefined, { id });
}

/** Throws ApiError 404 for a link that is none any more, 401 with reason PASSWORD for a missing or wrong password. */
export function openShare(secret: string, password: string): Promise<OpenedShare> {
  return call("POST /api/v1/shares/open", { secret, password });
}
