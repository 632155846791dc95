import { isIP } from 'node:net';

/** A visitor's request, as far as it tells of the visitor. It lives in memory alone, here and in the mesh. */
export interface Visitor {
  /** IPv4 or IPv6 address; absent where it is unknown. */
  readonly ip?: string | undefined;
  /** By lower-case name; none but those in which a browser tells of itself. */
  readonly headers: { readonly [name: string]: string };
}

/** Headers as Node, Express and Fastify hold them, or as Fetch and Next.js do. */
export type RequestHeaders =
  | { readonly [name: string]: string | readonly string[] | undefined }
  | { get(name: string): string | null };

const TELLING = [
  'user-agent',
  'accept-language',
  'dnt',
  'sec-gpc',
  'purpose',
  'sec-purpose',
  'sec-ch-ua',
  'sec-ch-ua-full-version-list',
  'sec-ch-ua-mobile',
  'sec-ch-ua-model',
  'sec-ch-ua-platform',
  'sec-ch-ua-platform-version',
];
const LENGTH = 1_024;

/**
 * A visitor by the headers of a request. `ip` is the visitor's address, not a proxy's: `request.ip` of Express and
 * Fastify with `trustProxy` set up, or `forwardedAddress(headers)`.
 */
export function visitorOf(headers: RequestHeaders, ip?: string | null): Visitor {
  const told: { [name: string]: string } = {};
  for (const name of TELLING) {
    const value = headerOf(headers, name);
    if (value) told[name] = value.slice(0, LENGTH);
  }
  return { ip: addressOf(ip), headers: told };
}

/**
 * The address that the last of `proxies` trusted proxies saw, by `x-forwarded-for`. What stands further left was
 * written by the visitor and is never believed.
 */
export function forwardedAddress(headers: RequestHeaders, proxies = 1): string | undefined {
  const hops = headerOf(headers, 'x-forwarded-for')?.split(',') ?? [];
  return addressOf(hops.at(-proxies)?.trim());
}

/** Whether the visitor's browser says Do Not Track or Global Privacy Control. */
export function asksForPrivacy({ headers }: Visitor): boolean {
  return headers.dnt === '1' || headers['sec-gpc'] === '1';
}

function headerOf(headers: RequestHeaders, name: string): string | undefined {
  const found = typeof headers.get === 'function' ? headers.get(name) : (headers as { [name: string]: unknown })[name];
  if (Array.isArray(found)) return found.join(', ');
  return typeof found === 'string' ? found : undefined;
}

/** An address without the prefix that sockets of both families put before IPv4; undefined for what is none. */
function addressOf(text?: string | null): string | undefined {
  const bare = text?.replace(/^::ffff:(?=\d+\.)/i, '') ?? '';
  return isIP(bare) ? bare : undefined;
}
