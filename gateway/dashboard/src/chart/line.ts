import { LineChart as EChartsLine } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { formatMetric, isRate } from "../format";
import type { Point } from "../overview/points";
import type { Metric } from "../state/view";
import { text } from "../text";
import { bucketLabel, type Interval } from "../time/buckets";

use([EChartsLine, GridComponent, TooltipComponent, CanvasRenderer]);

export interface LineData {
  readonly points: readonly Point[];
  readonly metric: Metric;
  readonly interval: Interval;
}

/** Where a point's foot stands on the time axis, in pixels from the chart's left and top edges, by its number. */
export type PlaceOf = (at: number) => readonly [number, number];

export interface LineChart {
  /** `onPick` hears the label of a bucket that is clicked; `onPlaced` where the points stand, each time they move. */
  draw(data: LineData, onPick: (label: string) => void, onPlaced: (placeOf: PlaceOf) => void): void;
  remove(): void;
}

/** Puts a chart into `place` and keeps it as large as that. Colours are the page's at the time of drawing. */
export function lineChart(place: HTMLElement): LineChart {
  const chart = init(place);
  let tellPlaces = () => {};
  const resizing = new ResizeObserver(() => {
    chart.resize();
    tellPlaces();
  });
  resizing.observe(place);
  const surface = chart.getZr();
  return {
    draw: (data, onPick, onPlaced) => {
      chart.setOption(options(data, coloursOf(place)), { notMerge: true });
      tellPlaces = () =>
        onPlaced((at) => {
          const [left = 0, top = 0] = chart.convertToPixel("grid", [at, 0]);
          return [left, top];
        });
      tellPlaces();
      surface.off("click");
      surface.on("click", ({ offsetX, offsetY }) => {
        if (!chart.containPixel("grid", [offsetX, offsetY])) return;
        const [at] = chart.convertFromPixel("grid", [offsetX, offsetY]);
        const picked = data.points[Math.round(at ?? 0)];
        if (picked) onPick(picked.label);
      });
    },
    remove: () => {
      resizing.disconnect();
      chart.dispose();
    },
  };
}

interface Colours {
  readonly accent: string;
  readonly quiet: string;
  readonly line: string;
  readonly surface: string;
  readonly ink: string;
  readonly font: string;
  /** The compared line. */
  readonly faint: string;
  /** Under the line, from top to bottom. */
  readonly shade: string;
  readonly clear: string;
}

function coloursOf(place: HTMLElement): Colours {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    accent: colour("--accent"),
    quiet: colour("--quiet"),
    line: colour("--line"),
    surface: colour("--surface"),
    ink: colour("--ink"),
    font: style.fontFamily,
    faint: colour("--faint"),
    shade: colour("--shade"),
    clear: colour("--shade-end"),
  };
}

function options({ points, metric, interval }: LineData, colours: Colours) {
  const last = points.length - 1;
  const running = points[last]?.running ?? false;
  const values = points.map((point) => point.value);
  const whole = points.length === 1;
  const before = points.map((point) => point.before);
  const line = {
    type: "line",
    lineStyle: { width: 2.25, color: colours.accent, cap: "round", join: "round" },
    itemStyle: { color: colours.accent },
    symbol: "circle",
    symbolSize: 7,
    showSymbol: whole,
    emphasis: { disabled: true },
  } as const;
  const shade = {
    type: "linear",
    x: 0,
    y: 0,
    x2: 0,
    y2: 1,
    colorStops: [
      { offset: 0, color: colours.shade },
      { offset: 1, color: colours.clear },
    ],
  } as const;
  return {
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    animationDuration: 300,
    textStyle: { fontFamily: colours.font },
    grid: { left: 0, right: 8, top: 12, bottom: 0, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    xAxis: {
      type: "category",
      boundaryGap: whole,
      data: points.map((point) => bucketLabel(point.label, interval, "axis")),
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
      axisLabel: { color: colours.quiet, fontSize: 12, hideOverlap: true, margin: 12 },
    },
    yAxis: {
      type: "value",
      min: 0,
      ...(isRate(metric) ? { max: ({ max }: { max: number }) => (max > 80 ? 100 : null) } : {}),
      ...(["visitors", "visits", "pageviews"].includes(metric) ? { minInterval: 1 } : {}),
      splitNumber: 4,
      splitLine: { lineStyle: { color: colours.line, opacity: 0.7 } },
      axisLabel: {
        color: colours.quiet,
        fontSize: 12,
        formatter: (value: number) => formatMetric(metric, value, "short"),
      },
    },
    tooltip: {
      trigger: "axis",
      // Drawn on the canvas: an HTML tooltip would need style attributes, which the Content-Security-Policy forbids.
      renderMode: "richText",
      confine: true,
      backgroundColor: colours.surface,
      borderColor: colours.line,
      padding: [10, 14],
      textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 13, lineHeight: 20 },
      axisPointer: { lineStyle: { color: colours.quiet, type: "solid" } },
      formatter: (hovered: unknown) => {
        const at = (hovered as { dataIndex: number }[])[0]?.dataIndex ?? 0;
        return tooltip(points[at], metric, interval);
      },
    },
    series: [
      {
        ...line,
        data: before,
        lineStyle: { ...line.lineStyle, width: 1.5, color: colours.faint },
        itemStyle: { color: colours.faint },
        z: 1,
      },
      {
        ...line,
        data: running && !whole ? values.slice(0, last) : values,
        areaStyle: { color: shade, opacity: 1 },
      },
      {
        ...line,
        data: running && !whole ? values.map((value, at) => (at < last - 1 ? null : value)) : [],
        lineStyle: { ...line.lineStyle, type: [4, 5] as number[] },
      },
    ],
  };
}

function tooltip(point: Point | undefined, metric: Metric, interval: Interval): string {
  if (!point) return "";
  const when = bucketLabel(point.label, interval, "full");
  const running = point.running ? ` (${text.chart.running})` : "";
  const now = `${when}${running}\n${text.metrics[metric]}: ${formatMetric(metric, point.value, "exact")}`;
  if (point.before === null || point.beforeLabel === null) return now;
  return `${now}\n\n${bucketLabel(point.beforeLabel, interval, "full")}\n${text.metrics[metric]}: ${formatMetric(metric, point.before, "exact")}`;
}
