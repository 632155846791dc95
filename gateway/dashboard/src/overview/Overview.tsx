import { useContext } from "preact/hooks";
import { may, RoleHere } from "../api/role";
import { FilterBar } from "../filters/FilterBar";
import { useSegments } from "../filters/use-segments";
import type { PageProps } from "../pages";
import { LIST_NAMES } from "../state/dimensions";
import { asksForEvents } from "../state/filters";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { includesNow } from "../time/range";
import { wallTime } from "../time/wall";
import { PageLink } from "../ui/PageLink";
import { Problem } from "../ui/Problem";
import { Warnings } from "../ui/Warnings";
import { ComparePicker, comparedLabel } from "./ComparePicker";
import { Details } from "./Details";
import { ListCard } from "./ListCard";
import { RangePicker } from "./RangePicker";
import { Series } from "./Series";
import { Totals } from "./Totals";
import { readTotals, resolvedDays } from "./totals";
import { usePage } from "./use-page";

/** The site's numbers: totals, their course over time, and lists of what they are made of. */
export function Overview({ site, view, go }: PageProps) {
  const page = usePage(site, view);
  const { answer, error, pending, retry } = page.whole;
  const totals = readTotals(answer);
  const byEvents = asksForEvents(view.filters) || totals?.views_per_visit.value === null;
  const metric = byEvents && view.metric === "views_per_visit" ? "visitors" : view.metric;
  const empty = !pending && totals !== null && !totals.visitors.value && !totals.pageviews.value;
  const instant = new Date();
  const now = includesNow(view.range, instant, site.timezone) ? wallTime(instant, site.timezone) : null;
  const visitors = totals?.visitors ?? null;

  return (
    <>
      <h1 class="unseen">{`${site.id}: ${text.nav.overview}`}</h1>
      <div class="toolbar">
        <Filters site={site} view={view} go={go} />
        <div class="toolbar-end">
          <ComparePicker view={view} zone={site.timezone} compared={answer?.compared_range ?? []} go={go} />
          <RangePicker range={view.range} zone={site.timezone} go={go} />
        </div>
      </div>
      <section class="card numbers" aria-label={text.nav.overview}>
        {error && !answer ? (
          <Problem error={error} onRetry={retry} />
        ) : (
          <>
            <Totals site={site} view={view} metric={metric} answer={answer} now={now} pending={pending} go={go} />
            {error && (
              <p class="stale" role="status">
                {text.state.stale} {error.message}{" "}
                <button class="link" type="button" onClick={retry}>
                  {text.state.retry}
                </button>
              </p>
            )}
            <Warnings sentences={pending ? [] : (answer?.meta.warnings ?? [])} />
            {empty ? (
              <Nothing view={view} go={go} />
            ) : (
              <Series
                site={site}
                view={view}
                asked={page.series}
                metric={metric}
                days={resolvedDays(page.series.answer)}
                now={now}
                compared={comparedLabel(page.series.answer?.compared_range ?? [], site.timezone)}
                go={go}
              />
            )}
          </>
        )}
      </section>
      <div class="lists">
        {LIST_NAMES.map((name) => (
          <ListCard key={name} name={name} site={site} view={view} page={page} visitors={visitors} go={go} />
        ))}
      </div>
      {view.details && (
        <Details key={view.details} dimension={view.details} site={site} view={view} visitors={visitors} go={go} />
      )}
    </>
  );
}

/** Apart, so that the segments, whose answer comes by itself, draw this bar alone anew. */
function Filters({ site, view, go }: PageProps) {
  return <FilterBar site={site} view={view} segments={useSegments(site)} go={go} />;
}

function Nothing({ view, go }: { view: View; go: Go }) {
  const filtered = view.filters.length > 0;
  const seen = may(useContext(RoleHere), "viewer");
  return (
    <div class="message nothing" role="status">
      <p>{filtered ? text.state.noMatch : seen ? text.state.emptySite : text.state.empty}</p>
      <p class="message-actions">
        {filtered && (
          <button class="button" type="button" onClick={() => go({ filters: [] })}>
            {text.filters.clear}
          </button>
        )}
        {"word" in view.range && view.range.word === "all" ? null : (
          <button class="button" type="button" onClick={() => go({ range: { word: "all" } })}>
            {text.state.showAll}
          </button>
        )}
        {seen && (
          <PageLink class="button" page="live" view={view} go={go}>
            {text.nav.live}
          </PageLink>
        )}
      </p>
    </div>
  );
}
