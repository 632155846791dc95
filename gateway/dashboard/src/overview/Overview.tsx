import type { Site } from "../api/session";
import { useQuery } from "../api/use-query";
import { LIST_NAMES } from "../state/dimensions";
import type { Go } from "../state/use-view";
import { METRICS, type View } from "../state/view";
import { text } from "../text";
import { lengthInDays } from "../time/range";
import { Problem } from "../ui/Problem";
import { Warnings } from "../ui/Warnings";
import { FilterBar } from "./FilterBar";
import { ListCard } from "./ListCard";
import { meaningfulMetrics, scopeOf, totalsQuery } from "./question";
import { RangePicker } from "./RangePicker";
import { Series } from "./Series";
import { Totals } from "./Totals";
import { readTotals, resolvedDays } from "./totals";

interface Props {
  readonly site: Site;
  readonly view: View;
  readonly go: Go;
}

/** The site's numbers: totals, their course over time, and lists of what they are made of. */
export function Overview({ site, view, go }: Props) {
  const scope = scopeOf(site, view, new Date());
  const asked = useQuery(totalsQuery(scope, view));
  const totals = readTotals(meaningfulMetrics(view), asked);
  const days = lengthInDays(view.range) ?? (asked.pending ? null : resolvedDays(asked.answer));
  const metric = meaningfulMetrics(view).includes(view.metric) ? view.metric : METRICS[0];
  const empty = !asked.pending && totals.pageviews === 0 && totals.events === 0;
  const warnings = (!asked.pending && asked.answer?.meta.warnings) || [];

  return (
    <>
      <h1 class="unseen">{`${site.id}: ${text.nav.overview}`}</h1>
      <div class="toolbar">
        <FilterBar view={view} go={go} />
        <RangePicker range={view.range} zone={site.timezone} go={go} />
      </div>
      <section class="card">
        {asked.error ? (
          <Problem error={asked.error} onRetry={asked.retry} />
        ) : (
          <Totals site={site} view={view} metric={metric} totals={totals} pending={asked.pending} go={go} />
        )}
        {empty ? (
          <Nothing view={view} go={go} />
        ) : (
          <Series site={site} view={view} scope={scope} metric={metric} days={days} shownWarnings={warnings} go={go} />
        )}
        <Warnings sentences={warnings} />
      </section>
      <div class="lists">
        {LIST_NAMES.map((name) => (
          <ListCard key={name} name={name} view={view} scope={scope} totals={totals} shownWarnings={warnings} go={go} />
        ))}
      </div>
    </>
  );
}

function Nothing({ view, go }: { view: View; go: Go }) {
  const filtered = view.filters.length > 0;
  return (
    <div class="message nothing" role="status">
      <p>{filtered ? text.state.noMatch : text.state.emptySite}</p>
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
        <button class="button" type="button" onClick={() => go({ page: "live" })}>
          {text.nav.live}
        </button>
      </p>
    </div>
  );
}
