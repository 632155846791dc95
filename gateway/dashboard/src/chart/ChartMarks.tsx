import { useId } from "preact/hooks";
import type { Mark } from "../overview/marks";
import type { Point } from "../overview/points";
import { text } from "../text";
import type { PlaceOf } from "./line";

/** More of one bucket stand in the table. */
const SHOWN = 3;

interface Props {
  readonly marks: readonly Mark[];
  readonly points: readonly Point[];
  readonly placeOf: PlaceOf;
}

/** Pins on the chart's time line; hovering or focusing one says what happened. */
export function ChartMarks({ marks, points, placeOf }: Props) {
  if (marks.length === 0) return null;
  return (
    <ul class="chart-marks" aria-label={text.chart.notes}>
      {marks.map((mark) => {
        const at = points.findIndex(({ label }) => label === mark.label);
        return <Pin key={mark.label} mark={mark} foot={placeOf(at)} side={at * 2 > points.length ? "end" : "start"} />;
      })}
    </ul>
  );
}

interface PinProps {
  readonly mark: Mark;
  readonly foot: readonly [number, number];
  /** To which side of the pin there is room for its words. */
  readonly side: "start" | "end";
}

function Pin({ mark, foot: [left, top], side }: PinProps) {
  const id = useId();
  const when = mark.notes[0]?.when ?? "";
  return (
    <li class="chart-mark" style={{ insetInlineStart: `${left}px`, blockSize: `${top}px` }}>
      <button
        class="chart-pin"
        type="button"
        aria-label={text.chart.notesAt(when)}
        aria-describedby={id}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      >
        <span aria-hidden="true">{mark.notes.length > 1 ? mark.notes.length : ""}</span>
      </button>
      <div class={`chart-note to-${side}`} id={id} role="tooltip">
        {mark.notes.slice(0, SHOWN).map((note) => (
          <p key={note.id}>
            <span class="quiet">{note.when}</span> <bdi>{note.line}</bdi>
          </p>
        ))}
        {mark.notes.length > SHOWN && <p class="quiet">{text.chart.moreNotes(mark.notes.length - SHOWN)}</p>}
      </div>
    </li>
  );
}
