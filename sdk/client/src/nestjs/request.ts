import { type Visitor, visitorOf } from '../node/visitor.js';

/** What is read of a request of Express or Fastify. */
export interface NestRequest {
  readonly method: string;
  readonly headers: { readonly [name: string]: string | readonly string[] | undefined };
  /** The visitor's address. Behind a proxy it needs Express' `trust proxy` or Fastify's `trustProxy`. */
  readonly ip?: string | undefined;
  readonly protocol?: string | undefined;
  readonly hostname?: string | undefined;
  readonly originalUrl?: string | undefined;
  readonly url: string;
  /** Of Express. */
  readonly route?: { readonly path?: unknown } | undefined;
  /** Of Fastify. */
  readonly routeOptions?: { readonly url?: string | undefined } | undefined;
  /** What guards and middleware have added, such as the user. */
  readonly [name: string]: unknown;
}

export function visitorOfRequest(request: NestRequest): Visitor {
  return visitorOf(request.headers, request.ip);
}

/** The address that was asked for. */
export function urlOf(request: NestRequest): string {
  const host = request.headers.host ?? request.hostname;
  return `${request.protocol ?? 'http'}://${host}${request.originalUrl ?? request.url}`;
}

/** The pattern of the route, such as `/orders/:id`, which names no single visitor's thing as the address does. */
export function routeOf(request: NestRequest): string {
  const path = request.routeOptions?.url ?? request.route?.path;
  return typeof path === 'string' ? path : '';
}
