import type { ComponentChildren } from "preact";
import type { Go } from "../state/use-view";
import { openedPage, type View, writeView } from "../state/view";

interface Props {
  readonly page: string;
  readonly place?: string;
  /** The other page's own parameters. */
  readonly own?: View["own"];
  /** Whether the reader is there; found out by page and place if left out. */
  readonly here?: boolean;
  /** Where it leads, in more words than it shows. */
  readonly hint?: string;
  readonly view: View;
  readonly go: Go;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A link to a page of the dashboard, with site, period and filters kept. */
export function PageLink({ page, place = "", own = {}, here, hint, view, go, class: name, children }: Props) {
  const target = { ...openedPage(view, page, place), own };
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(target);
  };
  const current = here ?? (view.page === page && (place === "" || view.place === place));
  return (
    <a class={name} href={writeView(target)} title={hint} aria-current={current ? "page" : undefined} onClick={follow}>
      {children}
    </a>
  );
}
