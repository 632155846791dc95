import { text } from "../text";

/** Answers must come within this time, else the request is given up. */
const TIMEOUT_MS = 30_000;

/** An answer that is none: the server refused (RFC 9457 `detail`) or could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Sends JSON, returns JSON (null for an empty body). Throws ApiError, or AbortError when `signal` fires. */
export async function send(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const request: RequestInit = { method, signal: signal ? AbortSignal.any([signal, timeout]) : timeout };
  if (body !== undefined) {
    request.headers = { "content-type": "application/json" };
    request.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(path, request);
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new ApiError(response.status, explain(response.status, answer));
    return answer;
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    throw new ApiError(0, text.state.offline);
  }
}

function explain(status: number, answer: unknown): string {
  if (status >= 502) return text.state.unavailable;
  const { detail, title } = (answer ?? {}) as { detail?: unknown; title?: unknown };
  if (typeof detail === "string" && detail) return detail;
  return typeof title === "string" && title ? title : text.state.failed;
}
