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
  ) {
    super(message);
  }
}

interface Options {
  readonly signal?: AbortSignal | undefined;
  /** For `{id}` in the path. */
  readonly id?: string;
  readonly parameters?: Readonly<Record<string, string>>;
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

/** The operation's answer as CSV. */
export async function callForCsv<T extends Operation>(operation: T, body: Body<T>): Promise<Blob> {
  return (await request(operation, body, {}, "text/csv")).blob();
}

async function request(operation: Operation, body: unknown, options: Options, accept: string): Promise<Response> {
  const [method = "", template = ""] = operation.split(" ");
  const path = template.replace("{id}", encodeURIComponent(options.id ?? ""));
  const query = options.parameters ? `?${new URLSearchParams(options.parameters)}` : "";
  const { signal } = options;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const headers: Record<string, string> = { accept };
  const sent: RequestInit = { method, headers, signal: signal ? AbortSignal.any([signal, timeout]) : timeout };
  if (body !== undefined) {
    headers["content-type"] = "application/json";
    sent.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(path + query, sent);
    if (!response.ok) throw refusal(response.status, await response.json().catch(() => null));
    return response;
  } catch (error) {
    if (error instanceof ApiError || signal?.aborted) throw error;
    throw new ApiError(0, text.state.offline);
  }
}

function refusal(status: number, answer: unknown): ApiError {
  if (status >= 502) return new ApiError(status, text.state.unavailable);
  const { detail, title, field } = (answer ?? {}) as Record<string, unknown>;
  const said = [detail, title].find((one) => typeof one === "string" && one);
  return new ApiError(status, String(said ?? text.state.failed), typeof field === "string" ? field : "");
}
