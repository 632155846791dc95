import { AnalyticsClient } from '../client.js';
import type { Analytics, AnalyticsOptions } from '../options.js';

/** What `useAnalytics()` gives: the client's methods, the same functions in each render. */
export interface AnalyticsMethods extends Omit<Analytics, 'shutdown'> {
  /** A person has met a variant: to be told when the variant is shown. `useExperiment` does so by itself. */
  exposure(this: void, experiment: string, variant: string): void;
  /** The variant of an experiment of the options; `""` for an unknown one, and on a server. */
  variant(this: void, experiment: string): string;
}

/** What a provider shares: the client, made when it is first needed in a browser, and who waits for it. */
export interface Handle {
  readonly analytics: AnalyticsMethods;
  /** Begin; returns how to end. An end that is taken back at once, as in strict mode, changes nothing. */
  readonly mount: () => () => void;
  /** Call a listener when variants may have changed; returns how to stop. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The variant, `""` until the client is made. */
  readonly variant: (experiment: string) => string;
  /** Tell an exposure unless it was told before. */
  readonly expose: (experiment: string, variant: string) => void;
}

/** Making one has no effect: nothing is recorded before it is mounted or used in a browser. */
export function createHandle(config: AnalyticsOptions): Handle {
  const listeners = new Set<() => void>();
  const exposed = new Set<string>();
  let client: AnalyticsClient | undefined;
  let ending: ReturnType<typeof setTimeout> | undefined;

  function use(): AnalyticsClient | undefined {
    if (!client && typeof document !== 'undefined') client = new AnalyticsClient(config);
    return client;
  }

  function changed(): void {
    for (const listener of listeners) listener();
  }

  const analytics: AnalyticsMethods = {
    trackView: (view) => use()?.trackView(view),
    trackInteraction: (interaction) => use()?.trackInteraction(interaction),
    track: (name, props, options) => use()?.track(name, props, options),
    identify(userId) {
      use()?.identify(userId);
      changed();
    },
    reset() {
      use()?.reset();
      changed();
    },
    optOut: () => use()?.optOut(),
    optIn: () => use()?.optIn(),
    exposure: (experiment, variant) => use()?.exposure(experiment, variant),
    variant: (experiment) => use()?.variant(experiment) ?? '',
    flush: () => use()?.flush(),
  };

  return {
    analytics,
    mount() {
      clearTimeout(ending);
      use();
      changed();
      return () => {
        ending = setTimeout(() => {
          void client?.shutdown();
          client = undefined;
        });
      };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    variant: (experiment) => client?.variant(experiment) ?? '',
    expose(experiment, variant) {
      const key = JSON.stringify([experiment, variant]);
      if (exposed.has(key)) return;
      exposed.add(key);
      analytics.exposure(experiment, variant);
    },
  };
}
