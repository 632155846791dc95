import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { AnalyticsClient, assign } from '@analytics/client';

const units = Array.from({ length: 20_000 }, (_, index) => `unit ${index}`);

function shares(experiment, variants) {
  const counts = {};
  for (const unit of units) {
    const variant = assign(experiment, variants, unit);
    counts[variant] = (counts[variant] ?? 0) + 1 / units.length;
  }
  return counts;
}

test('variants come as often as their weights say', () => {
  const { a, b, c, never } = shares('hero', { a: 1, b: 2, c: 7, never: 0 });
  assert.ok(Math.abs(a - 0.1) < 0.01 && Math.abs(b - 0.2) < 0.012 && Math.abs(c - 0.7) < 0.015, `${a} ${b} ${c}`);
  assert.equal(never, undefined);
});

test('experiments assign independently of each other', () => {
  const both = units.filter((unit) => assign('one', { a: 1, b: 1 }, unit) === assign('two', { a: 1, b: 1 }, unit));
  assert.ok(Math.abs(both.length / units.length - 0.5) < 0.015, `${both.length}`);
});

test('an assignment is the same for ever', () => {
  const chosen = ['anna', 'ben', 'änne', '0190a0a0-7c3e-7d6b-9f3a-2b1c4d5e6f70'].map((unit) =>
    assign('hero', { control: 1, bold: 1, calm: 1 }, unit),
  );
  assert.deepEqual(chosen, ['bold', 'bold', 'control', 'calm']);
});

test('without a variant that can come there is none', () => {
  assert.equal(assign('hero', {}, 'anna'), '');
  assert.equal(assign('hero', { a: 0, b: -1 }, 'anna'), '');
});

test('where there is no document a client is made, takes every call, and asks for nothing', async (t) => {
  const asked = t.mock.method(globalThis, 'fetch', async () => new Response());
  const warned = t.mock.method(console, 'warn', () => {});
  const client = new AnalyticsClient({ apiBaseUrl: 'https://stats.example', appName: 'demo', experiments: { e: { a: 1 } } });
  const { trackView, trackInteraction } = client;
  trackView({ pageUrl: 'https://site.example/' });
  trackInteraction({ type: 'click', data: { elementId: 'buy' } });
  client.track('event');
  client.identify('anna');
  assert.equal(client.variant('e'), 'a');
  client.optOut();
  client.optIn();
  await client.flush();
  await client.shutdown();
  assert.equal(asked.mock.callCount() + warned.mock.callCount(), 0);
});

test('CommonJS and ES modules export the same names, and no default', async () => {
  const required = createRequire(import.meta.url)('@analytics/client');
  const imported = await import('@analytics/client');
  assert.deepEqual(Object.keys(required).filter((name) => name !== 'default').sort(), Object.keys(imported).sort());
  assert.equal(imported.default, undefined);
});
