import { ApiError } from "./http";

const TIMES = 4;
/** A longer wait is for the person to decide on. */
const LONGEST_S = 5;

/** Asks, and asks again when the server says that it is busy and for how long: a few times, until `signal` fires. */
export async function patiently<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let time = 1; ; time++) {
    try {
      return await ask();
    } catch (error) {
      const waitS = error instanceof ApiError ? error.retryAfterS : 0;
      if (time === TIMES || waitS === 0 || waitS > LONGEST_S) throw error;
      await pause(waitS * 1000, signal);
      if (signal.aborted) throw error;
    }
  }
}

/** Ends after the time, or when `signal` fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((ended) => {
    if (signal.aborted) return ended();
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      ended();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end);
  });
}
