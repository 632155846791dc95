import type { PageAnswer } from "../api/query";
import type { Site } from "../api/session";
import type { Asked } from "../api/use-ask";
import { Chart } from "../chart/Chart";
import type { Go } from "../state/use-view";
import type { Metric, View } from "../state/view";
import { text } from "../text";
import { bucketRange, type Interval, intervalsFor } from "../time/buckets";
import { Icon } from "../ui/Icon";
import { Problem } from "../ui/Problem";
import { Select } from "../ui/Select";
import { useMarks } from "./marks";
import { pointsOf } from "./points";
import { SeriesTable } from "./SeriesTable";

interface Props {
  readonly site: Site;
  readonly view: View;
  readonly asked: Asked<PageAnswer>;
  readonly metric: Metric;
  /** Length of the period; null until the server has said it. */
  readonly days: number | null;
  /** The site's wall-clock time; null for a period that is over. */
  readonly now: string | null;
  /** The compared period for people; null without one. */
  readonly compared: string | null;
  readonly go: Go;
}

/** A metric over time, as a chart or as a table. */
export function Series({ site, view, asked, metric, days, now, compared, go }: Props) {
  const { answer, error, pending, retry } = asked;
  const interval = (answer?.interval ?? view.interval ?? "day") as Interval;
  const points = pointsOf(answer, metric, now);
  const marks = useMarks(site, points, interval);
  const name = text.metrics[metric] ?? metric;
  const intervals = intervalsFor(days ?? 30);
  const options = intervals.includes(interval) ? intervals : [interval, ...intervals];
  const pick = (label: string) => go({ range: bucketRange(label, interval), interval: null });

  return (
    <section class="series" aria-label={text.chart.title(name, text.interval[interval])}>
      <div class="series-tools">
        {compared && (
          <p class="legend" aria-hidden="true">
            <span>{name}</span>
            <span class="legend-before">{compared}</span>
          </p>
        )}
        <Select
          label={text.interval.label}
          value={interval}
          options={options.map((value) => ({ value, label: text.interval[value] }))}
          onChange={(chosen: Interval) => go({ interval: chosen }, "replace")}
        />
        <button class="button bare" type="button" onClick={() => go({ table: !view.table }, "replace")}>
          <Icon name={view.table ? "chart" : "table"} /> {view.table ? text.chart.asChart : text.chart.asTable}
        </button>
      </div>
      <div class="series-body" aria-busy={pending}>
        {error && !answer ? (
          <Problem error={error} onRetry={retry} />
        ) : answer && points.length === 0 ? (
          <p class="message">{text.state.empty}</p>
        ) : view.table ? (
          <SeriesTable points={points} marks={marks} metric={metric} interval={interval} onPick={pick} />
        ) : (
          <Chart
            points={points}
            marks={marks}
            metric={metric}
            interval={interval}
            theme={view.theme}
            onPick={pick}
            onFailure={() => go({ table: true }, "replace")}
          />
        )}
      </div>
    </section>
  );
}
