import { NextAnalytics } from '@analytics/client/next';
import type { ReactNode } from 'react';

export const metadata = { title: 'Tea shop' };

const config = {
  apiBaseUrl: process.env.NEXT_PUBLIC_ANALYTICS_URL ?? 'http://127.0.0.1:4001',
  appName: process.env.NEXT_PUBLIC_ANALYTICS_SITE ?? 'demo',
};

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <NextAnalytics config={config}>{children}</NextAnalytics>
      </body>
    </html>
  );
}
