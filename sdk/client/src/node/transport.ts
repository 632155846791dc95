import type { Revenue } from '../options.js';
import type { Visitor } from './visitor.js';

/** An event as the gateway's `/track/batch` takes it. */
export interface ServerEvent {
  readonly kind: 'view' | 'interaction' | 'event';
  readonly eventId: string;
  readonly sequence: number;
  readonly ageMs: number;
  readonly visitor?: Visitor | undefined;
  readonly userId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly pageUrl?: string | undefined;
  readonly pageTitle?: string | undefined;
  readonly referrer?: string | undefined;
  readonly language?: string | undefined;
  readonly props?: Values | undefined;
  /** Of an interaction. */
  readonly type?: string | undefined;
  readonly data?: Values | undefined;
  /** Of an event of the application's own. */
  readonly name?: string | undefined;
  readonly revenue?: Revenue | undefined;
  readonly interactive?: boolean | undefined;
}

export type Values = { readonly [key: string]: string | number | boolean };

/** What became of one event. `again`: it is not stored now. */
export interface Result {
  readonly status: 'accepted' | 'duplicate' | 'ignored' | 'refused' | 'again';
  /** Why it was refused. */
  readonly reason?: string | undefined;
}

/** What became of a batch: of each event in order, or of all alike. */
export type Answer =
  | { readonly results: readonly Result[] }
  /** No other try helps. */
  | { readonly refused: string }
  /** Nothing is known to be stored: to be sent again, after so many ms where the mesh said so. */
  | { readonly again: string; readonly afterMs?: number | undefined };

/** A way to the mesh. */
export interface Transport {
  /** Send 1 to 500 events. What it rejects with is taken for a failure that passes. */
  send(events: readonly ServerEvent[], signal: AbortSignal): Promise<Answer>;
  /** Let connections go. */
  close(): void;
}
