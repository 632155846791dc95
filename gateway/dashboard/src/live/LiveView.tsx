import type { Site } from "../api/session";
import type { Live } from "../api/use-live";
import { formatCount } from "../format";
import { text } from "../text";
import { LiveEvents } from "./LiveEvents";
import { LiveList } from "./LiveList";
import { Minutes } from "./Minutes";

interface Props {
  readonly site: Site;
  readonly live: Live;
}

/** What is happening on the site now. */
export function LiveView({ site, live: { snapshot, state } }: Props) {
  const old = state === "lost" || state === "behind";
  const waiting = state === "fresh" && snapshot?.events.length === 0;
  return (
    <>
      <h1 class="unseen">{`${site.id}: ${text.nav.live}`}</h1>
      <p class={old ? "live-state problem" : "live-state"} role="status">
        {waiting ? text.live.waiting : text.live.states[state]}
      </p>
      <div class={old ? "live old" : "live"}>
        <section class="card live-now">
          <p class="live-count">{snapshot ? formatCount(snapshot.visitorsNow) : text.none}</p>
          <p class="quiet">{text.live.visitors}</p>
          <Minutes views={snapshot?.viewsPerMinute ?? []} />
        </section>
        <LiveList title={text.live.pages} dimension="page" counts={snapshot?.pages ?? []} />
        <LiveList title={text.live.sources} dimension="source" counts={snapshot?.sources ?? []} />
        <LiveList title={text.live.countries} dimension="country" counts={snapshot?.countries ?? []} />
        <LiveEvents events={snapshot?.events ?? []} zone={site.timezone} />
      </div>
    </>
  );
}
