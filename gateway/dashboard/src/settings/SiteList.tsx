import { useContext } from "preact/hooks";
import { call } from "../api/http";
import { asNumber } from "../api/query";
import { may, Reader, roleAt } from "../api/role";
import type { Site } from "../api/session";
import { Sites } from "../api/sites";
import { useAsk } from "../api/use-ask";
import { formatShort } from "../format";
import { Sparkline } from "../overview/Sparkline";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { settings } from "../text/settings";
import { addDays, today } from "../time/wall";
import { Icon } from "../ui/Icon";
import { PageLink } from "../ui/PageLink";

interface Props {
  readonly view: View;
  readonly go: Go;
}

const DAYS = 7;

/** Every site, with its last week. */
export function SiteList({ view, go }: Props) {
  const { all } = useContext(Sites);
  const makesSites = may(roleAt(useContext(Reader), null), "admin");
  const words = settings.sites;
  return (
    <>
      <div class="panel-row site-list-head">
        <h2 class="panel-title">{words.title}</h2>
        {makesSites && (
          <PageLink class="button primary" page="settings" place="sites/new" view={view} go={go}>
            <Icon name="plus" /> {words.add}
          </PageLink>
        )}
      </div>
      <ul class="site-list">
        {all.map((site) => (
          <SiteCard key={site.id} site={site} view={view} go={go} />
        ))}
      </ul>
    </>
  );
}

function SiteCard({ site, view, go }: Props & { readonly site: Site }) {
  const words = settings.sites;
  const last = today(new Date(), site.timezone);
  const range = [addDays(last, 1 - DAYS), last];
  const { answer } = useAsk(JSON.stringify(["week", site.id, range]), (signal) =>
    call(
      "POST /api/v1/query",
      { site: site.id, metrics: ["visitors"], dimensions: ["time:day"], date_range: range },
      { signal },
    ),
  );
  const points = (answer?.results ?? []).map(({ dimensions: [label = ""], metrics: [value] }) => ({
    label,
    value: asNumber(value),
    running: label === last,
    before: null,
    beforeLabel: null,
  }));
  const sum = answer && points.reduce((total, { value }) => total + (value ?? 0), 0);
  const own = { ...view, site: site.id, filters: [] };
  return (
    <li class="card site-card">
      <PageLink class="site-card-link" page="" view={own} go={go} hint={words.open(site.id)}>
        {site.id}
      </PageLink>
      <p class="quiet site-card-about">
        {site.domains[0] ?? words.anyDomain} · {settings.identity[site.identity].title}
      </p>
      <p class="site-card-count">
        <b>{sum === null ? text.none : formatShort(sum)}</b> <span class="quiet">{words.week}</span>
      </p>
      <Sparkline points={points} />
      <PageLink class="button bare icon site-card-settings" page="settings" view={own} go={go}>
        <Icon name="settings" />
        <span class="unseen">{words.settingsOf(site.id)}</span>
      </PageLink>
    </li>
  );
}
