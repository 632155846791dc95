import { type Capture, pageOf } from '../core.js';

/** A view for each route of a single-page application: another path, with `hashRoutes()` another fragment too. */
export function routes(): Capture {
  return (core, until) => {
    const { visit } = core;

    function moved(): void {
      const route = pageOf(core.here());
      if (visit.route && visit.route !== route && pageOf(visit.page) !== route) core.view();
      visit.route = route;
    }

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
      const patched: History['pushState'] = (...given) => {
        original.apply(history, given);
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
