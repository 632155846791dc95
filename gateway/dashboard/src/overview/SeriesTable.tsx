import { formatMetric } from "../format";
import type { Metric } from "../state/view";
import { text } from "../text";
import { bucketLabel, type Interval } from "../time/buckets";
import type { Mark } from "./marks";
import type { Point } from "./points";

interface Props {
  readonly points: readonly Point[];
  readonly marks: readonly Mark[];
  readonly metric: Metric;
  readonly interval: Interval;
  readonly onPick: (label: string) => void;
}

/** The numbers behind the chart, newest first. */
export function SeriesTable({ points, marks, metric, interval, onPick }: Props) {
  const compared = points.some(({ beforeLabel }) => beforeLabel !== null);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section class="series-table" tabIndex={0} aria-label={text.metrics[metric]}>
      <table class="table">
        <thead>
          <tr>
            <th scope="col">{text.chart.when}</th>
            <th scope="col" class="number">
              {text.metrics[metric]}
            </th>
            {compared && (
              <th scope="col" class="number">
                {text.chart.before}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map(({ label, value, running, before, beforeLabel }, at) => (
            <tr key={`${label} ${at}`}>
              <th scope="row">
                <button class="list-button" type="button" title={text.chart.open} onClick={() => onPick(label)}>
                  {bucketLabel(label, interval, "full")}
                </button>{" "}
                {running && <span class="quiet">({text.chart.running})</span>}
                {marks
                  .find((mark) => mark.label === label)
                  ?.notes.map((note) => (
                    <p key={note.id} class="series-note">
                      <bdi>{note.line}</bdi>
                    </p>
                  ))}
              </th>
              <td class="number">{formatMetric(metric, value, "exact")}</td>
              {compared && (
                <td class="number quiet" title={beforeLabel ? bucketLabel(beforeLabel, interval, "full") : undefined}>
                  {formatMetric(metric, before, "exact")}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
