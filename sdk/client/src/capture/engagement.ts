import type { Capture } from '../core.js';
import { depth } from '../depth.js';

/** A page that is closed is left twice, the second time some milliseconds later. */
const LEAST_MS = 100;

/** How long a page is visible and focused, and how deep it is seen: told when it is left. */
export function engagement(): Capture {
  return (core) => {
    let since = 0;
    let engaged = 0;
    let deepest = 0;
    let told = 0;

    function update(): void {
      const now = performance.now();
      if (since) engaged += now - since;
      since = document.hidden || !document.hasFocus() ? 0 : now;
    }

    function deepen(): void {
      deepest = Math.max(deepest, depth());
    }

    core.leaving.push((ended) => {
      update();
      deepen();
      if (engaged > LEAST_MS || deepest > told) {
        core.record('engagement', { engagedMs: Math.round(engaged), scrollMax: deepest });
        engaged = 0;
        told = deepest;
      }
      if (ended) engaged = deepest = told = 0;
    });
    core.listen(window, 'scroll', deepen);
    core.listen(window, 'focus', update);
    core.listen(window, 'blur', update);
    core.listen(document, 'visibilitychange', update);
    update();
  };
}
