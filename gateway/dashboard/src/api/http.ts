import { text } from "../text";
import type { Operations } from "./schema";

/** Answers must come within this time, else the request is given up. */
const TIMEOUT_MS = 30_000;

export type Operation = keyof Operations;
export type Body<T extends Operation> = Operations[T]["body"];
export type Answered<T extends Operation> = Operations[T]["answer"];

/** An answer that is none: the server refused (RFC 9457 `detail` and `field`) or could not be reached (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Where in the request's JSON the fault is; "" where nowhere in particular. */
    readonly field = "",
    /** Which of several refusals of one status it is, e.g. TOTP; "" where there is one only. */
    readonly reason = "",
    /** After how many seconds the same may be asked again; 0 where nothing is said of it. */
    readonly retryAfterS = 0,
  ) {
    super(message);
  }
}

interface Options {
  readonly signal?: AbortSignal | undefined;
  /** For `{id}` in the path. */
  readonly id?: string;
  readonly parameters?: Readonly<Record<string, string>>;
  /** Of a body that is text as it is; others are sent as JSON. */
  readonly contentType?: string;
  /** Default: 30 s. */
  readonly timeoutMs?: number;
}

let token = "";

/** From now on this page asks with the token, and with no cookie. It is kept in memory alone. */
export function askWith(credential: string): void {
  token = credential;
}

/** The page's token, "" where it asks with the cookie. */
export function heldToken(): string {
  return token;
}

/** Calls an operation of the API. Throws ApiError, or AbortError when `signal` fires. */
export async function call<T extends Operation>(
  operation: T,
  body?: Body<T>,
  options: Options = {},
): Promise<Answered<T>> {
  const response = await request(operation, body, options, "application/json");
  return (await response.json().catch(() => null)) as Answered<T>;
}

/** The operation's answer as a file of the media type. Throws as `call` does. */
export async function callForFile<T extends Operation>(
  operation: T,
  body: Body<T>,
  mediaType: string,
  options: Options = {},
): Promise<Blob> {
  const response = await request(operation, body, options, mediaType);
  try {
    return await response.blob();
  } catch {
    throw new ApiError(0, text.state.offline);
  }
}

async function request(operation: Operation, body: unknown, options: Options, accept: string): Promise<Response> {
  const [method = "", template = ""] = operation.split(" ");
  const path = template.replace("{id}", encodeURIComponent(options.id ?? ""));
  const query = options.parameters ? `?${new URLSearchParams(options.parameters)}` : "";
  const { signal, contentType } = options;
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const headers: Record<string, string> = { accept };
  const sent: RequestInit = { method, headers, signal: signal ? AbortSignal.any([signal, timeout]) : timeout };
  if (token) {
    headers.authorization = `Bearer ${token}`;
    sent.credentials = "omit";
  }
  if (body !== undefined) {
    headers["content-type"] = contentType ?? "application/json";
    sent.body = contentType ? String(body) : JSON.stringify(body);
  }
  try {
    const response = await fetch(path + query, sent);
    if (!response.ok) throw await refusal(response);
    return response;
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    throw new ApiError(0, text.state.offline);
  }
}

async function refusal(response: Response): Promise<ApiError> {
  const { status } = response;
  const answer: unknown = await response.json().catch(() => null);
  const wait = (status === 429 || status === 503) && Number(response.headers.get("retry-after"));
  const { detail, title, field, reason } = (answer ?? {}) as Record<string, unknown>;
  if (status >= 502 || reason === "QUERY_QUEUE_FULL") {
    return new ApiError(status, text.state.unavailable, "", "", wait || 0);
  }
  const said = [wait && text.state.throttled(wait), detail, title].find((one) => typeof one === "string" && one);
  const word = (given: unknown) => (typeof given === "string" ? given : "");
  return new ApiError(status, String(said ?? text.state.failed), word(field), word(reason), wait || 0);
}
