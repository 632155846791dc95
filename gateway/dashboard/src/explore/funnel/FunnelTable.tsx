import type { FunnelGroup } from "../../api/explore";
import { formatCount, formatDuration, formatShare } from "../../format";
import { text } from "../../text";
import { Scroll } from "../Scroll";

interface Props {
  readonly names: readonly string[];
  readonly steps: FunnelGroup["steps"];
}

/** The numbers behind the bars. */
export function FunnelTable({ names, steps }: Props) {
  const words = text.explore.funnel;
  const duration = (seconds: number | null) => (seconds === null ? text.none : formatDuration(seconds));
  return (
    <Scroll label={words.title}>
      <table class="table explore-table">
        <thead>
          <tr>
            <th scope="col">{words.steps}</th>
            {[words.reached, words.ofAll, words.ofBefore, words.lost, words.median, words.p90].map((head) => (
              <th key={head} scope="col" class="number">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {steps.map((step, at) => (
            <tr key={at}>
              <th scope="row">
                <bdi>{names[at]}</bdi>
              </th>
              <td class="number">{formatCount(step.entered)}</td>
              <td class="number">{formatShare(step.rate / 100)}</td>
              <td class="number">{at > 0 ? formatShare(step.step_rate / 100) : text.none}</td>
              <td class="number">{at + 1 < steps.length ? formatCount(step.dropped) : text.none}</td>
              <td class="number">{duration(step.median_s)}</td>
              <td class="number">{duration(step.p90_s)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
