import { type Answered, type Body, call } from "./http";

export type Key = Answered<"GET /api/v1/keys">["keys"][number];
export type NewKey = Body<"POST /api/v1/keys">;
export type Scope = Key["scope"];

/** The site's keys, and those of every site. */
export async function keysOf(site: string, signal?: AbortSignal): Promise<readonly Key[]> {
  const { keys } = await call("GET /api/v1/keys", undefined, { signal });
  return keys.filter((key) => key.site === site || key.site === null);
}

/** Makes a key; its secret is in this answer and never again. */
export function makeKey(key: NewKey): Promise<Answered<"POST /api/v1/keys">> {
  return call("POST /api/v1/keys", key);
}

export async function removeKey(id: string): Promise<void> {
  await call("DELETE /api/v1/keys/{id}", undefined, { id });
}
