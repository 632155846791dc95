import { createContext } from "preact";
import { type Body, call } from "./http";
import type { Site } from "./session";

export type NewSite = Body<"POST /api/v1/sites">;
export type SitePatch = Body<"PATCH /api/v1/sites/{id}">;

/** How a visitor is told apart (semantics: Identity). */
export type Identity = Site["identity"];

/** The user's sites, and how to learn them anew once one was made, changed or removed. */
export const Sites = createContext<{ readonly all: readonly Site[]; readonly reload: () => Promise<void> }>({
  all: [],
  reload: async () => undefined,
});

export function makeSite(site: NewSite): Promise<Site> {
  return call("POST /api/v1/sites", site);
}

export function changeSite(id: string, patch: SitePatch): Promise<Site> {
  return call("PATCH /api/v1/sites/{id}", patch, { id });
}

export async function removeSite(id: string): Promise<void> {
  await call("DELETE /api/v1/sites/{id}", undefined, { id });
}
