import { createContext } from "preact";
import type { Account } from "./session";

const ROLES = ["guest", "viewer", "analyst", "admin", "owner"] as const;

/** What a reader may do at a site; each role includes those before it. A guest came by a share link. */
export type Role = (typeof ROLES)[number];

/** The reader's role at the site that is shown. */
export const RoleHere = createContext<Role>("guest");

/** The account of who is signed in. */
export const Reader = createContext<Account | null>(null);

/** The greater one of the role at the site and that at every site. Site null: at every site alone. */
export function roleAt(account: Account | null, site: string | null): Role {
  const held = (account?.roles ?? []).filter((grant) => grant.site === null || grant.site === site);
  return held.reduce<Role>((best, { role }) => (may(role, best) ? role : best), "guest");
}

export function may(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}
