import 'reflect-metadata';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { AnalyticsService } from '@analytics/client/nestjs';
import { forwardedAddress, ServerClient, visitorOf } from '@analytics/client/node';
import { accepted, gateway } from './gateway.mjs';

const AGENT = { 'user-agent': 'Mozilla/5.0', 'accept-language': 'de', cookie: 'secret=1' };

let mesh;
let clients = [];
let errors = [];

beforeEach(async () => {
  mesh = await gateway();
  clients = [];
  errors = [];
});

afterEach(async () => {
  await Promise.all(clients.map((client) => client.shutdown()));
  await mesh.close();
});

function client(options = {}) {
  const onError = (error) => errors.push(error.message);
  const made = new ServerClient({ apiBaseUrl: mesh.url, key: 'am_ingest_k', shutdownMs: 200, onError, ...options });
  clients.push(made);
  return made;
}

test('events travel in one batch with the key, each with its visitor and nothing else of the request', async () => {
  const analytics = client();
  const request = analytics.with({ visitor: visitorOf(AGENT, '::ffff:203.0.113.9'), userId: 'u-1' });
  assert.equal(request.trackView({ pageUrl: 'https://shop.example/', pageTitle: 'Shop' }), true);
  assert.equal(request.track('order', { tea: 'Assam' }, { revenue: { amount: 0.1 + 0.2, currency: 'EUR' } }), true);
  assert.equal(analytics.trackInteraction({ type: 'click', data: { elementId: 'buy' } }), true);
  assert.equal(await analytics.flush(), true);

  const [{ headers, events }] = mesh.received;
  assert.equal(headers.authorization, 'Bearer am_ingest_k');
  const visitor = { ip: '203.0.113.9', headers: { 'user-agent': 'Mozilla/5.0', 'accept-language': 'de' } };
  assert.deepEqual(
    events.map((event) => [event.kind, event.sequence, event.userId, event.visitor]),
    [
      ['view', 0, 'u-1', visitor],
      ['event', 1, 'u-1', visitor],
      ['interaction', 2, undefined, undefined],
    ],
  );
  assert.deepEqual(events[1].revenue, { amount: '0.3', currency: 'EUR' });
  assert.equal(analytics.stats.accepted, 3);
});

test('what fails for a while is sent again with the same ids, no sooner than the mesh says', async () => {
  mesh.answers.push(
    () => [503, { 'retry-after': '1' }, ''],
    () => [429, {}, ''],
  );
  const analytics = client();
  analytics.track('a');
  assert.equal(await analytics.flush(), true);
  const ids = mesh.received.map(({ events }) => events[0].eventId);
  assert.equal(new Set(ids).size, 1);
  assert.equal(ids.length, 3);
  assert.ok(mesh.received[1].at - mesh.received[0].at >= 990);
  assert.ok(mesh.received[2].events[0].ageMs > mesh.received[0].events[0].ageMs);
  assert.equal(new Set(mesh.received.map(({ port }) => port)).size, 1, 'one connection, kept alive');
  assert.equal(analytics.stats.accepted, 1);
});

test('a mesh that is away loses nothing while there is room, and a full queue says so', async () => {
  const { url } = mesh;
  await mesh.close();
  const analytics = client({ apiBaseUrl: url, queueEvents: 3, batchWaitMs: 0 });
  assert.deepEqual(
    [1, 2, 3, 4].map((n) => analytics.track(`e${n}`)),
    [true, true, true, false],
  );
  assert.equal(await analytics.flush(300), false);
  assert.deepEqual([analytics.stats.waiting, analytics.stats.dropped], [3, 1]);
  const room = analytics.room();
  assert.equal(await analytics.shutdown(), false);
  await room; // nobody waits for ever
  assert.deepEqual([analytics.stats.lost, analytics.stats.waiting], [3, 0]);
  assert.equal(await analytics.flush(), false, 'what is lost is not settled, and not waited for');
  assert.match(errors.at(-1), /3 events .* are lost/);
  mesh = await gateway();
});

test('whoever awaits room sends any number of events through a small queue', async () => {
  const analytics = client({ queueEvents: 10, batchEvents: 5 });
  for (let n = 0; n < 100; n++) {
    await analytics.room();
    assert.equal(analytics.track('e', { n }), true);
  }
  await analytics.flush();
  const numbers = mesh.received.flatMap(({ events }) => events.map(({ props }) => props.n));
  assert.deepEqual(numbers, [...Array(100).keys()]);
});

test('ten thousand events in a second are bounded and sent in batches', async () => {
  const analytics = client({ batchEvents: 500 });
  const began = process.cpuUsage();
  for (let n = 0; n < 10_001; n++) analytics.track('e', { n });
  assert.ok(process.cpuUsage(began).user < 1_000_000, 'µs');
  assert.equal(await analytics.flush(), true);
  assert.deepEqual([analytics.stats.accepted, analytics.stats.dropped], [10_000, 1]);
  assert.ok(mesh.received.every(({ events }) => events.length <= 500));
});

test('one wrong event spoils no other, and is told', async () => {
  mesh.answers.push((events) => {
    const body = JSON.parse(accepted(events));
    body.results[0] = { status: 'rejected', reason: 'name: is required' };
    return [202, {}, JSON.stringify(body)];
  });
  const analytics = client();
  analytics.track('');
  analytics.track('b');
  assert.equal(await analytics.flush(), true);
  assert.deepEqual([analytics.stats.accepted, analytics.stats.refused], [1, 1]);
  assert.match(errors[0], /name: is required/);
});

test('a key that is none is told and not tried again', async () => {
  mesh.answers.push(() => [401, {}, '{"detail":"the key is no ingest key of a site"}']);
  const analytics = client();
  analytics.track('a');
  assert.equal(await analytics.flush(), true);
  assert.equal(mesh.received.length, 1);
  assert.match(errors[0], /401 the key is no ingest key/);
});

test('an answer that is no gateway’s is told and tried again', async () => {
  mesh.answers.push(() => [200, { 'content-type': 'text/html' }, '<!doctype html>']);
  const analytics = client();
  analytics.track('a');
  assert.equal(await analytics.flush(), true);
  assert.match(errors[0], /apiBaseUrl/);
  assert.equal(analytics.stats.accepted, 1);
});

test('nothing leaves the backend of a visitor who asks for privacy, unless the site says otherwise', async () => {
  for (const signal of ['dnt', 'sec-gpc']) {
    const visitor = visitorOf({ ...AGENT, [signal]: '1' }, '203.0.113.9');
    const analytics = client();
    assert.equal(analytics.with({ visitor }).track('a'), true);
    assert.deepEqual([analytics.stats.ignored, analytics.stats.waiting], [1, 0]);
    const told = client({ privacySignals: false });
    told.with({ visitor }).track('a');
    await told.flush();
    assert.equal(mesh.received.at(-1).events[0].visitor.headers[signal], '1');
  }
});

test('no value an application hands over makes a call throw', async () => {
  const analytics = client();
  const cycle = { name: 'x' };
  cycle.self = cycle;
  const odd = [cycle, { f() {}, big: 10n, nan: Number.NaN }, JSON.parse('{"__proto__":{"a":1},"b":1}'), null, 7];
  for (const props of odd) assert.equal(analytics.track('e', props), true);
  const hostile = new Proxy({}, { ownKeys: () => assert.fail('asked') });
  assert.equal(analytics.track('e', hostile), false);
  assert.equal(analytics.track('e', {}, { userId: 10n }), false);
  assert.equal(analytics.trackView(undefined), false);
  await analytics.flush();
  assert.deepEqual(
    mesh.received[0].events.map(({ props }) => props),
    [{ name: 'x' }, { big: '10', nan: null }, { b: 1 }, {}, {}],
  );
});

test('a client that is shut down takes nothing more', async () => {
  const analytics = client();
  analytics.track('a');
  assert.equal(await analytics.shutdown(), true);
  assert.equal(mesh.received.length, 1);
  assert.equal(analytics.track('b'), false);
  assert.equal(await analytics.shutdown(), true);
});

test('options that cannot be meant are refused by name', () => {
  for (const [options, name] of [
    [{}, /apiBaseUrl/],
    [{ apiBaseUrl: 'https://stats.example.org' }, /key/],
    [{ apiBaseUrl: 'ftp://stats.example.org', key: 'k' }, /apiBaseUrl/],
    [{ apiBaseUrl: 'stats.example.org', key: 'k' }, /apiBaseUrl.*such as/],
    [{ apiBaseUrl: 'https://stats.example.org', key: 'k\n' }, /key.*line feed/],
    [{ apiBaseUrl: 'https://stats.example.org', key: 'k', batchEvents: 501 }, /batchEvents/],
    [{ apiBaseUrl: 'https://stats.example.org', key: 'k', queueEvents: 0 }, /queueEvents/],
  ]) {
    assert.throws(() => new ServerClient(options), name);
  }
});

test('a context of a NestJS application that fails fails no handler', async () => {
  const onError = (error) => errors.push(error.message);
  const context = (request) => ({ userId: request.user.id });
  const analytics = new AnalyticsService({ apiBaseUrl: mesh.url, key: 'am_ingest_k', onError, context });
  clients.push(analytics);
  assert.equal(analytics.of({ headers: AGENT }).track('a'), true);
  assert.equal(analytics.of({ headers: AGENT, user: { id: 'u-1' } }).track('b'), true);
  await analytics.flush();
  assert.deepEqual(
    mesh.received[0].events.map(({ userId }) => userId),
    [undefined, 'u-1'],
  );
  assert.match(errors[0], /the application's own threw/);
});

test('a user has the variant of the browser, whoever is asked', () => {
  const experiments = { button: { plain: 1, loud: 1 } };
  const [one, other] = [client({ experiments }), client({ experiments })];
  assert.equal(one.variant('button', 'u-1'), other.variant('button', 'u-1'));
  assert.equal(one.variant('unknown', 'u-1'), '');
});

test('an address comes from the hop that a trusted proxy saw, never from what the visitor wrote', () => {
  const headers = { 'x-forwarded-for': '1.1.1.1, 203.0.113.9, 10.0.0.1' };
  assert.equal(forwardedAddress(headers), '10.0.0.1');
  assert.equal(forwardedAddress(headers, 2), '203.0.113.9');
  assert.equal(forwardedAddress(new Headers(headers), 2), '203.0.113.9');
  assert.equal(forwardedAddress({ 'x-forwarded-for': 'unknown' }), undefined);
  assert.equal(visitorOf({}, 'unknown').ip, undefined);
});
