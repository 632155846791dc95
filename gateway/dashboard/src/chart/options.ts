import type uPlot from "uplot";
import { type Axes, VALUES_GAP } from "./axes";
import { type Lines, lonely } from "./lines";

/** In pixels. Above the plot is half of the highest value's label, below it are the times. */
const TOP = 12;
export const BOTTOM = 24;
const TIMES_GAP = 10;
const POINT = 7;
const RUNNING_DASH = [4, 5];

/** What a chart takes over from the page around it. */
export interface Look {
  readonly accent: string;
  readonly quiet: string;
  readonly line: string;
  /** The compared line. */
  readonly faint: string;
  /** Under the line, from top to bottom. */
  readonly shade: string;
  readonly clear: string;
  /** Of labels, as CSS writes it. */
  readonly font: string;
}

export function lookOf(place: HTMLElement): Look {
  const style = getComputedStyle(place);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    accent: colour("--accent"),
    quiet: colour("--quiet"),
    line: colour("--line"),
    faint: colour("--faint"),
    shade: colour("--shade"),
    clear: colour("--shade-end"),
    font: `12px ${style.fontFamily}`,
  };
}

/** How uPlot draws the lines. What a person does with the chart is the caller's: `cursor` and `hooks`. */
export function optionsOf({ before, finished, running }: Lines, axes: Axes, look: Look) {
  const { values, times, ends, left, right } = axes;
  const label = { stroke: look.quiet, font: look.font, ticks: { show: false } };
  const line = { width: 2.25, cap: "round", pxAlign: 0 } as const;
  return {
    legend: { show: false },
    padding: [TOP, right, 0, 0],
    scales: {
      x: { time: false, range: () => [...ends] },
      y: { range: () => [0, values.at.at(-1) ?? 1] },
    },
    axes: [
      {
        ...label,
        size: BOTTOM,
        gap: TIMES_GAP,
        splits: [...times.at],
        values: [...times.words],
        grid: { show: false },
        border: { show: true, stroke: look.line, width: 1 },
      },
      {
        ...label,
        size: left,
        gap: VALUES_GAP,
        splits: [...values.at],
        values: [...values.words],
        grid: { stroke: look.line, width: 1 },
      },
    ],
    series: [
      {},
      { ...line, width: 1.5, stroke: look.faint, points: pointsOf(before, look.faint) },
      { ...line, stroke: look.accent, fill: (plot) => shadeOf(plot, look), points: pointsOf(finished, look.accent) },
      {
        ...line,
        stroke: look.accent,
        dash: RUNNING_DASH.map((length) => length * devicePixelRatio),
        points: pointsOf(running, look.accent),
      },
    ],
  } satisfies Partial<uPlot.Options>;
}

/** Points are drawn where they are alone, and where the pointer is. */
function pointsOf(values: readonly (number | null)[], colour: string): uPlot.Series.Points {
  return { filter: () => lonely(values), size: POINT, width: 0, stroke: colour, fill: colour };
}

/** From the highest value down to nothing. */
function shadeOf({ ctx, bbox }: uPlot, { shade, clear }: Look): CanvasGradient {
  const gradient = ctx.createLinearGradient(0, bbox.top, 0, bbox.top + bbox.height);
  gradient.addColorStop(0, shade);
  gradient.addColorStop(1, clear);
  return gradient;
}
