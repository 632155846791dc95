import { type Answered, ApiError, call } from "./http";

export type Site = Answered<"GET /api/v1/session">["sites"][number];

export interface Session {
  readonly sites: readonly Site[];
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

/** Opens a session; the cookie is the gateway's. Throws ApiError 401 for a wrong e-mail or password. */
export async function signIn(email: string, password: string): Promise<Session> {
  await call("POST /api/v1/session", { email, password });
  return call("GET /api/v1/session");
}

export async function signOut(): Promise<void> {
  await call("DELETE /api/v1/session");
}
