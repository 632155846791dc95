import { type Capture, pageOf } from '../core.js';
import type { Fields } from '../delivery.js';

/** Less than what a view waits for its batch. */
const TITLE_MS = 900;

/** A view for each route of a single-page application: another path, with `hashRoutes()` another fragment too. */
export function routes(): Capture {
  return (core, until) => {
    const { visit } = core;
    let view: Fields | undefined;

    /** Frameworks set the title some time after the route. */
    function settle(): void {
      if (view) view.pageTitle ??= document.title;
    }

    function moved(): void {
      const route = pageOf(core.here());
      if (visit.route && visit.route !== route && pageOf(visit.page) !== route) {
        view = core.view({ pageTitle: undefined });
        setTimeout(core.safe(settle), TITLE_MS);
      }
      visit.route = route;
    }

    core.leaving.push(settle);
    moved();
    const { navigation } = window as { readonly navigation?: EventTarget };
    if (navigation) {
      core.listen(navigation, 'currententrychange', moved);
      return;
    }
    // steps back and forward, and every change of the fragment
    core.listen(window, 'popstate', moved);
    for (const name of ['pushState', 'replaceState'] as const) {
      const original = history[name];
      const patched: History['pushState'] = function (this: History, ...given) {
        original.apply(this, given);
        if (!until.aborted) core.safe(moved)();
      };
      history[name] = patched;
      until.addEventListener('abort', () => {
        // who patched after us keeps calling ours
        if (history[name] === patched) history[name] = original;
      });
    }
  };
}
