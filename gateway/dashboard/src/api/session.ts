import { type Answered, ApiError, call } from "./http";

export type Site = Answered<"GET /api/v1/session">["sites"][number];

export type Account = NonNullable<Answered<"GET /api/v1/session">["account"]>;

export interface Session {
  readonly sites: readonly Site[];
  readonly account: Account | null;
}

/** The session of the browser's cookie; null when there is none or it has ended. */
export async function currentSession(): Promise<Session | null> {
  try {
    return await call("GET /api/v1/session");
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Opens a session; the cookie is the gateway's. `code`: of the second factor, "" where none was asked for.
 *
 * Throws ApiError 401: for a wrong e-mail or password, or with reason TOTP for a missing or wrong code.
 */
export async function signIn(email: string, password: string, code: string): Promise<Session> {
  await call("POST /api/v1/session", { email, password, code });
  return call("GET /api/v1/session");
}

export async function signOut(): Promise<void> {
  await call("DELETE /api/v1/session");
}

/** Ends the user's other sessions as well. */
export async function changePassword(oldPassword: string, newPassword: string): Promise<void> {
  await call("POST /api/v1/account/password", { oldPassword, newPassword });
}
