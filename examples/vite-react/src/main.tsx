import { AnalyticsProvider } from '@analytics/client/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app';

const config = {
  apiBaseUrl: import.meta.env.VITE_ANALYTICS_URL ?? 'http://127.0.0.1:4001',
  appName: import.meta.env.VITE_ANALYTICS_SITE ?? 'demo',
  experiments: { button: { plain: 1, loud: 1 } },
};

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <AnalyticsProvider config={config}>
      <App />
    </AnalyticsProvider>
  </StrictMode>,
);
