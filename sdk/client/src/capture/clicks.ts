import type { Capture } from '../core.js';
import { onClick } from '../on-click.js';

const ACTIVE =
  'a,button,summary,[role=button],[role=link],[role=tab],[role=menuitem],[type=submit],[type=button],' +
  '[data-analytics-id],[data-analytics-event]';

/** Clicks on links, buttons, and what has a `data-analytics-id` or `data-analytics-event`. */
export function clicks(): Capture {
  return (core) => onClick(core, (element) => element.matches(ACTIVE) && 'click');
}
