import { ApiError, send } from "./http";

const PATH = "/api/v1/session";

export interface Site {
  readonly id: string;
  /** IANA name; days are cut in it. */
  readonly timezone: string;
  /** How visitors are told apart (semantics: Identity). */
  readonly identity: "memory" | "daily";
}

export interface Session {
  readonly email?: string;
  readonly sites: readonly Site[];
}

/** The session of the browser's cookie; null when there is none or it has ended. */
export async function currentSession(): Promise<Session | null> {
  try {
    return (await send("GET", PATH)) as Session;
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

/** Opens a session; the cookie is the gateway's. Throws ApiError 401 for a wrong e-mail or password. */
export async function signIn(email: string, password: string): Promise<Session> {
  await send("POST", PATH, { email, password });
  return (await send("GET", PATH)) as Session;
}

export async function signOut(): Promise<void> {
  await send("DELETE", PATH);
}
