import type { ExperimentGroup } from "../../api/explore";
import { formatCount, visible } from "../../format";
import { text } from "../../text";
import type { Breakdown } from "../Choice";
import { GroupName } from "../GroupName";
import { Scroll } from "../Scroll";
import type { ToolProps } from "../tools";
import type { ExperimentForm } from "./question";
import { ownValue } from "./VariantCards";
import { formatLift, formatOwn } from "./values";

interface Props extends Pick<ToolProps, "view" | "go"> {
  readonly dimension: Breakdown;
  readonly form: ExperimentForm;
  readonly groups: readonly ExperimentGroup[];
}

function unitsOf({ variants }: ExperimentGroup): number {
  return variants.reduce((sum, { exposures }) => sum + exposures, 0);
}

/** Each group's value of every variant, and its lift over the control. */
export function ExperimentGroups({ dimension, form, groups, view, go }: Props) {
  const most = Math.max(...groups.map(unitsOf), 1);
  const names = [...new Set(groups.flatMap(({ variants }) => variants.map(({ variant }) => variant)))];
  return (
    <Scroll label={text.explore.funnel.groups(text.dimensions[dimension])}>
      <table class="table explore-table groups-table" style={{ "--columns": names.length }}>
        <thead>
          <tr>
            <th scope="col">{text.dimensions[dimension]}</th>
            {names.map((name) => (
              <th key={name} scope="col" class="number">
                <bdi>{visible(name)}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map((group) => (
            <tr key={group.value} class="list-row">
              <GroupName dimension={dimension} value={group.value} share={unitsOf(group) / most} view={view} go={go} />
              {names.map((name) => {
                const found = group.variants.find(({ variant }) => variant === name);
                const told =
                  found && text.explore.retention.cell(formatCount(found.conversions), formatCount(found.exposures));
                return (
                  <td key={name} class="number" title={told}>
                    {formatOwn(form.measure, form.currency, found ? ownValue(found, form) : null)}{" "}
                    {found && found.lift !== null && <span class="quiet">{formatLift(found.lift)}</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
