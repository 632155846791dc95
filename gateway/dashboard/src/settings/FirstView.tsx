import { useContext } from "preact/hooks";
import { call } from "../api/http";
import { asNumber } from "../api/query";
import { useAsk } from "../api/use-ask";
import { formatCount, formatValue } from "../format";
import { LiveHere } from "../live/Listening";
import type { PageProps } from "../pages";
import { text } from "../text";
import { setup } from "../text/setup";
import { wallTime } from "../time/wall";
import { PageLink } from "../ui/PageLink";

/** Says whether views arrive, and turns green at the moment the first one does. */
export function FirstView({ site, view, go }: PageProps) {
  const live = useContext(LiveHere);
  const words = setup.status;
  const { answer } = useAsk(JSON.stringify(["any views", site.id]), (signal) =>
    call("POST /api/v1/query", { site: site.id, metrics: ["pageviews"], date_range: "all" }, { signal }),
  );
  const before = answer && (asNumber(answer.results[0]?.metrics[0]) ?? 0);
  const newest = live.snapshot?.events[0];
  const arrived = newest !== undefined || Boolean(before);
  const fresh = newest !== undefined && !before;
  const known = answer !== null || newest !== undefined;
  const said = fresh ? words.arrived : arrived ? words.works : words.waiting;
  return (
    <section class={arrived ? "card first-view arrived" : "card first-view"}>
      <span class="first-view-sign" aria-hidden="true" />
      <div class="first-view-text" role="status">
        <p class="first-view-title">{known ? said : text.state.loading}</p>
        <p class="quiet">
          {newest ? (
            <bdi>
              {words.arrivedAt(
                formatValue("page", newest.page || newest.name),
                wallTime(newest.occurredAt, site.timezone).slice(11),
              )}
            </bdi>
          ) : arrived ? (
            words.worksHelp(formatCount(before ?? 0))
          ) : live.state === "lost" ? (
            words.lost
          ) : (
            words.waitingHelp
          )}
        </p>
      </div>
      <div class="first-view-actions">
        {arrived && (
          <PageLink class="button" page="live" view={view} go={go}>
            {words.watch}
          </PageLink>
        )}
      </div>
    </section>
  );
}
