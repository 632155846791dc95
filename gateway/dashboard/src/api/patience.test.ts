import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { call } from "./http";
import { patiently } from "./patience";

let asked = 0;

/** Answers each request in turn; the last answer stays. */
function answering(...answers: readonly (() => Response)[]): void {
  vi.stubGlobal("fetch", async () => answers[Math.min(asked++, answers.length - 1)]?.());
}

const busy = (status: number, wait = "1") => new Response("{}", { status, headers: { "retry-after": wait } });
const session = () => new Response('{"email":""}');
const ask = (signal: AbortSignal) => patiently(() => call("GET /api/v1/session", undefined, { signal }), signal);

beforeEach(() => {
  asked = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a question that a busy server puts off is asked again when it said", async () => {
  answering(
    () => busy(429),
    () => busy(503, "2"),
    session,
  );
  const answer = ask(new AbortController().signal);
  await vi.advanceTimersByTimeAsync(2_900);
  expect(asked).toBe(2);
  await vi.advanceTimersByTimeAsync(200);
  expect(await answer).toEqual({ email: "" });
});

test("a server that stays busy is said to be so after a few times", async () => {
  answering(() => busy(429));
  const refused = expect(ask(new AbortController().signal)).rejects.toMatchObject({ status: 429 });
  await vi.runAllTimersAsync();
  await refused;
  expect(asked).toBe(4);
});

test("what is no longer wanted, or would not be answered later either, is not asked again", async () => {
  answering(() => busy(429));
  const cancel = new AbortController();
  const left = expect(ask(cancel.signal)).rejects.toBeDefined();
  await vi.advanceTimersByTimeAsync(500);
  cancel.abort();
  await vi.runAllTimersAsync();
  await left;
  expect(asked).toBe(1);

  answering(() => new Response('{"detail":"too much"}', { status: 429 }));
  await expect(ask(new AbortController().signal)).rejects.toThrow("too much");
  expect(asked).toBe(2);
});
