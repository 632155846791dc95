import { useContext } from "preact/hooks";
import type { Live } from "../api/use-live";
import { formatCount } from "../format";
import type { PageProps } from "../pages";
import { text } from "../text";
import { wallTime } from "../time/wall";
import { PageLink } from "../ui/PageLink";
import { LiveHere } from "./Listening";
import { LiveEvents } from "./LiveEvents";
import { LiveList } from "./LiveList";
import { Minutes } from "./Minutes";

const LISTS = [
  ["pages", "page"],
  ["sources", "source"],
  ["countries", "country"],
] as const;

/** What is happening on the site now. */
export function LiveView({ site, view, go }: PageProps) {
  const live = useContext(LiveHere);
  const { snapshot, state } = live;
  const old = state === "lost" || state === "behind";
  const nobody = snapshot?.events.length === 0 && snapshot.pages.length === 0;
  const today = { ...view, range: { word: "day" } } as const;
  return (
    <>
      <h1 class="unseen">{`${site.id}: ${text.nav.live}`}</h1>
      <LiveState live={live} zone={site.timezone} />
      <div class={old ? "live old" : "live"}>
        <section class="card live-now" aria-label={text.live.visitors}>
          <div class="live-visitors">
            <p class="live-label">{text.live.visitors}</p>
            <p class="live-count">{snapshot ? formatCount(snapshot.visitorsNow) : text.none}</p>
            <p class="quiet">{text.live.visitorsHelp}</p>
          </div>
          <Minutes views={snapshot?.viewsPerMinute ?? []} />
        </section>
        {!snapshot ? (
          <div class="card skeleton live-coming" role="status" aria-label={text.state.loading} />
        ) : nobody ? (
          <section class="card message live-nobody">
            <p>{text.live.waiting}</p>
            <PageLink class="button" page="settings" place="setup" view={view} go={go}>
              {text.live.toSetup}
            </PageLink>
          </section>
        ) : (
          <>
            {LISTS.map(([name, dimension]) => (
              <LiveList
                key={name}
                title={text.live[name]}
                dimension={dimension}
                counts={snapshot[name]}
                view={today}
                go={go}
              />
            ))}
            <LiveEvents events={snapshot.events} zone={site.timezone} />
          </>
        )}
      </div>
    </>
  );
}

/** Whether what is shown is true now, and if not, of when it is. */
function LiveState({ live: { snapshot, state }, zone }: { readonly live: Live; readonly zone: string }) {
  const old = state === "lost" || state === "behind";
  const then = old && snapshot ? text.live.oldNumbers(wallTime(snapshot.asOf, zone).slice(11)) : "";
  return (
    <div class={`live-state ${state}`} role="status">
      <p class="live-pill">
        <span class="live-dot" aria-hidden="true" />
        {state === "fresh" ? text.live.fresh : state === "connecting" ? text.live.connecting : text.live.old}
      </p>
      {state === "fresh" && <p class="quiet">{text.live.freshHelp}</p>}
      {old && (
        <p>
          {text.live[state]} {then}
        </p>
      )}
    </div>
  );
}
