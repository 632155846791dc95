import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AnalyticsProvider, Track, useAnalytics, useExperiment, usePageView } from '@analytics/client/react';
import { createElement, StrictMode } from 'react';
import { renderToString } from 'react-dom/server';

const config = { apiBaseUrl: 'http://127.0.0.1:1', appName: 'demo', experiments: { button: { loud: 1 } } };

test('rendering on a server records nothing and sends nothing', (context) => {
  const sent = context.mock.method(globalThis, 'fetch', async () => assert.fail('a request'));

  function Shop() {
    usePageView({ pageTitle: 'Shop' });
    useAnalytics().track('rendered');
    const variant = useExperiment('button');
    const button = createElement('button', { type: 'button' }, `Order${variant}`);
    return createElement(Track, { event: 'order' }, button);
  }

  const provider = createElement(AnalyticsProvider, { config }, createElement(Shop));
  assert.equal(renderToString(createElement(StrictMode, null, provider)), '<button type="button">Order</button>');
  assert.equal(sent.mock.callCount(), 0);
});

test('a hook without a provider says what is missing', () => {
  function Lonely() {
    useAnalytics();
    return null;
  }
  assert.throws(() => renderToString(createElement(Lonely)), /AnalyticsProvider/);
});
