import type { Core } from './core.js';
import { clean } from './props.js';

/** Where people write: nothing in or around it is read. */
const WRITTEN = 'input,textarea,select,[contenteditable]';

/** The `data-analytics-…` attributes of an element, by what follows, in camel case. */
export function marksOf(element: HTMLElement): { [name: string]: string | undefined } {
  const marks: { [name: string]: string | undefined } = {};
  const { dataset } = element;
  for (const name in dataset) {
    if (/^analytics./.test(name)) marks[name.charAt(9).toLowerCase() + name.slice(10)] = dataset[name];
  }
  return marks;
}

/** The address of a link without query, fragment and people: `mailto:` and the like are named alone. */
export function hrefOf(element: HTMLElement): string | undefined {
  const { protocol, origin, pathname } = element as HTMLAnchorElement;
  return protocol && (/^http/.test(protocol) ? origin + pathname : protocol);
}

/** Record an interaction with an element; an event of its own where `data-analytics-event` names one. */
export function report(core: Core, type: string, element: HTMLElement): void {
  if (element.closest('[data-analytics-ignore]')) return;
  const { id, event, ...props } = marksOf(element);
  const data = { ...props, elementId: id ?? element.getAttribute('id') };
  if (event) core.record('event', { name: event, props: clean(data) });
  else {
    const role = element.getAttribute('role');
    const seen = { tag: element.localName, role, text: textOf(element), href: hrefOf(element) };
    core.record('interaction', { type, data: clean({ ...data, ...seen }) });
  }
}

function textOf(element: HTMLElement): string | undefined {
  if (element.isContentEditable || element.matches(WRITTEN) || element.querySelector(WRITTEN)) return undefined;
  const text = element.getAttribute('aria-label') ?? element.textContent;
  return text
    ?.trim()
    .replace(/\s+/g, ' ')
    .replace(/^(.{100}).*/su, '$1');
}
