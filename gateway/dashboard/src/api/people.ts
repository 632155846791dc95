import { type Answered, type Body, call } from "./http";

export type Person = Answered<"GET /api/v1/users">["users"][number];
export type Invitation = Answered<"GET /api/v1/invitations">["invitations"][number];
export type NewInvitation = Body<"POST /api/v1/invitations">;
/** A role that people have. */
export type PersonRole = Person["roles"][number]["role"];

export interface People {
  readonly people: readonly Person[];
  readonly invitations: readonly Invitation[];
}

/** Who may see the site, and who is invited to it; site "": everybody, for owners of every site. */
export async function peopleOf(site: string, signal?: AbortSignal): Promise<People> {
  const options = { signal, parameters: site ? { site } : {} };
  const [{ users }, { invitations }] = await Promise.all([
    call("GET /api/v1/users", undefined, options),
    call("GET /api/v1/invitations", undefined, options),
  ]);
  return { people: users, invitations };
}

/** The link is in this answer and never again. */
export function invite(invitation: NewInvitation): Promise<Answered<"POST /api/v1/invitations">> {
  return call("POST /api/v1/invitations", invitation);
}

export async function uninvite(id: string): Promise<void> {
  await call("DELETE /api/v1/invitations/{id}", undefined, { id });
}

/** Gives a role at a site, or with null takes it away. Site null: every site. */
export async function setRole(id: string, site: string | null, role: PersonRole | null): Promise<void> {
  await call("PATCH /api/v1/users/{id}", { site, role }, { id });
}

export async function removePerson(id: string): Promise<void> {
  await call("DELETE /api/v1/users/{id}", undefined, { id });
}

/** The link is in this answer and never again. */
export function resetLink(
  id: string,
  removeTotp: boolean,
): Promise<Answered<"POST /api/v1/users/{id}/password-reset">> {
  return call("POST /api/v1/users/{id}/password-reset", { removeTotp }, { id });
}
