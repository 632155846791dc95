import { useEffect, useRef } from 'react';
import type { View } from '../options.js';
import { useHandle } from './provider.js';

/**
 * Records a view of the page when the component is shown, and when `pageUrl` or `pageTitle` change. Of a page whose
 * view was recorded by itself it is the same view: the hook adds its title and properties.
 */
export function usePageView(view: View = {}): void {
  const { analytics } = useHandle();
  const told = useRef<string>(undefined);
  const key = JSON.stringify([view.pageUrl, view.pageTitle]);
  useEffect(() => {
    // strict mode runs effects twice
    if (told.current === key) return;
    told.current = key;
    analytics.trackView(view);
  }, [analytics, key]);
}
