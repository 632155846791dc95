import { formatCount, formatShare } from "../../format";
import { text } from "../../text";
import { bucketLabel } from "../../time/buckets";
import { type Cohort, isOpen, type Period, together } from "./question";

const words = text.explore.retention;

interface Props {
  /** Of the group; null without a breakdown. */
  readonly name: string | null;
  readonly cohorts: readonly Cohort[];
  readonly columns: number;
  readonly period: Period;
  readonly people: boolean;
}

/** The cohorts of a group, all of them together first. */
export function CohortRows({ name, cohorts, columns, period, people }: Props) {
  // Shares of periods that are not over would pull the whole down; numbers of users add up.
  const all = together(cohorts, people);
  const size = cohorts.reduce((sum, cohort) => sum + cohort.size, 0);
  return (
    <tbody>
      {name !== null && (
        <tr class="cohort-group">
          <th scope="rowgroup" colSpan={columns + 2}>
            <bdi>{name}</bdi>
          </th>
        </tr>
      )}
      <tr class="cohort-all">
        <th scope="row" class="cohort-began">
          {words.all}
        </th>
        <td class="number cohort-size">{formatCount(size)}</td>
        {all.map(({ back, of }, later) => (
          <Cell key={later} back={back} of={of} open={false} people={people} />
        ))}
      </tr>
      {cohorts.map((cohort) => (
        <tr key={cohort.period}>
          <th scope="row" class="cohort-began">
            {bucketLabel(cohort.period, period, "full")}
          </th>
          <td class="number cohort-size">{formatCount(cohort.size)}</td>
          {cohort.returned.map((back, later) => (
            <Cell key={later} back={back} of={cohort.size} open={isOpen(cohort, later)} people={people} />
          ))}
        </tr>
      ))}
    </tbody>
  );
}

interface CellProps {
  readonly back: number;
  readonly of: number;
  /** Its period still goes on. */
  readonly open: boolean;
  readonly people: boolean;
}

function Cell({ back, of, open, people }: CellProps) {
  if (of === 0) return <td class="cohort-cell none">{text.none}</td>;
  const told = words.cell(formatCount(back), formatCount(of));
  return (
    <td
      class={open ? "cohort-cell open" : "cohort-cell"}
      style={{ "--share": back / of }}
      title={open ? `${told}, ${words.unfinished}` : told}
    >
      {people ? formatCount(back) : formatShare(back / of)}
      {open && <span class="unseen"> ({words.unfinished})</span>}
    </td>
  );
}
