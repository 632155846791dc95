import type { Capture } from '../core.js';
import { stay } from '../session.js';

/** A view when the page comes back out of the back/forward cache: of the same session, or of one that continues it. */
export function restores(): Capture {
  return (core) =>
    core.listen(window, 'pageshow', (event) => {
      if (!(event as PageTransitionEvent).persisted) return;
      stay(core.visit, 'back_forward');
      core.view();
    });
}
