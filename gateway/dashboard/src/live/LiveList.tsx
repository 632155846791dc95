import type { LiveCount } from "../api/live";
import { formatCount, formatValue } from "../format";
import type { Dimension } from "../state/dimensions";
import { text } from "../text";

interface Props {
  readonly title: string;
  readonly dimension: Dimension;
  readonly counts: readonly LiveCount[];
}

/** A top list of the last 30 minutes. */
export function LiveList({ title, dimension, counts }: Props) {
  const most = Math.max(...counts.map(({ count }) => count), 1);
  return (
    <section class="card live-list">
      <h2 class="card-title">
        {title} <small class="quiet">{text.live.lastHalfHour}</small>
      </h2>
      {counts.length === 0 && <p class="quiet">{text.live.quiet}</p>}
      <ol class="live-rows">
        {counts.map(({ value, count }) => {
          const label = formatValue(dimension, value);
          return (
            <li key={value} class="live-row">
              <span class="list-name">
                <span class="bar" style={{ inlineSize: `${(100 * count) / most}%` }} />
                <bdi class="live-label" title={label}>
                  {label}
                </bdi>
              </span>
              <span class="number">{formatCount(count)}</span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
