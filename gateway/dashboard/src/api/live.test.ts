import { expect, test } from "vitest";
import { parseMessage } from "./live";
import { waitBefore } from "./live-socket";

test("a snapshot is read", () => {
  const message = {
    fresh: true,
    as_of_us: 5_000,
    visitors_now: 3,
    views_per_minute: [0, 2],
    pages: [{ value: "/", count: 2 }],
  };
  expect(parseMessage(JSON.stringify(message))).toEqual({
    fresh: true,
    snapshot: {
      asOf: new Date(5),
      visitorsNow: 3,
      viewsPerMinute: [0, 2],
      pages: [{ value: "/", count: 2 }],
      sources: [],
      countries: [],
      events: [],
    },
  });
});

test("a message that only says the numbers are old carries none", () => {
  expect(parseMessage('{"fresh":false}')).toEqual({ fresh: false, snapshot: null });
});

test("waits double up to a limit and are spread over half of it", () => {
  expect(waitBefore(0, 1)).toBe(500);
  expect(waitBefore(3, 0)).toBe(2000);
  expect(waitBefore(50, 1)).toBe(15_000);
});
