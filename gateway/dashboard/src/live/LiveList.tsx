import type { LiveCount } from "../api/live";
import { formatCount, formatValue } from "../format";
import type { Dimension } from "../state/dimensions";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { PageLink } from "../ui/PageLink";

interface Props {
  readonly title: string;
  readonly dimension: Dimension;
  readonly counts: readonly LiveCount[];
  /** Where a value leads: there it is a filter. */
  readonly view: View;
  readonly go: Go;
}

/** A top list of the last 30 minutes. */
export function LiveList({ title, dimension, counts, view, go }: Props) {
  const most = Math.max(...counts.map(({ count }) => count), 1);
  return (
    <section class="card live-list">
      <h2 class="card-title">
        {title} <small class="quiet">{text.live.lastHalfHour}</small>
      </h2>
      {counts.length === 0 && <p class="quiet list-empty">{text.live.quiet}</p>}
      <ol class="live-rows">
        {counts.map(({ value, count }) => (
          <li key={value} class="live-row list-row">
            <span class="list-name">
              <span class="bar" style={{ inlineSize: `${(100 * count) / most}%` }} />
              <Value dimension={dimension} value={value} view={view} go={go} />
            </span>
            <span class="number">{formatCount(count)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** A value that leads to today's numbers of it; what is unknown leads nowhere. */
function Value({ dimension, value, view, go }: Pick<Props, "dimension" | "view" | "go"> & { readonly value: string }) {
  const label = formatValue(dimension, value);
  if (value === "") return <bdi class="live-value">{label}</bdi>;
  const filtered = { ...view, filters: [{ operator: "is", dimension, values: [value] }] } as const;
  return (
    <PageLink class="live-value" page="" view={filtered} go={go} hint={text.live.ofToday(label)}>
      <bdi>{label}</bdi>
    </PageLink>
  );
}
