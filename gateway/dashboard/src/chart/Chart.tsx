import { useEffect, useRef, useState } from "preact/hooks";
import { formatMetric } from "../format";
import type { Mark } from "../overview/marks";
import type { Point } from "../overview/points";
import type { Metric, Theme } from "../state/view";
import { text } from "../text";
import { bucketLabel, type Interval } from "../time/buckets";
import { ChartMarks } from "./ChartMarks";
import type { LineChart, PlaceOf } from "./line";

interface Props {
  readonly points: readonly Point[];
  readonly marks: readonly Mark[];
  readonly metric: Metric;
  readonly interval: Interval;
  readonly theme: Theme;
  readonly onPick: (label: string) => void;
  /** Called when the drawing library cannot be had: the table shows the same numbers. */
  readonly onFailure: () => void;
}

/** A line over time. The drawing library comes after the page's numbers: it is the heaviest part. */
export function Chart({ points, marks, metric, interval, theme, onPick, onFailure }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const [chart, setChart] = useState<LineChart | null>(null);
  const [placeOf, setPlaceOf] = useState<PlaceOf | null>(null);
  const systemTheme = useSystemTheme();

  useEffect(() => {
    let drawn: LineChart | null = null;
    let gone = false;
    import("./line").then(
      ({ lineChart }) => {
        if (gone || !place.current) return;
        drawn = lineChart(place.current);
        setChart(drawn);
      },
      () => gone || onFailure(),
    );
    return () => {
      gone = true;
      drawn?.remove();
    };
  }, []);

  // The themes are dependencies because they decide the colours that `draw` reads off the page.
  useEffect(() => {
    if (points.length > 0) chart?.draw({ points, metric, interval }, onPick, (found) => setPlaceOf(() => found));
  }, [
    chart,
    points.map((point) => `${point.label} ${point.value} ${point.before}`).join(),
    metric,
    interval,
    theme,
    systemTheme,
  ]);

  return (
    <div class="chart-whole">
      <div ref={place} class="chart" role="img" aria-label={summary(points, metric, interval)} />
      {placeOf && <ChartMarks marks={marks} points={points} placeOf={placeOf} />}
    </div>
  );
}

function summary(points: readonly Point[], metric: Metric, interval: Interval): string {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return text.metrics[metric] ?? metric;
  const highest = points.reduce((best, point) => ((point.value ?? 0) > (best.value ?? 0) ? point : best));
  const when = (point: Point) => bucketLabel(point.label, interval, "full");
  const value = formatMetric(metric, highest.value, "exact");
  return text.chart.summary(text.metrics[metric] ?? metric, when(first), when(last), value, when(highest));
}

function useSystemTheme(): boolean {
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const setting = matchMedia("(prefers-color-scheme: dark)");
    const onChange = () => setDark(setting.matches);
    setting.addEventListener("change", onChange);
    return () => setting.removeEventListener("change", onChange);
  }, []);
  return dark;
}
