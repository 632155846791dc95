import type { Experiment, Interaction, TrackOptions, View } from '../options.js';
import type { Transport } from './transport.js';
import type { Visitor } from './visitor.js';

/** What any event may carry. */
export interface EventContext {
  /** The visitor's request, where the event happened in one: `visitorOf(request.headers, request.ip)`. */
  readonly visitor?: Visitor | undefined;
  /** The application's own pseudonymous id of the person; stored as a keyed hash only. Default: anonymous. */
  readonly userId?: string | undefined;
  /** UUID of the browser's session, where the page passed it on. Default: the event belongs to no visit of a page. */
  readonly sessionId?: string | undefined;
  /** http(s) URL of the page. */
  readonly pageUrl?: string | undefined;
  /** Title of the page. */
  readonly pageTitle?: string | undefined;
  /** URL of the page before. */
  readonly referrer?: string | undefined;
  /** BCP 47 tag. Default: the first of the visitor's `accept-language`. */
  readonly language?: string | undefined;
  /** UUID. The same id is the same event, whoever sends it. Default: a new one. */
  readonly eventId?: string | undefined;
}

/** A page view: `pageUrl` is required, as a backend has no page of its own. */
export interface ServerView extends EventContext, Omit<View, 'pageUrl'> {
  readonly pageUrl: string;
}

export interface ServerInteraction extends EventContext, Interaction {}

export interface ServerTrackOptions extends EventContext, TrackOptions {}

/** Options of `ServerClient`. Either `apiBaseUrl` and `key`, or a `transport`. */
export interface ServerOptions {
  /** The gateway, such as `https://stats.example.org`. */
  readonly apiBaseUrl?: string | undefined;
  /** An ingest key of the site. A secret: it belongs on servers alone. */
  readonly key?: string | undefined;
  /** Another way to the mesh, such as `grpcTransport(…)`. Default: HTTP to `apiBaseUrl`. */
  readonly transport?: Transport | undefined;
  /** Events in one call, 1 to 500. As many are sent at once. Default: `100`. */
  readonly batchEvents?: number | undefined;
  /** How long the first event of a batch waits for others, ms. Default: `1000`. */
  readonly batchWaitMs?: number | undefined;
  /** Events held in memory at most; while there is no room new ones are dropped. Default: `10000`. */
  readonly queueEvents?: number | undefined;
  /** Bytes of events held in memory at most. Default: `33554432`. */
  readonly queueBytes?: number | undefined;
  /** After as many ms without an answer a call is given up, and its events are sent again. Default: `10000`. */
  readonly timeoutMs?: number | undefined;
  /** How long `shutdown()` goes on sending what waits, ms. What is left then is lost. Default: `10000`. */
  readonly shutdownMs?: number | undefined;
  /** Send nothing of a visitor whose browser says Do Not Track or Global Privacy Control. Default: `true`. */
  readonly privacySignals?: boolean | undefined;
  /** Experiments by name, for `variant()`; the same as in the browser. Default: `{}`. */
  readonly experiments?: { readonly [experiment: string]: Experiment } | undefined;
  /** Is told of everything that goes wrong. Default: one warning of the process about the first. */
  readonly onError?: ((error: Error) => void) | undefined;
}
