import type { Site } from "../api/session";
import { useQuery } from "../api/use-query";
import { Chart } from "../chart/Chart";
import type { Go } from "../state/use-view";
import type { Metric, View } from "../state/view";
import { text } from "../text";
import { bucketRange, chooseInterval, type Interval, intervalsFor } from "../time/buckets";
import { includesNow } from "../time/range";
import { wallTime } from "../time/wall";
import { Problem } from "../ui/Problem";
import { Select } from "../ui/Select";
import { Warnings } from "../ui/Warnings";
import { pointsOf } from "./points";
import { type Scope, seriesQuery } from "./question";
import { SeriesTable } from "./SeriesTable";

interface Props {
  readonly site: Site;
  readonly view: View;
  readonly scope: Scope;
  readonly metric: Metric;
  /** Length of the period; null until the server has said it. */
  readonly days: number | null;
  readonly shownWarnings: readonly string[];
  readonly go: Go;
}

/** A metric over time, as a chart or as a table. */
export function Series({ site, view, scope, metric, days, shownWarnings, go }: Props) {
  const interval = chooseInterval(view.interval, days ?? 30);
  const asked = useQuery(days === null ? null : seriesQuery(scope, metric, interval));
  const now = new Date();
  const running = includesNow(view.range, now, site.timezone);
  const rows = asked.pending ? [] : (asked.answer?.results ?? []);
  const points = pointsOf(rows, metric, interval, wallTime(now, site.timezone), running);
  const warnings = (asked.answer?.meta.warnings ?? []).filter((sentence) => !shownWarnings.includes(sentence));

  const pick = (label: string) => go({ range: bucketRange(label, interval), interval: null });

  return (
    <section class="series" aria-label={text.chart.title(text.metrics[metric], text.interval[interval])}>
      <div class="series-tools">
        <Select
          label={text.interval.label}
          value={interval}
          options={intervalsFor(days ?? 30).map((value) => ({ value, label: text.interval[value] }))}
          onChange={(chosen: Interval) => go({ interval: chosen }, "replace")}
        />
        <button class="button bare" type="button" onClick={() => go({ table: !view.table }, "replace")}>
          {view.table ? text.chart.asChart : text.chart.asTable}
        </button>
      </div>
      <div class="series-body" aria-busy={asked.pending}>
        {asked.error ? (
          <Problem error={asked.error} onRetry={asked.retry} />
        ) : !asked.pending && points.length === 0 ? (
          <p class="message">{text.state.empty}</p>
        ) : view.table ? (
          <SeriesTable points={points} metric={metric} interval={interval} onPick={pick} />
        ) : (
          <Chart
            points={points}
            metric={metric}
            interval={interval}
            theme={view.theme}
            onPick={pick}
            onFailure={() => go({ table: true }, "replace")}
          />
        )}
      </div>
      <Warnings sentences={warnings} />
    </section>
  );
}
