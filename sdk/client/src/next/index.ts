'use client';

export { Track, useAnalytics, useExperiment, usePageView } from '../react/index.js';
export { NextAnalytics } from './routes.js';
