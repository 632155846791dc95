export { clicks } from './capture/clicks.js';
export { downloads } from './capture/downloads.js';
export { engagement } from './capture/engagement.js';
export { forms } from './capture/forms.js';
export { hashRoutes } from './capture/hash-routes.js';
export { outbound } from './capture/outbound.js';
export { restores } from './capture/restores.js';
export { routes } from './capture/routes.js';
export { scroll } from './capture/scroll.js';
export { views } from './capture/views.js';
export { AnalyticsClient } from './client.js';
export { type Capture, type Core, createCore, type Kind } from './core.js';
export type { Fields, Watch } from './delivery.js';
export type {
  AnalyticsOptions,
  CoreOptions,
  DownloadOptions,
  Experiment,
  Interaction,
  Props,
  PropValue,
  Revenue,
  ScrollOptions,
  Switch,
  TrackOptions,
  View,
} from './options.js';
export type { Navigation, Visit } from './session.js';
export { assign } from './variant.js';
export { warnOnce } from './warn-once.js';
