import { analyticsOf } from './analytics.js';
import { clicks } from './capture/clicks.js';
import { engagement } from './capture/engagement.js';
import { hashRoutes } from './capture/hash-routes.js';
import { outbound } from './capture/outbound.js';
import { restores } from './capture/restores.js';
import { routes } from './capture/routes.js';
import { scroll } from './capture/scroll.js';
import { views } from './capture/views.js';
import { createCore } from './core.js';
import { on } from './switch.js';
import { tag } from './tag.js';

/** `/js/analytics.js`: what most sites need, in as few bytes as can be. */
tag((options) => {
  const core = createCore(options, [
    ...(options.hashRouting ? [hashRoutes()] : []),
    ...on(options.viewTracking, views),
    ...on(options.routeTracking, routes),
    ...on(options.restoreTracking, restores),
    ...on(options.outboundTracking, outbound),
    ...on(options.clickTracking, clicks),
    ...on(options.scrollTracking, scroll),
    ...on(options.engagementTracking, engagement),
  ]);
  if (!options.optOut) core.start();
  return analyticsOf(core);
});
