import { type Core, pageOf, TITLE } from './core.js';
import type { View } from './options.js';
import { clean } from './props.js';

/** Record a view that the application tells of. Where a capture has seen it already it is that view. */
export function tellView(core: Core, view: View = {}): void {
  const { visit } = core;
  const { pageTitle = TITLE, referrer, props } = view;
  const page = core.here(view.pageUrl && new URL(view.pageUrl, location.href).href);
  const told = { pageTitle, referrer, props: props && clean(props) };
  if (visit.view && visit.view !== visit.told && pageOf(page) === pageOf(visit.page)) Object.assign(visit.view, told);
  else core.view({ ...told, pageUrl: page });
  visit.told = visit.view;
}
