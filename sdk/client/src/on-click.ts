import type { Core } from './core.js';
import { report } from './element.js';

let reported: Event | undefined;

/** Report clicks on the first element, from the innermost out, that `kindOf` names; each click once at most. */
export function onClick(core: Core, kindOf: (element: HTMLElement) => string | false): void {
  function heard(event: Event): void {
    if (event === reported || (event as MouseEvent).button > 1) return;
    for (const element of event.composedPath()) {
      const kind = element instanceof HTMLElement && kindOf(element);
      if (kind) {
        reported = event;
        report(core, kind, element as HTMLElement);
        return;
      }
    }
  }

  core.listen(document, 'click', heard);
  core.listen(document, 'auxclick', heard);
}
