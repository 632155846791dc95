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

/** By option; the first that knows a click reports it. */
const CAPTURES = {
  viewTracking: views,
  routeTracking: routes,
  restoreTracking: restores,
  outboundTracking: outbound,
  clickTracking: clicks,
  scrollTracking: scroll,
  engagementTracking: engagement,
};

/** `/js/analytics.js`: what most sites need, in as few bytes as can be. */
tag((options) => {
  const core = createCore(options, [
    ...(options.hashRouting ? [hashRoutes()] : []),
    ...Object.entries(CAPTURES).flatMap(([name, capture]) => on(options[name as keyof typeof CAPTURES], capture)),
  ]);
  if (!options.optOut) core.start();
  return analyticsOf(core);
});
