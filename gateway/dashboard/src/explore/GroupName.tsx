import { formatValue } from "../format";
import { dimensionName } from "../state/dimensions";
import { isFiltered, toggleFilter } from "../state/filters";
import { text } from "../text";
import type { Breakdown } from "./Choice";
import type { ToolProps } from "./tools";

interface Props extends Pick<ToolProps, "view" | "go"> {
  readonly dimension: Breakdown;
  readonly value: string;
  /** Of the largest group, 0–1: the length of its bar. */
  readonly share: number;
}

/** The head of a group's row; pressing it filters the page by the group. */
export function GroupName({ dimension, value, share, view, go }: Props) {
  const label = formatValue(dimension, value);
  const filtered = isFiltered(view.filters, dimension, value);
  const named = `${dimensionName(dimension)}: ${label}`;
  return (
    <th scope="row" class="list-name">
      <span class="bar" style={{ inlineSize: `${100 * share}%` }} />
      <span class="list-name-inner">
        <button
          class="list-button"
          type="button"
          aria-pressed={filtered}
          title={filtered ? text.lists.unfilter(named) : text.lists.filterBy(named)}
          onClick={() => go({ filters: toggleFilter(view.filters, dimension, value) })}
        >
          <bdi>{label}</bdi>
        </button>
      </span>
    </th>
  );
}
