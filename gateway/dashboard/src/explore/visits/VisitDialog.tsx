import type { Visit } from "../../api/explore";
import { call } from "../../api/http";
import type { Site } from "../../api/session";
import { useAsk } from "../../api/use-ask";
import { formatCount, formatDuration, formatValue, safeLink } from "../../format";
import type { Dimension } from "../../state/dimensions";
import type { Go } from "../../state/use-view";
import type { View } from "../../state/view";
import { text } from "../../text";
import { Dialog } from "../../ui/Dialog";
import { Problem } from "../../ui/Problem";
import { Warnings } from "../../ui/Warnings";
import { Timeline } from "./Timeline";
import { NOT_SET } from "./visit";
import { fullTime, shortTime } from "./when";

const words = text.explore.visits;

interface Props {
  readonly site: Site;
  readonly id: string;
  readonly view: View;
  readonly go: Go;
}

/** One visit: where it came from, with what, and what happened in it. */
export function VisitDialog({ site, id, view, go }: Props) {
  const { answer, error, retry } = useAsk(JSON.stringify(["visit", site.id, id]), (signal) =>
    call("GET /api/v1/visits/{id}", undefined, { id, signal, parameters: { site: site.id } }),
  );
  const { visit: _, ...others } = view.own;
  const visit = answer?.visit;
  const missing = error?.status === 404 || error?.status === 400;
  return (
    <Dialog
      title={visit ? words.open(shortTime(visit.started_at_us, site.timezone)) : words.about}
      onClose={() => go({ own: others }, "replace")}
      wide
    >
      <div class="visit-body">
        {missing ? (
          <p class="message">{words.unknown}</p>
        ) : error && !answer ? (
          <Problem error={error} onRetry={retry} />
        ) : answer && visit ? (
          <>
            <Facts visit={visit} zone={site.timezone} />
            <section class="visit-timeline" aria-label={words.timeline}>
              <h3 class="card-title">{words.timeline}</h3>
              <Timeline events={answer.events} from={visit.started_at_us} />
              {answer.more && <p class="quiet">{words.longest}</p>}
            </section>
          </>
        ) : (
          <div class="visit-coming skeleton" role="status" aria-label={text.state.loading} />
        )}
      </div>
      {answer && <Warnings sentences={answer.meta.warnings} />}
    </Dialog>
  );
}

type Fact = readonly [string, string];

function Facts({ visit, zone }: { readonly visit: Visit; readonly zone: string }) {
  const shown = (dimension: Dimension, value: string) => (value ? formatValue(dimension, value) : "");
  const place = [shown("city", visit.city), shown("region", visit.region), formatValue("country", visit.country)];
  const facts: readonly Fact[] = [
    [words.started, fullTime(visit.started_at_us, zone)],
    [words.duration, formatDuration(visit.duration_s)],
    [words.views, formatCount(visit.pageviews)],
    [words.source, shown("source", visit.source)],
    [words.channel, shown("channel", visit.channel)],
    [words.referrer, shown("referrer", visit.referrer)],
    [words.campaign, shown("utm_campaign", visit.utm_campaign)],
    [words.place, place.filter(Boolean).join(", ")],
    [words.device, shown("device", visit.device)],
    [words.browser, shown("browser", visit.browser)],
    [words.system, shown("os", visit.os)],
    [words.screen, shown("screen", visit.screen)],
    [words.language, shown("language", visit.language)],
    [words.host, shown("hostname", visit.hostname)],
    [words.session, visit.continuation ? words.continuation : ""],
    [words.user, visit.identified ? words.userNamed : words.userNone],
    [words.id, visit.id],
  ];
  const link = safeLink(visit.referrer);
  return (
    <dl class="facts">
      {facts
        .filter(([, value]) => value && value !== NOT_SET)
        .map(([name, value]) => (
          <div key={name} class="fact">
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
              {name === words.referrer && link && (
                <a
                  class="list-link"
                  href={link}
                  target="_blank"
                  rel="noopener noreferrer"
                  aria-label={text.lists.open(value)}
                >
                  ↗
                </a>
              )}
            </dd>
          </div>
        ))}
    </dl>
  );
}
