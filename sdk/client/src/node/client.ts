import { uuid7 } from '../uuid7.js';
import { assign } from '../variant.js';
import { Backoff } from './backoff.js';
import { httpTransport } from './http.js';
import type { ServerOptions } from './options.js';
import { BATCH_BYTES, type Entry, Outbox } from './outbox.js';
import { type Draft, Tracker } from './tracker.js';
import type { Answer, Result, Transport } from './transport.js';
import { asksForPrivacy } from './visitor.js';

/** Events by what became of them, since the client was made. */
export interface Stats {
  /** Stored. */
  readonly accepted: number;
  /** Stored before, by an earlier try. */
  readonly duplicates: number;
  /** Not recorded on purpose: a bot, an excluded address, a visitor who asks for privacy. */
  readonly ignored: number;
  /** Wrong. */
  readonly refused: number;
  /** There was no room for them, or the client was shut down. */
  readonly dropped: number;
  /** Given up: at shutdown, or after 24 hours. */
  readonly lost: number;
  /** Waiting, or under way. */
  readonly waiting: number;
}

const MOST_EVENTS = 500;
/** The mesh takes no older event. */
const MOST_AGE_MS = 86_400_000;
const COUNTED = { accepted: 'accepted', duplicate: 'duplicates', ignored: 'ignored', refused: 'refused' } as const;

/**
 * Sends a backend's events: batched in memory, retried until they are stored, each exactly once. Make one a process,
 * and await `shutdown()` at its end.
 *
 * Throws TypeError or RangeError for options that cannot be meant; no method throws or rejects.
 */
export class ServerClient extends Tracker {
  readonly #options: ServerOptions;
  readonly #transport: Transport;
  readonly #batchEvents: number;
  readonly #outbox: Outbox;
  readonly #backoff = new Backoff();
  readonly #abort = new AbortController();
  readonly #counts = { accepted: 0, duplicates: 0, ignored: 0, refused: 0, dropped: 0, lost: 0 };
  #watchers: (() => void)[] = [];
  #sequence = 0;
  #flushTo = 0;
  #timer: NodeJS.Timeout | undefined;
  #sending = false;
  #paused = false;
  #closing: Promise<boolean> | undefined;
  #warned = false;

  constructor(options: ServerOptions) {
    super((build) => this.#offer(build));
    this.#options = options;
    this.#transport = options.transport ?? httpTransport(required(options));
    this.#batchEvents = within('batchEvents', options.batchEvents ?? 100, 1, MOST_EVENTS);
    this.#outbox = new Outbox(
      within('queueEvents', options.queueEvents ?? 10_000, 1),
      within('queueBytes', options.queueBytes ?? 32 * 1024 * 1024, 1),
    );
    within('batchWaitMs', options.batchWaitMs ?? 0, 0);
    within('timeoutMs', options.timeoutMs ?? 1, 1);
    within('shutdownMs', options.shutdownMs ?? 0, 0);
  }

  get stats(): Stats {
    return { ...this.#counts, waiting: this.#abort.signal.aborted ? 0 : this.#outbox.held };
  }

  /** The variant of an experiment of the options for a user, as in the browser; `""` for an unknown experiment. */
  variant(experiment: string, userId: string): string {
    return assign(experiment, this.#options.experiments?.[experiment] ?? {}, userId);
  }

  /** Wait until there is room for another event: back-pressure for whoever sends many. */
  async room(): Promise<void> {
    await this.#until(() => this.#outbox.hasRoom() || !!this.#closing);
  }

  /** Send what waits now. True once each event of it is settled, false after `timeoutMs`. */
  async flush(timeoutMs?: number): Promise<boolean> {
    const target = this.#outbox.offered;
    this.#flushTo = target;
    this.#timer?.ref();
    this.#plan();
    const settled = (): boolean => this.#outbox.settled >= target;
    await this.#until(() => settled() || this.#abort.signal.aborted, timeoutMs);
    return settled();
  }

  /** Take no more events, send what waits for up to `shutdownMs`, and end. True if nothing was lost. */
  shutdown(): Promise<boolean> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<boolean> {
    await this.flush(this.#options.shutdownMs ?? 10_000);
    clearTimeout(this.#timer);
    const lost = this.#outbox.held;
    if (lost) {
      this.#counts.lost += lost;
      this.tell(`${lost} events could not be sent before the shutdown and are lost`);
    }
    this.#abort.abort();
    this.#transport.close();
    this.#notify();
    return !lost;
  }

  #offer(build: () => Draft): boolean {
    try {
      const event = build();
      if (this.#closing) return this.#drop('dropped', 'it is shut down');
      if (this.#options.privacySignals !== false && event.visitor && asksForPrivacy(event.visitor)) {
        this.#counts.ignored++;
        return true;
      }
      const whole = { ...event, eventId: event.eventId ?? uuid7(), sequence: this.#sequence };
      const size = Buffer.byteLength(JSON.stringify(whole));
      if (size > BATCH_BYTES) return this.#drop('refused', `an event has ${size} bytes`);
      if (!this.#outbox.hasRoom(size)) return this.#drop('dropped', `${this.#outbox.held} events wait already`);
      this.#sequence = (this.#sequence + 1) % 2 ** 32;
      this.#outbox.push({ event: whole, born: performance.now(), size });
      this.#plan();
      return true;
    } catch (error) {
      return this.#drop('refused', String(error));
    }
  }

  #drop(as: 'dropped' | 'refused', reason: string): false {
    this.#counts[as]++;
    this.tell(`an event was ${as}: ${reason}`);
    return false;
  }

  /** Send a full batch and what is flushed at once, others when the first has waited long enough. */
  #plan(): void {
    if (this.#sending || this.#paused || !this.#outbox.waiting) return;
    if (this.#outbox.waiting >= this.#batchEvents || this.#outbox.settled < this.#flushTo) void this.#send();
    else this.#timer ??= setTimeout(() => void this.#send(), this.#options.batchWaitMs ?? 1_000);
  }

  async #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending = true;
    const now = performance.now();
    const batch = this.#young(this.#outbox.take(this.#batchEvents), now);
    const answer = batch.length ? await this.#call(batch, now) : { results: [] };
    this.#sending = false;
    if (this.#abort.signal.aborted) return;
    this.#settle(batch, answer);
    this.#notify();
    this.#plan();
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
  }

  async #call(batch: readonly Entry[], now: number): Promise<Answer> {
    const timeout = AbortSignal.timeout(this.#options.timeoutMs ?? 10_000);
    const events = batch.map(({ event, born }) => ({ ...event, ageMs: Math.round(now - born) }));
    try {
      return await this.#transport.send(events, AbortSignal.any([timeout, this.#abort.signal]));
    } catch (error) {
      return { again: reasonOf(error) };
    }
  }

  #settle(batch: readonly Entry[], answer: Answer): void {
    if ('again' in answer) {
      this.#pause(batch, answer.again, answer.afterMs);
      return;
    }
    const results: readonly Result[] =
      'results' in answer ? answer.results : batch.map(() => ({ status: 'refused', reason: answer.refused }));
    const again = batch.filter((_, index) => results[index]?.status === 'again');
    this.#outbox.settle(batch.filter((entry) => !again.includes(entry)));
    for (const { status, reason } of results) {
      if (status === 'again') continue;
      this.#counts[COUNTED[status]]++;
      if (status === 'refused') this.tell(`an event was refused: ${reason}`);
    }
    if (again.length) this.#pause(again, 'the mesh cannot store it now');
    else this.#backoff.reset();
  }

  #pause(batch: readonly Entry[], reason: string, afterMs?: number): void {
    this.#outbox.giveBack(batch);
    this.tell(`${batch.length} events are sent again: ${reason}`);
    this.#paused = true;
    this.#timer = setTimeout(() => {
      this.#paused = false;
      void this.#send();
    }, this.#backoff.pauseMs(afterMs));
    // a process that comes to its end does not wait for a mesh that is away, unless somebody awaits a flush
    if (!this.#watchers.length) this.#timer.unref();
  }

  /** Those that the mesh still takes; the others are lost. */
  #young(batch: Entry[], now: number): Entry[] {
    const old = batch.filter(({ born }) => now - born > MOST_AGE_MS);
    if (!old.length) return batch;
    this.#outbox.settle(old);
    this.#counts.lost += old.length;
    this.tell(`${old.length} events are lost: the mesh could not be reached for 24 hours`);
    return batch.filter((entry) => !old.includes(entry));
  }

  #until(holds: () => boolean, timeoutMs?: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (held: boolean): void => {
        clearTimeout(timer);
        this.#watchers = this.#watchers.filter((other) => other !== watcher);
        resolve(held);
      };
      const watcher = (): void => {
        if (holds()) end(true);
      };
      const timer = timeoutMs === undefined ? undefined : setTimeout(() => end(false), timeoutMs);
      this.#watchers.push(watcher);
      watcher();
    });
  }

  /** Tell the application of something that went wrong, once where nobody listens. */
  protected tell(message: string): void {
    const error = new Error(`@analytics/client: ${message}`);
    try {
      if (this.#options.onError) this.#options.onError(error);
      else if (!this.#warned) process.emitWarning(error.message, 'AnalyticsWarning');
    } catch {
      // the application's own handler is at fault
    }
    this.#warned = true;
  }
}

function required({ apiBaseUrl, key }: ServerOptions): { apiBaseUrl: string; key: string } {
  if (!apiBaseUrl) throw new TypeError('apiBaseUrl: it is empty; give the address of the gateway, or a transport');
  if (!key) throw new TypeError('key: it is empty; give an ingest key of the site');
  return { apiBaseUrl, key };
}

function within(name: string, value: number, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (!(value >= least && value <= most)) throw new RangeError(`${name}: ${value} is not from ${least} to ${most}`);
  return value;
}

/** What a failed fetch means is in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : String(message ?? error);
}
