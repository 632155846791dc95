import type { Person, PersonRole } from "../api/people";

/** From the least to the greatest. */
export const PERSON_ROLES: readonly PersonRole[] = ["viewer", "analyst", "admin", "owner"];

/** The role that a person was given at the site itself, or with null at every one; null without one. */
export function givenRole(person: Person, site: string | null): PersonRole | null {
  return person.roles.find((grant) => grant.site === site)?.role ?? null;
}
