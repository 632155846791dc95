export { forwardedAddress, visitorOf } from '../node/visitor.js';
export { NoTrack, type PropsOf, Track, TrackView } from './decorators.js';
export { AnalyticsInterceptor } from './interceptor.js';
export { AnalyticsModule } from './module.js';
export type { AnalyticsModuleOptions } from './options.js';
export type { NestRequest } from './request.js';
export { AnalyticsService } from './service.js';
