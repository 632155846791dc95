import type { Capture } from '../core.js';
import { onClick } from '../on-click.js';

/** Clicks on links to other hosts. */
export function outbound(): Capture {
  return (core) =>
    onClick(core, (element) => {
      const { protocol, host } = element as HTMLAnchorElement;
      return /^http/.test(protocol) && host !== location.host && 'outbound';
    });
}
