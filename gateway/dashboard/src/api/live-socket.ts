import { heldToken } from "./http";
import { type LiveMessage, parseMessage } from "./live";

/** The server speaks at least every 5 s; after this silence the numbers are old and the connection is made anew. */
const SILENCE_MS = 12_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** Close codes of the gateway that mean "not you" rather than "not now". */
const REFUSED = [4401, 4403];

export interface LiveListener {
  message(message: LiveMessage): void;
  /** Called when what was shown can no longer be trusted. */
  lost(): void;
  /** Called when the server refuses the session. */
  refused(): void;
}

/** Wait before the next attempt: doubling, and spread over half to all of it so that clients do not come back at once. */
export function waitBefore(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return longest * (0.5 + random / 2);
}

/** Listens to a site until the returned function is called; reconnects by itself. */
export function listenLive(site: string, listener: LiveListener): () => void {
  let socket: WebSocket | null = null;
  let attempt = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  const later = (action: () => void, wait: number) => {
    clearTimeout(timer);
    timer = setTimeout(action, wait);
  };

  const drop = () => {
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
    socket = null;
  };

  const again = () => {
    drop();
    listener.lost();
    later(connect, waitBefore(attempt++, Math.random()));
  };

  const connect = () => {
    drop();
    const origin = location.origin.replace(/^http/, "ws");
    const token = heldToken();
    // A socket has no headers to give; an address would stand in logs.
    socket = new WebSocket(`${origin}/api/v1/live?site=${encodeURIComponent(site)}`, token ? ["bearer", token] : []);
    later(again, SILENCE_MS);
    socket.onmessage = ({ data }) => {
      attempt = 0;
      later(again, SILENCE_MS);
      listener.message(parseMessage(String(data)));
    };
    socket.onclose = ({ code }) => {
      if (REFUSED.includes(code)) listener.refused();
      again();
    };
  };

  const onOnline = () => {
    if (!stopped && socket?.readyState !== WebSocket.OPEN) connect();
  };
  addEventListener("online", onOnline);
  connect();

  return () => {
    stopped = true;
    removeEventListener("online", onOnline);
    clearTimeout(timer);
    drop();
  };
}
