/** Values that a property may have. Others are left out; text is cut at 2,000 characters. */
export type PropValue = string | number | boolean | null | undefined;

/** Up to 30 properties of an event, with keys of 1 to 100 characters. */
export type Props = { readonly [key: string]: PropValue };

/** A page view. What is left out is taken from the page. */
export interface View {
  /** http(s) URL, also relative to the page. Default: the page's own. */
  readonly pageUrl?: string | undefined;
  /** Default: the document's title. */
  readonly pageTitle?: string | undefined;
  /** URL of the page before. Default: none; the first one is sent with every event. */
  readonly referrer?: string | undefined;
  readonly props?: Props | undefined;
}

/** What a person did with an element. */
export interface Interaction {
  /** `click`, `submit`, `outbound`, `download`, `scroll`; any other word is a custom event of that name. */
  readonly type: string;
  /** `elementId`, `pageUrl`, `text`, `href`, `tag`, `role`, `depth` have a meaning; others are properties. */
  readonly data?: Props | undefined;
}

/** What an event earned. */
export interface Revenue {
  /** Decimal: text such as `"12.50"`, or a number. */
  readonly amount: string | number;
  /** ISO 4217, such as `"EUR"`. */
  readonly currency: string;
}

export interface TrackOptions {
  /** What the event earned. */
  readonly revenue?: Revenue | undefined;
  /** Does it end a bounce? Default: `true`. */
  readonly interactive?: boolean | undefined;
}

/** Variants of an experiment by name, with their weights. */
export type Experiment = { readonly [variant: string]: number };

/** A capability: `false` or `{ enabled: false }` switches it off. */
export interface Switch {
  /** Default: `true`. */
  readonly enabled?: boolean | undefined;
}

export interface ScrollOptions {
  /** Depths in % that are reported. Default: `[25, 50, 75, 90, 100]`. */
  readonly thresholds?: readonly number[] | undefined;
}

export interface DownloadOptions {
  /** Endings of files that count. Default: those of documents, archives, media and programs. */
  readonly extensions?: readonly string[] | undefined;
}

/** What the core needs to know. */
export interface CoreOptions {
  /** The gateway, such as `https://stats.example.org`. */
  readonly apiBaseUrl: string;
  /** The site's id. */
  readonly appName: string;
  /** Send nothing when the browser says Do Not Track or Global Privacy Control. Default: `true`. */
  readonly privacySignals?: boolean | undefined;
}

/** Options of `AnalyticsClient`. Every capability is on unless it is switched off. */
export interface AnalyticsOptions extends CoreOptions {
  /** Record nothing until `optIn()`. Default: `false`. */
  readonly optOut?: boolean | undefined;
  /** The page is in the fragment (`#/page`). Else fragments are never sent. Default: `false`. */
  readonly hashRouting?: boolean | undefined;
  /** One warning on the console about the first thing that goes wrong. Default: `false`. */
  readonly debug?: boolean | undefined;
  /** The first page view. Default: `true`. */
  readonly viewTracking?: boolean | Switch | undefined;
  /** A view for each route of a single-page application. Default: `true`. */
  readonly routeTracking?: boolean | Switch | undefined;
  /** A view when the page comes back out of the back/forward cache. Default: `true`. */
  readonly restoreTracking?: boolean | Switch | undefined;
  /** Clicks on links, buttons, and what has a `data-analytics-id` or `data-analytics-event`. Default: `true`. */
  readonly clickTracking?: boolean | Switch | undefined;
  /** Clicks on links to other hosts, as `outbound`. Default: `true`. */
  readonly outboundTracking?: boolean | Switch | undefined;
  /** Clicks on links to files, as `download`. Default: `true`. */
  readonly downloadTracking?: boolean | (Switch & DownloadOptions) | undefined;
  /** Forms sent, never their values. Default: `true`. */
  readonly formTracking?: boolean | Switch | undefined;
  /** How far pages are scrolled. Default: `true`. */
  readonly scrollTracking?: boolean | (Switch & ScrollOptions) | undefined;
  /** How long pages are visible and focused. Default: `true`. */
  readonly engagementTracking?: boolean | Switch | undefined;
  /** Experiments by name, for `variant()`. Default: `{}`. */
  readonly experiments?: { readonly [experiment: string]: Experiment } | undefined;
}

/** What a client can be told. No function throws, and each may be handed on by itself. */
export interface Analytics {
  /** A page view. Of a page whose view was recorded by itself it is the same view, not a second one. */
  trackView(this: void, view?: View): void;
  /** What a person did with an element. */
  trackInteraction(this: void, interaction: Interaction): void;
  /** An event of the application's own, by a name of 1 to 120 characters. */
  track(this: void, name: string, props?: Props, options?: TrackOptions): void;
  /** The application's own pseudonymous id of the person, sent with every later event. Kept in memory alone. */
  identify(this: void, userId: string): void;
  /** Forget the person: later events are anonymous again. */
  reset(this: void): void;
  /** Record nothing from now on, and forget what waits. Lasts for the page's life, as nothing may be stored. */
  optOut(this: void): void;
  /** Record from now on. Do Not Track and Global Privacy Control are still obeyed. */
  optIn(this: void): void;
  /** Send what waits, and how long the page was seen until now. */
  flush(this: void): Promise<unknown> | undefined;
  /** Send what waits and record no longer; `optIn()` begins again. */
  shutdown(this: void): Promise<unknown> | undefined;
}
