import { analyticsOf } from './analytics.js';
import { clicks } from './capture/clicks.js';
import { downloads } from './capture/downloads.js';
import { engagement } from './capture/engagement.js';
import { forms } from './capture/forms.js';
import { hashRoutes } from './capture/hash-routes.js';
import { outbound } from './capture/outbound.js';
import { restores } from './capture/restores.js';
import { routes } from './capture/routes.js';
import { scroll } from './capture/scroll.js';
import { views } from './capture/views.js';
import { createCore } from './core.js';
import type { Analytics, AnalyticsOptions } from './options.js';
import { on } from './switch.js';
import { assign } from './variant.js';
import { warnOnce } from './warn-once.js';

/** Records what happens on the page and what the application tells. */
export class AnalyticsClient implements Analytics {
  declare readonly trackView: Analytics['trackView'];
  declare readonly trackInteraction: Analytics['trackInteraction'];
  declare readonly track: Analytics['track'];
  declare readonly identify: Analytics['identify'];
  declare readonly reset: Analytics['reset'];
  declare readonly optOut: Analytics['optOut'];
  declare readonly optIn: Analytics['optIn'];
  declare readonly flush: Analytics['flush'];
  declare readonly shutdown: Analytics['shutdown'];
  /** A person has met a variant of an experiment: to be told when the variant is shown. */
  readonly exposure: (experiment: string, variant: string) => void;
  /**
   * The variant of an experiment of the options; `""` for an unknown one. A user has the same wherever it is asked,
   * anybody else for one session only.
   */
  readonly variant: (experiment: string) => string;

  constructor(options: AnalyticsOptions) {
    const captures = [
      ...(options.hashRouting ? [hashRoutes()] : []),
      ...on(options.viewTracking, views),
      ...on(options.routeTracking, routes),
      ...on(options.restoreTracking, restores),
      // the first that knows a click reports it
      ...on(options.downloadTracking, downloads),
      ...on(options.outboundTracking, outbound),
      ...on(options.clickTracking, clicks),
      ...on(options.formTracking, forms),
      ...on(options.scrollTracking, scroll),
      ...on(options.engagementTracking, engagement),
    ];
    const core = createCore(options, captures, options.debug ? warnOnce() : undefined);
    Object.assign(this, analyticsOf(core));
    this.exposure = (experiment, variant) => this.track('experiment_exposure', { experiment, variant });
    this.variant = (experiment) => {
      const { visit } = core;
      const unit = visit?.userId || visit?.session.sessionId || '';
      return core.safe(assign)(experiment, options.experiments?.[experiment] ?? {}, unit) ?? '';
    };
    if (!options.optOut) core.start();
  }
}
