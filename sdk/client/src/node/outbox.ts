import type { ServerEvent } from './transport.js';

/** A batch stays below what the gateway takes in one request, 1 MiB. */
export const BATCH_BYTES = 900_000;

/** An event, when it happened (monotonic clock, ms), and the bytes of its JSON. */
export interface Entry {
  readonly event: Omit<ServerEvent, 'ageMs'>;
  readonly born: number;
  readonly size: number;
}

/** The events that wait: oldest first, bounded in number and bytes, what is under way included. */
export class Outbox {
  #queue: Entry[] = [];
  #bytes = 0;
  /** Events that wait or are under way. */
  held = 0;
  /** Events ever taken in. */
  offered = 0;

  constructor(
    private readonly mostEvents: number,
    private readonly mostBytes: number,
  ) {}

  get waiting(): number {
    return this.#queue.length;
  }

  /** Events of those ever taken in that need no other try. */
  get settled(): number {
    return this.offered - this.held;
  }

  hasRoom(size = 0): boolean {
    return this.held < this.mostEvents && (!this.held || this.#bytes + size <= this.mostBytes);
  }

  push(entry: Entry): void {
    this.#queue.push(entry);
    this.#bytes += entry.size;
    this.held++;
    this.offered++;
  }

  /** The next batch, at least one event where any waits. */
  take(mostEvents: number): Entry[] {
    let size = 0;
    let count = 0;
    for (const entry of this.#queue) {
      size += entry.size;
      if (count === mostEvents || (count && size > BATCH_BYTES)) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  /** What was taken and is to be sent again goes to the head, in its order. */
  giveBack(entries: readonly Entry[]): void {
    this.#queue.unshift(...entries);
  }

  /** These need no other try. */
  settle(entries: readonly Entry[]): void {
    for (const { size } of entries) this.#bytes -= size;
    this.held -= entries.length;
  }
}
