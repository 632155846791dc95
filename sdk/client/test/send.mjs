// Sends one event of each kind: `node send.mjs http|grpc ADDRESS KEY`. Prints what became of them.
import { grpcTransport } from '@analytics/client/grpc';
import { httpTransport, ServerClient, visitorOf } from '@analytics/client/node';

const [way, address, key] = process.argv.slice(2);
const transport =
  way === 'grpc' ? grpcTransport({ target: address, key }) : httpTransport({ apiBaseUrl: address, key });
const analytics = new ServerClient({ transport, onError: (error) => process.stderr.write(`${error.message}\n`) });
const visitor = visitorOf(
  {
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0.0.0',
    'accept-language': 'de-AT,de;q=0.9',
    'sec-ch-ua': '"Chromium";v="140"',
    'sec-ch-ua-full-version-list': '"Chromium";v="140.0.1"',
    'sec-ch-ua-mobile': '?0',
    'sec-ch-ua-model': '"Pixel"',
    'sec-ch-ua-platform': '"Linux"',
    'sec-ch-ua-platform-version': '"6.1"',
    'sec-purpose': 'prefetch',
    dnt: '0',
  },
  '203.0.113.9',
);
const pageUrl = 'https://shop.example/teas?utm_source=x';
const request = analytics.with({ visitor, userId: 'u-1', sessionId: '0190a0a0-7c3e-7d6b-9f3a-2b1c4d5e6f70', pageUrl });

request.trackView({ pageUrl, pageTitle: 'Teas', referrer: 'https://news.example/', props: { plan: 'pro', seats: 3 } });
request.track('order', { tea: 'Assam' }, { revenue: { amount: 12.5, currency: 'EUR' }, language: 'fr' });
request.track('quiet', undefined, { interactive: false });
request.exposure('button', 'loud');
const element = { elementId: 'buy', tag: 'a', role: 'link', text: 'Buy', href: '/cart', extra: 1 };
for (const type of ['click', 'outbound', 'video_play']) request.trackInteraction({ type, data: element });
request.trackInteraction({ type: 'scroll', data: { depth: 75, extra: 'x' } });
analytics.track('nightly_job');

await analytics.flush();
await analytics.shutdown();
process.stdout.write(JSON.stringify(analytics.stats));
