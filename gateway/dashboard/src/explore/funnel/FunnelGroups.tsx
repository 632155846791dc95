import type { FunnelGroup } from "../../api/explore";
import { formatCount, formatShare, formatShort } from "../../format";
import { text } from "../../text";
import type { Breakdown } from "../Choice";
import { GroupName } from "../GroupName";
import { Scroll } from "../Scroll";
import type { ToolProps } from "../tools";

interface Props extends Pick<ToolProps, "view" | "go"> {
  readonly dimension: Breakdown;
  readonly names: readonly string[];
  readonly groups: readonly FunnelGroup[];
}

/** The funnel of each group in a row. */
export function FunnelGroups({ dimension, names, groups, view, go }: Props) {
  const most = Math.max(...groups.map(({ steps }) => steps[0]?.entered ?? 0), 1);
  return (
    <Scroll label={text.explore.funnel.groups(text.dimensions[dimension])}>
      <table class="table explore-table groups-table" style={{ "--columns": names.length + 1 }}>
        <thead>
          <tr>
            <th scope="col">{text.dimensions[dimension]}</th>
            {names.map((name, at) => (
              <th key={at} scope="col" class="number" title={name}>
                <bdi>{name}</bdi>
              </th>
            ))}
            <th scope="col" class="number">
              {text.explore.funnel.conversion}
            </th>
          </tr>
        </thead>
        <tbody>
          {groups.map(({ value, steps }) => (
            <tr key={value} class="list-row">
              <GroupName
                dimension={dimension}
                value={value}
                share={(steps[0]?.entered ?? 0) / most}
                view={view}
                go={go}
              />
              {steps.map((step, at) => (
                <td key={at} class="number" title={formatCount(step.entered)}>
                  {formatShort(step.entered)}
                </td>
              ))}
              <td class="number strong">{formatShare((steps.at(-1)?.rate ?? 0) / 100)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
