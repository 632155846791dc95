import { formatMetric } from "../format";
import type { Point } from "../overview/points";
import { text } from "../text";
import { bucketLabel } from "../time/buckets";
import type { LineData } from "./axes";

/** Between the pointer and the tooltip, in pixels. */
const GAP = 16;

export interface Tooltip {
  /** Shows a paragraph for each text beside a place, in pixels from the left and top edges of what the tooltip is of. */
  show(paragraphs: readonly string[], left: number, top: number): void;
  hide(): void;
}

/** Words that follow the pointer over `place`. */
export function tooltip(place: HTMLElement): Tooltip {
  const box = document.createElement("div");
  box.className = "chart-tooltip";
  box.hidden = true;
  place.append(box);
  return {
    show: (paragraphs, left, top) => {
      box.replaceChildren(
        ...paragraphs.map((words) => {
          const paragraph = document.createElement("p");
          paragraph.textContent = words;
          return paragraph;
        }),
      );
      box.hidden = false;
      const x = beside(left, box.offsetWidth, place.clientWidth);
      const y = beside(top, box.offsetHeight, place.clientHeight);
      box.style.translate = `${x}px ${y}px`;
    },
    hide: () => {
      box.hidden = true;
    },
  };
}

/** Where something so long begins after `at`, or before it where it would stick out of the room. All in pixels. */
export function beside(at: number, length: number, room: number): number {
  const after = at + GAP;
  return after + length <= room ? after : Math.max(0, Math.min(at - GAP, room) - length);
}

/** What is said of a point, and of what it is compared with: when, and how much. */
export function paragraphsOf(point: Point, { metric, interval }: LineData): string[] {
  const of = (when: string, value: number | null) =>
    `${when}\n${text.metrics[metric]}: ${formatMetric(metric, value, "exact")}`;
  const when = bucketLabel(point.label, interval, "full");
  const now = of(point.running ? `${when} (${text.chart.running})` : when, point.value);
  if (point.before === null || point.beforeLabel === null) return [now];
  return [now, of(bucketLabel(point.beforeLabel, interval, "full"), point.before)];
}
