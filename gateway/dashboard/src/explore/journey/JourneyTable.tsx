import type { JourneyGroup } from "../../api/explore";
import { formatCount, formatShare } from "../../format";
import { text } from "../../text";
import { Scroll } from "../Scroll";
import { columnName } from "./Flow";
import { valueName } from "./ways";

const words = text.explore.journey;

interface Props {
  readonly group: JourneyGroup;
  readonly backwards: boolean;
}

/** Every way from a step to the next, and who left, as rows. */
export function JourneyTable({ group, backwards }: Props) {
  const rows = group.nodes.flatMap(({ step, value, visits, left }) => {
    const ways = group.links.filter((link) => link.step === step && link.from === value);
    const end = { to: backwards ? words.entered : words.left, visits: left, gone: true };
    return [...ways.map((way) => ({ to: valueName(way.to), visits: way.visits, gone: false })), end]
      .filter((way) => way.visits > 0)
      .map((way) => ({ ...way, step, from: valueName(value), share: way.visits / visits }));
  });
  return (
    <Scroll label={words.title}>
      <table class="table explore-table">
        <thead>
          <tr>
            <th scope="col">{words.step}</th>
            <th scope="col">{backwards ? words.to : words.from}</th>
            <th scope="col">{backwards ? words.from : words.to}</th>
            <th scope="col" class="number">
              {text.metrics.visits}
            </th>
            <th scope="col" class="number">
              {words.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ step, from, to, gone, visits, share }) => (
            <tr key={`${step} ${from} ${to} ${gone}`}>
              <td>{columnName(step, backwards)}</td>
              <th scope="row">
                <bdi>{from}</bdi>
              </th>
              <td class={gone ? "quiet" : undefined}>
                <bdi>{to}</bdi>
              </td>
              <td class="number">{formatCount(visits)}</td>
              <td class="number">{formatShare(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
