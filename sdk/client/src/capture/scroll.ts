import type { Capture } from '../core.js';
import { depth } from '../depth.js';
import type { ScrollOptions } from '../options.js';

/** The deepest threshold that is reached by scrolling, each time that it is a deeper one of the page. */
export function scroll({ thresholds = [25, 50, 75, 90, 100] }: ScrollOptions = {}): Capture {
  return (core) => {
    let reached = 0;
    core.listen(window, 'scroll', () => {
      const now = depth();
      const deepest = Math.max(...thresholds.filter((threshold) => threshold <= now));
      if (deepest > reached) {
        reached = deepest;
        core.record('interaction', { type: 'scroll', data: { depth: deepest } });
      }
    });
    core.leaving.push((ended) => {
      if (ended) reached = 0;
    });
  };
}
