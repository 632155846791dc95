import type { Capture } from '../core.js';

/** The fragment tells pages apart (`#/page`). First among the captures, as the others ask where they are. */
export function hashRoutes(): Capture {
  return (core) => {
    core.here = (url = location.href) => url.slice(0, 2_000);
  };
}
