import { createDelivery, type Delivery, type Fields, type Watch } from './delivery.js';
import type { CoreOptions, View } from './options.js';
import { asksForPrivacy } from './privacy.js';
import { stay, type Visit, visitOf } from './session.js';
import { uuid7 } from './uuid7.js';

export type Kind = 'view' | 'interaction' | 'event' | 'engagement';

/** Watches the page and records what it sees, from when the page is shown until the signal. */
export type Capture = (core: Core, until: AbortSignal) => void;

/** What captures and clients are built on. No function of it throws. */
export interface Core {
  readonly visit: Visit;
  /** Called before the page is left: for another (`ended`), or hidden and perhaps never seen again. */
  leaving: ((ended?: boolean) => void)[];
  /** An address as it is sent, by default the document's: without a fragment, of at most 2,000 characters. */
  here: (url?: string) => string;
  /** Queue an event of the page that is shown; what it says may change until it is sent. */
  record(kind: Kind, fields: Fields): Fields | undefined;
  /** Leave the page that is shown, for the one that the document shows now or for another. */
  view(view?: View): Fields | undefined;
  /** Listen until recording stops. */
  listen(target: EventTarget, type: string, listener: (event: Event) => void): void;
  /** The same function, which tells of an error instead of throwing it. */
  safe<Given extends unknown[], Result>(work: (...given: Given) => Result): (...given: Given) => Result | undefined;
  /** Record from now on, unless the browser asks for privacy. Where there is no document nothing is recorded. */
  start(): void;
  /** The page is perhaps left: send all that is known. Ends with the answers. */
  hide(): Promise<unknown> | undefined;
  /** Record no longer, and forget what waits. */
  stop(): void;
}

/** Frameworks set the title some time after the route: it is read when its view is sent, or the page left. */
export const TITLE = { toJSON: () => document.title } as unknown as string;

/** Smaller than a client: the core, and the captures that are wanted. Begins with `start()`. */
export function createCore(options: CoreOptions, captures: readonly Capture[] = [], watch?: Watch): Core {
  const { apiBaseUrl, appName, privacySignals } = options;
  const url = `${apiBaseUrl}`.replace(/\/*$/, '/track/batch');
  let sequence = 0;
  let until: AbortController | undefined;
  let delivery: Delivery | undefined;

  const safe: Core['safe'] =
    (work) =>
    (...given) => {
      try {
        return work(...given);
      } catch (error) {
        return watch?.(error) as undefined;
      }
    };

  function leave(ended?: boolean): void {
    if (visit.view?.pageTitle === TITLE) visit.view.pageTitle = document.title;
    for (const listener of core.leaving) listener(ended);
  }

  function hide(): Promise<unknown> | undefined {
    leave();
    return delivery?.send(true);
  }

  const visit = safe(visitOf)(url + appName) as Visit;
  const core: Core = {
    visit,
    leaving: [],
    here: (url = location.href) => url.replace(/#.*/, '').slice(0, 2_000),
    safe,
    record: safe((kind, fields) => {
      if (!delivery) return undefined;
      if (kind !== 'engagement') stay(visit);
      const event = {
        ...fields,
        kind,
        eventId: uuid7(),
        sequence: sequence++,
        pageUrl: visit.page,
        userId: visit.userId,
      };
      delivery.push(visit.session, event);
      return event;
    }),
    view: safe((view = {}) => {
      if (!delivery) return undefined;
      leave(true);
      visit.page = view.pageUrl ?? core.here();
      visit.view = core.record('view', { pageTitle: TITLE, ...view });
      return visit.view;
    }),
    listen(target, type, listener) {
      target.addEventListener(type, safe(listener), { capture: true, signal: until?.signal as AbortSignal });
    },
    start: safe(() => {
      if (delivery || (privacySignals !== false && asksForPrivacy())) return;
      until = new AbortController();
      const { signal } = until;
      const page = document as Document & { readonly prerendering?: boolean };

      function begin(): void {
        for (const capture of captures) safe(capture)(core, signal);
        core.listen(page, 'visibilitychange', () => page.hidden && hide());
        core.listen(window, 'pagehide', hide);
        core.listen(window, 'online', () => delivery?.send());
      }

      core.leaving = [];
      delivery = createDelivery(
        url,
        { appName, screenWidth: screen.width },
        () => !signal.aborted && !page.prerendering,
        watch,
      );
      if (page.prerendering) core.listen(page, 'prerenderingchange', begin);
      else begin();
    }),
    hide: safe(hide),
    stop() {
      until?.abort();
      delivery = undefined;
    },
  };
  return core;
}

/** What pages are told apart by: their address without its query. */
export function pageOf(url = ''): string {
  return url.replace(/\?[^#]*/, '');
}
