import type { AnalyticsMethods } from './handle.js';
import { useHandle } from './provider.js';

/** The client of the provider above: the same object and functions in each render. None of them throws. */
export function useAnalytics(): AnalyticsMethods {
  return useHandle().analytics;
}
