import type { Fields } from './delivery.js';
import { uuid7 } from './uuid7.js';

/** How a session began. Reloads and steps back continue another session; `idle` is a visit without a source. */
export type Navigation = 'navigate' | 'reload' | 'back_forward' | 'idle';

/** Sent with every event of the session, as it is. */
export interface Session {
  readonly sessionId: string;
  readonly firstUrl?: string | undefined;
  readonly firstReferrer?: string | undefined;
  readonly navigation?: Navigation | undefined;
}

/** A person's visit to a site as this page knows it: in memory alone, gone with the page. */
export interface Visit {
  session: Session;
  /** When the last event was. By the wall clock, as the other one may stand still while a computer sleeps. */
  last: number;
  /** URL of the page that is shown, as its view was sent. */
  page?: string;
  /** What its view says; it may change until it is sent. */
  view?: Fields | undefined;
  /** The last view that the application reported itself. */
  told?: Fields | undefined;
  /** Where the document was last seen, as pages are told apart. */
  route?: string;
  userId?: string | undefined;
}

// 30 minutes
const IDLE_MS = 1_800_000;

const visits: { [site: string]: Visit } = {};

/** The visit of a site: one for all clients of the page, so that making another client begins no other visit. */
export function visitOf(site: string): Visit {
  visits[site] ??= { session: firstSession(), last: Date.now() };
  return visits[site];
}

/** Note an event; after 30 minutes without one it opens a new session. */
export function stay(visit: Visit, navigation: Navigation = 'idle'): void {
  const now = Date.now();
  if (now - visit.last > IDLE_MS) visit.session = { sessionId: uuid7(), navigation };
  visit.last = now;
}

function firstSession(): Session {
  const [loaded] = performance.getEntriesByType('navigation') as (PerformanceNavigationTiming | undefined)[];
  return {
    sessionId: uuid7(),
    firstUrl: loaded?.name.replace(/#.*/, '').slice(0, 2_000),
    firstReferrer: document.referrer.slice(0, 2_000),
    navigation: loaded?.type as Navigation | undefined,
  };
}
