import type { Capture } from '../core.js';
import { report } from '../element.js';

/** Forms that are sent: which one, never what is in it. */
export function forms(): Capture {
  return (core) => core.listen(document, 'submit', (event) => report(core, 'submit', event.target as HTMLElement));
}
