import uPlot from "uplot";
import { axesOf, type LineData } from "./axes";
import { linesOf } from "./lines";
import { BOTTOM, lookOf, optionsOf } from "./options";
import { paragraphsOf, tooltip } from "./tooltip";

/** Where a point's foot stands on the time axis, in pixels from the chart's left and top edges, by its number. */
export type PlaceOf = (at: number) => readonly [number, number];

export interface LineChart {
  /** `onPick` hears the label of a bucket that is clicked; `onPlaced` where the points stand, each time they move. */
  draw(data: LineData, onPick: (label: string) => void, onPlaced: (placeOf: PlaceOf) => void): void;
  remove(): void;
}

/** Puts a chart into `place` and keeps it as large as that. Colours are the page's at the time of drawing. */
export function lineChart(place: HTMLElement): LineChart {
  const shown = tooltip(place);
  let plot: uPlot | null = null;
  let redraw = () => {};
  const resizing = new ResizeObserver(() => {
    if (plot?.width !== place.clientWidth || plot.height !== place.clientHeight) redraw();
  });
  resizing.observe(place);
  return {
    draw: (data, onPick, onPlaced) => {
      redraw = () => {
        const { clientWidth: width, clientHeight: height } = place;
        const look = lookOf(place);
        const axes = axesOf(data, width, widthIn(look.font));
        const lines = linesOf(data.points);
        const tell = ({ cursor: { idx, left = 0, top = 0 } }: uPlot) => {
          const point = data.points[idx ?? -1];
          if (point) shown.show(paragraphsOf(point, data), axes.left + left, top);
          else shown.hide();
        };
        // A pointer that rests on the chart keeps its tooltip.
        const { left = -1, top = -1 } = plot?.cursor ?? {};
        plot?.destroy();
        plot = new uPlot(
          {
            ...optionsOf(lines, axes, look),
            width,
            height,
            // Nothing is dragged: uPlot takes a click for a drag's end, as `move` has moved where it began.
            cursor: { left, top, y: false, drag: { x: false, click: () => {} }, move: onPoint },
            hooks: { setCursor: [tell] },
          },
          [data.points.map((_, at) => at), [...lines.before], [...lines.finished], [...lines.running]],
          place,
        );
        plot.over.addEventListener("click", ({ offsetX }) => {
          const picked = data.points[plot?.posToIdx(offsetX) ?? -1];
          if (picked) onPick(picked.label);
        });
        onPlaced((at) => [axes.placeOf(at), height - BOTTOM]);
      };
      redraw();
    },
    remove: () => {
      resizing.disconnect();
      plot?.destroy();
    },
  };
}

/** The pointer's line stands at the point that is nearest. Negative where there is no pointer. */
function onPoint(plot: uPlot, left: number, top: number): [number, number] {
  return left < 0 ? [left, top] : [plot.valToPos(plot.posToIdx(left), "x"), top];
}

/** Measures words in pixels. */
function widthIn(font: string): (words: string) => number {
  const context = document.createElement("canvas").getContext("2d");
  if (!context) return () => 0;
  context.font = font;
  return (words) => context.measureText(words).width;
}
