import type { Answer, Result, ServerEvent, Transport } from './transport.js';

const PATH = '/track/batch';
/** Client errors that pass: a time-out, too early, too many requests. */
const PASSING = [408, 425, 429];

/** JSON to the gateway. Connections are kept alive, as Node's `fetch` does. */
export function httpTransport({ apiBaseUrl, key }: { readonly apiBaseUrl: string; readonly key: string }): Transport {
  const url = `${apiBaseUrl}`.replace(/\/*$/, PATH);
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw new TypeError(`apiBaseUrl: "${apiBaseUrl}" is not an http(s) URL such as "https://stats.example.org"`);
  }
  // said once here, instead of with every call that fails
  if (/[^!-~]/.test(key)) throw new TypeError('key: it has other than printable ASCII characters, such as a line feed');
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };

  async function send(events: readonly ServerEvent[], signal: AbortSignal): Promise<Answer> {
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ events }), signal });
    const body = await response.text();
    if (response.ok) return resultsOf(body, events.length);
    const reason = `${response.status} ${detailOf(body)}`;
    if (response.status < 500 && !PASSING.includes(response.status)) return { refused: reason };
    return { again: reason, afterMs: afterMs(response.headers.get('retry-after')) };
  }

  return { send, close() {} };
}

function resultsOf(body: string, count: number): Answer {
  const results = jsonOf(body)?.results;
  if (!Array.isArray(results) || results.length !== count) {
    return { again: 'the answer is none of a gateway: is apiBaseUrl right?' };
  }
  return { results: results.map(resultOf) };
}

function resultOf({ status, reason }: { status?: string; reason?: string }): Result {
  if (status === 'rejected') return { status: 'refused', reason };
  return { status: status === 'duplicate' || status === 'ignored' ? status : 'accepted' };
}

function detailOf(body: string): string {
  const detail = jsonOf(body)?.detail;
  return typeof detail === 'string' ? detail : body.slice(0, 100);
}

function jsonOf(body: string): { readonly [name: string]: unknown } | undefined {
  try {
    const found: unknown = JSON.parse(body);
    return typeof found === 'object' && found ? (found as { [name: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}

/** Of `retry-after`, in seconds or as a date. */
function afterMs(header: string | null): number | undefined {
  if (!header) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return ms > 0 ? ms : undefined;
}
