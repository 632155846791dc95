import { type Answered, call } from "./http";

export type Offer = Answered<"POST /api/v1/invitations/preview">;
export type OwnSession = Answered<"GET /api/v1/sessions">["sessions"][number];
export type TotpSecret = Answered<"POST /api/v1/account/totp">;

/** What an invitation offers. Throws ApiError 404 for one that is used up, expired or unknown. */
export function previewInvitation(secret: string): Promise<Offer> {
  return call("POST /api/v1/invitations/preview", { secret });
}

/** Takes the invitation and signs in. `password`: the account's, or the one that the new account gets. */
export async function acceptInvitation(secret: string, password: string, code: string): Promise<void> {
  await call("POST /api/v1/invitations/accept", { secret, password, code });
}

export async function resetPassword(secret: string, newPassword: string): Promise<void> {
  await call("POST /api/v1/account/password/reset", { secret, newPassword });
}

export async function ownSessions(signal?: AbortSignal): Promise<readonly OwnSession[]> {
  return (await call("GET /api/v1/sessions", undefined, { signal })).sessions;
}

export async function endSession(id: string): Promise<void> {
  await call("DELETE /api/v1/sessions/{id}", undefined, { id });
}

export async function endOtherSessions(): Promise<void> {
  await call("DELETE /api/v1/sessions");
}

/** A secret for an authenticator app; it counts once a code of it is confirmed. */
export function beginTotp(password: string): Promise<TotpSecret> {
  return call("POST /api/v1/account/totp", { password });
}

/** Turns the second factor on; answers the recovery codes, this once. */
export async function confirmTotp(code: string): Promise<readonly string[]> {
  return (await call("POST /api/v1/account/totp/confirm", { code })).recoveryCodes;
}

export async function removeTotp(password: string, code: string): Promise<void> {
  await call("POST /api/v1/account/totp/remove", { password, code });
}

/** Ten new recovery codes, shown this once; the old ones no longer work. */
export async function renewRecoveryCodes(password: string, code: string): Promise<readonly string[]> {
  return (await call("POST /api/v1/account/recovery-codes", { password, code })).recoveryCodes;
}
