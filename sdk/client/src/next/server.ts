import { headers } from 'next/headers.js';
import { forwardedAddress, type Visitor, visitorOf } from '../node/visitor.js';

/**
 * The visitor of the request that is being answered: in server components, server actions and route handlers. The
 * address is the one that the last of `proxies` trusted proxies saw.
 */
export async function requestVisitor(proxies = 1): Promise<Visitor> {
  const told = await headers();
  return visitorOf(told, forwardedAddress(told, proxies));
}
