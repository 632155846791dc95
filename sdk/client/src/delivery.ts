import type { Session } from './session.js';

/** What an event says, as it is sent. */
export interface Fields {
  [name: string]: unknown;
}

interface Waiting {
  readonly session: Session;
  readonly fields: Fields;
  /** When it happened by the monotonic clock, ms. */
  readonly happened: number;
  /** What it takes of the room: the characters of its JSON, at least `LEAST_SIZE`. */
  readonly weight: number;
}

export interface Delivery {
  /** Take an event. When too much is waiting it is refused: the oldest are kept. */
  push(session: Session, fields: Fields): void;
  /** Send a batch; all that is waiting if `leaving`. Ends with the answers, whatever they are; never rejects. */
  send(leaving?: boolean): Promise<unknown>;
}

/** Is told of every answer and error. */
export type Watch = (outcome: unknown) => unknown;

const BATCH_EVENTS = 20;
/** Characters of a batch: of at most three bytes each, so that it fits into what may outlive a page. */
const BATCH_SIZE = 20_000;
/** Browsers let 64 KiB of bodies outlive their page, all together. */
const KEPT_BYTES = 64_000;
/** 512 KB of waiting events; with the least size of an event that is 1,000 of them. */
const ROOM = 524_000;
const LEAST_SIZE = 524;
const MOST_DELAY_S = 60;

/**
 * A queue in memory, sent to `url` in batches: every 1 to 2 s, or 20 events. `common` is sent with each, `before` is
 * called ahead of each. What fails for a while (network, 429, 5xx) is sent again, later and later.
 */
export function createDelivery(url: string, common: object, ready: () => boolean, watch?: Watch): Delivery {
  const queue: Waiting[] = [];
  let room = ROOM;
  let flying = 0;
  let failures = 0;
  let notBefore = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function push(session: Session, fields: Fields): void {
    const weight = Math.max(JSON.stringify(fields).length, LEAST_SIZE);
    if (weight > room) throw Error('full');
    room -= weight;
    queue.push({ session, fields, weight, happened: performance.now() });
    // a view waits its whole time, until its page has its title
    if (fields.pageTitle && !failures) timer = clearTimeout(timer) as undefined;
    plan();
  }

  function plan(): void {
    if (failures || flying) return;
    if (queue.length < BATCH_EVENTS) wait(1);
    else send();
  }

  /** Between once and twice as long, so that not all pages come back at the same moment. */
  function wait(seconds: number): void {
    timer ??= setTimeout(send, seconds * (1_010 + Math.random() * 1_000));
  }

  function send(leaving?: boolean): Promise<unknown> {
    const posts: Promise<void>[] = [];
    const due = timer;
    timer = undefined;
    if (!(performance.now() < notBefore) && ready()) {
      clearTimeout(due);
      while (queue[0] && (leaving || !flying)) posts.push(post(queue[0].session, leaving));
    }
    return Promise.all(posts);
  }

  /** Send the next events that fit into one batch: all of one session, whose fields they share. */
  async function post(session: Session, leaving?: boolean): Promise<void> {
    const now = performance.now();
    const batch: Waiting[] = [];
    let length = 0;
    while (queue[0]?.session === session && length < BATCH_SIZE) {
      length += queue[0].weight;
      batch.push(queue.shift() as Waiting);
    }
    const events = batch.map(({ happened, fields }) => ({ ...fields, ageMs: Math.round(now - happened) }));
    const body = new Blob([JSON.stringify({ ...common, ...session, events })], { type: 'text/plain' });
    let patience: number | undefined;
    flying += body.size;
    try {
      if (!leaving || 'keepalive' in Request.prototype || !navigator.sendBeacon(url, body)) {
        const answer = await fetch(url, { method: 'POST', body, keepalive: flying < KEPT_BYTES, credentials: 'omit' });

        if (answer.status === 429 || answer.status > 499) {
          const after = answer.headers.get('retry-after') as string;
          // NaN where there is none: no comparison with it holds
          patience = +after || (Date.parse(after) - Date.now()) / 1_000;
        }
        watch?.(answer);
      }
    } catch (error) {
      patience = 0;
      watch?.(error);
    }
    flying -= body.size;
    if (patience != null) {
      queue.unshift(...batch);
      failures++;
      notBefore = now + patience * 1_000;
      // a little later than asked for, so that it is never too early
      wait(patience > 0 ? patience : Math.min(2 ** failures, MOST_DELAY_S));
    } else {
      failures = 0;
      room += length;
      if (queue[0]) plan();
    }
  }

  return { push, send };
}
