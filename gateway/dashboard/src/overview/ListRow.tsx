import type { Row } from "../api/query";
import { formatMetric, formatShare, formatValue, safeLink } from "../format";
import type { Dimension } from "../state/dimensions";
import { type Filter, isFiltered, toggleFilter } from "../state/filters";
import type { Go } from "../state/use-view";
import { text } from "../text";
import { listMetrics } from "./question";

interface Props {
  readonly dimension: Dimension;
  readonly row: Row;
  /** The first metric of the list's first row: a full bar. */
  readonly most: number;
  /** The first metric's total: a share of 100 %. Null while unknown. */
  readonly whole: number | null;
  readonly filters: readonly Filter[];
  readonly go: Go;
}

/** One value with its numbers; pressing it filters the page by it. */
export function ListRow({ dimension, row, most, whole, filters, go }: Props) {
  const value = row.dimensions[0] ?? "";
  const label = formatValue(dimension, value);
  const count = row.metrics[0] ?? 0;
  const filtered = isFiltered(filters, dimension, value);
  const link = dimension === "referrer" ? safeLink(value) : null;
  return (
    <tr>
      <th scope="row" class="list-name">
        <span class="bar" style={{ inlineSize: `${(100 * count) / most}%` }} />
        <span class="list-name-inner">
          <button
            class="list-button"
            type="button"
            aria-pressed={filtered}
            title={filtered ? text.lists.unfilter(label) : label}
            onClick={() => go({ filters: toggleFilter(filters, dimension, value) })}
          >
            <bdi>{label}</bdi>
          </button>
          {link && (
            <a
              class="list-link"
              href={link}
              target="_blank"
              rel="noopener noreferrer"
              aria-label={text.lists.open(label)}
            >
              ↗
            </a>
          )}
        </span>
      </th>
      {listMetrics(dimension).map((metric, at) => (
        <td key={metric} class="number" title={formatMetric(metric, row.metrics[at] ?? null, "exact")}>
          {formatMetric(metric, row.metrics[at] ?? null, "short")}
        </td>
      ))}
      <td class="number quiet">{whole ? formatShare(Math.min(1, count / whole)) : text.none}</td>
    </tr>
  );
}
