import { usePathname } from 'next/navigation.js';
import { type ReactNode, useEffect, useRef } from 'react';
import { useAnalytics } from '../react/index.js';
import { AnalyticsProvider, type AnalyticsProviderProps } from '../react/provider.js';

/** `AnalyticsProvider` for the app router: a view for each route that Next.js shows. It belongs into the root layout. */
export function NextAnalytics({ config, children }: AnalyticsProviderProps): ReactNode {
  return (
    <AnalyticsProvider config={{ ...config, routeTracking: false }}>
      <Routes />
      {children}
    </AnalyticsProvider>
  );
}

function Routes(): null {
  const { trackView } = useAnalytics();
  const pathname = usePathname();
  const shown = useRef(pathname);
  useEffect(() => {
    // the first view is recorded by itself
    if (shown.current === pathname) return;
    shown.current = pathname;
    trackView();
  }, [pathname, trackView]);
  return null;
}
