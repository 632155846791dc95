import { ServerClient } from '@analytics/client/node';

/** One for the process. The key is an ingest key of the site, made on its settings page. */
export const analytics = new ServerClient({
  apiBaseUrl: process.env.NEXT_PUBLIC_ANALYTICS_URL ?? 'http://127.0.0.1:4001',
  key: process.env.ANALYTICS_INGEST_KEY ?? 'missing',
});
