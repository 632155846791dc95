'use client';

export type { AnalyticsOptions, Interaction, Props, TrackOptions, View } from '../options.js';
export type { AnalyticsMethods } from './handle.js';
export { AnalyticsProvider, type AnalyticsProviderProps } from './provider.js';
export { Track, type TrackProps } from './track.js';
export { useAnalytics } from './use-analytics.js';
export { useExperiment } from './use-experiment.js';
export { usePageView } from './use-page-view.js';
