import type { EventContext, ServerOptions } from '../node/options.js';
import type { NestRequest } from './request.js';

/** Options of `AnalyticsModule`: those of `ServerClient`, and of its interceptor. */
export interface AnalyticsModuleOptions extends ServerOptions {
  /** Record an event `request` for every handler without a decorator, too. Default: `false`. */
  readonly trackRequests?: boolean | undefined;
  /** More context of a request's events, such as its user: `(request) => ({ userId: idOf(request.user) })`. */
  readonly context?: ((request: NestRequest) => EventContext) | undefined;
}
