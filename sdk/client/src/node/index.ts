export type { Experiment, Interaction, Props, PropValue, Revenue, TrackOptions, View } from '../options.js';
export { ServerClient, type Stats } from './client.js';
export { httpTransport } from './http.js';
export type { EventContext, ServerInteraction, ServerOptions, ServerTrackOptions, ServerView } from './options.js';
export { Tracker } from './tracker.js';
export type { Answer, Result, ServerEvent, Transport, Values } from './transport.js';
export { forwardedAddress, type RequestHeaders, type Visitor, visitorOf } from './visitor.js';
