import type { ComponentChildren } from "preact";
import type { Go } from "../state/use-view";
import { openedPage, type View, writeView } from "../state/view";

interface Props {
  readonly page: string;
  readonly place?: string;
  readonly view: View;
  readonly go: Go;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A link to a page of the dashboard, with site, period and filters kept. */
export function PageLink({ page, place = "", view, go, class: name, children }: Props) {
  const target = openedPage(view, page, place);
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(target);
  };
  const here = view.page === page && (place === "" || view.place === place);
  return (
    <a class={name} href={writeView(target)} aria-current={here ? "page" : undefined} onClick={follow}>
      {children}
    </a>
  );
}
