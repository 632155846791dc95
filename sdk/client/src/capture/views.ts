import type { Capture } from '../core.js';

/** The first page view: when the page is shown, so a prerendered one that nobody sees counts nothing. */
export function views(): Capture {
  return (core) => {
    if (!core.visit.page) core.view();
  };
}
