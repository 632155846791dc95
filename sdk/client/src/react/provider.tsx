import { createContext, type ReactNode, useContext, useEffect, useState } from 'react';
import type { AnalyticsOptions } from '../options.js';
import { createHandle, type Handle } from './handle.js';

export interface AnalyticsProviderProps {
  /** Options of the client. They are read once: give the provider another `key` to change them. */
  readonly config: AnalyticsOptions;
  readonly children?: ReactNode;
}

const Shared = createContext<Handle | undefined>(undefined);

/** Records from when it is shown in a browser, and provides the hooks. On a server it does nothing. */
export function AnalyticsProvider({ config, children }: AnalyticsProviderProps): ReactNode {
  const [handle] = useState(() => createHandle(config));
  useEffect(handle.mount, []);
  return <Shared.Provider value={handle}>{children}</Shared.Provider>;
}

/** The handle of the provider above. Throws Error where there is none: a mistake that shows when it is made. */
export function useHandle(): Handle {
  const handle = useContext(Shared);
  if (!handle) throw new Error('@analytics/client/react: there is no <AnalyticsProvider> above this component');
  return handle;
}
