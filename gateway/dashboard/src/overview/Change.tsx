import { formatChange, formatMetric, moreIsBetter } from "../format";
import { text } from "../text";

interface Props {
  readonly metric: string;
  readonly value: number | null;
  readonly before: number | null;
  /** In %, of rates in points; null where there is nothing to compare with. */
  readonly change: number | null;
}

/** How a number differs from the one it is compared with. Nothing where there is none. */
export function Change({ metric, value, before, change }: Props) {
  if (before === null || value === null) return null;
  const was = text.compare.was(formatMetric(metric, before, "exact"));
  if (change === null) {
    return value > 0 && before === 0 ? (
      <span class="change" title={was}>
        {text.compare.fresh}
      </span>
    ) : null;
  }
  const better = change > 0 === moreIsBetter(metric);
  const [sign, word] =
    change === 0 ? ["", text.compare.same] : change > 0 ? ["↑", text.compare.up] : ["↓", text.compare.down];
  return (
    <span class={change === 0 ? "change" : better ? "change better" : "change worse"} title={was}>
      <span aria-hidden="true">{sign}</span>
      <span class="unseen">{word} </span>
      {formatChange(metric, change)}
    </span>
  );
}
