import type { JourneyGroup } from "../../api/explore";
import { formatCount, formatShare, formatShort } from "../../format";
import { text } from "../../text";
import { columnsOf, type FlowColumn, type Place, valueName } from "./ways";

const words = text.explore.journey;

interface Props {
  readonly group: JourneyGroup;
  readonly backwards: boolean;
  readonly picked: Place | null;
  readonly onPick: (picked: Place | null) => void;
}

/** Columns of pages, one a step; pressing a page leaves beside it what its visits did before and after. */
export function Flow({ group, backwards, picked, onPick }: Props) {
  return (
    <ol class="flow">
      {columnsOf(group, backwards, picked).map((column) => (
        <Column
          key={column.step}
          column={column}
          whole={group.visits}
          backwards={backwards}
          picked={picked}
          onPick={onPick}
        />
      ))}
    </ol>
  );
}

interface ColumnProps extends Omit<Props, "group"> {
  readonly column: FlowColumn;
  /** Visits of the group. */
  readonly whole: number;
}

function Column({ column: { step, rows, left }, whole, backwards, picked, onPick }: ColumnProps) {
  const here = rows.reduce((sum, { visits }) => sum + (visits ?? 0), 0);
  return (
    <li class="flow-column">
      <p class="flow-head">
        <span>{columnName(step, backwards)}</span>
        {here > 0 && <span class="quiet">{formatShort(here)}</span>}
      </p>
      <ul>
        {rows.map(({ value, visits }) => {
          const name = valueName(value);
          const pressed = picked?.step === step && picked.value === value;
          const share = (visits ?? 0) / whole;
          return (
            <li key={value} class={visits ? "flow-row" : "flow-row faded"}>
              <span class="bar" style={{ inlineSize: `${100 * share}%` }} />
              <button
                class="flow-button"
                type="button"
                aria-pressed={pressed}
                title={pressed ? words.unpick : words.pick(name)}
                onClick={() => onPick(pressed ? null : { step, value })}
              >
                <bdi class="flow-name">{name}</bdi>
                <span class="flow-count" title={visits === null ? undefined : formatCount(visits)}>
                  {visits === null ? text.none : formatShort(visits)}
                </span>
                <span class="flow-share quiet">{visits ? formatShare(share) : ""}</span>
              </button>
            </li>
          );
        })}
        {left !== null && left > 0 && (
          <li class="flow-row flow-left">
            <span class="flow-button">
              <span class="flow-name">{backwards ? words.entered : words.left}</span>
              <span class="flow-count">{formatShort(left)}</span>
              <span class="flow-share">{formatShare(left / whole)}</span>
            </span>
          </li>
        )}
      </ul>
    </li>
  );
}

/** Which step a column is, for people. */
export function columnName(step: number, backwards: boolean): string {
  if (step === 0) return backwards ? words.ended : words.began;
  return (backwards ? words.before : words.after)(step, formatCount(step));
}
