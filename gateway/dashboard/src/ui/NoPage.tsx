import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { PageLink } from "./PageLink";

/** Said where the address names nothing. */
export function NoPage({ view, go }: { readonly view: View; readonly go: Go }) {
  return (
    <div class="card message alone">
      <h1 class="message-title">{text.state.noPage}</h1>
      <p>{text.state.noPageHelp}</p>
      <PageLink class="button" page="" view={view} go={go}>
        {text.state.toOverview}
      </PageLink>
    </div>
  );
}
