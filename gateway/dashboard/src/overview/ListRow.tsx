import { asNumber, type Row } from "../api/query";
import { formatValue, safeLink } from "../format";
import { type Dimension, dimensionName } from "../state/dimensions";
import { text } from "../text";
import type { Column } from "./columns";

interface Props {
  readonly dimension: Dimension;
  readonly row: Row;
  readonly columns: readonly Column[];
  /** The first metric of the list's first row: a full bar. */
  readonly most: number;
  readonly filtered: boolean;
  readonly onPick: (value: string) => void;
}

/** One value with its numbers; pressing it filters the page by it. */
export function ListRow({ dimension, row, columns, most, filtered, onPick }: Props) {
  const value = row.dimensions[0] ?? "";
  const label = formatValue(dimension, value);
  const link = dimension === "referrer" ? safeLink(value) : null;
  return (
    <tr class={filtered ? "list-row filtered" : "list-row"}>
      <th scope="row" class="list-name">
        <span class="bar" style={{ inlineSize: `${(100 * (asNumber(row.metrics[0]) ?? 0)) / most}%` }} />
        <span class="list-name-inner">
          <button
            class="list-button"
            type="button"
            aria-pressed={filtered}
            title={filtered ? text.lists.unfilter(`${dimensionName(dimension)}: ${label}`) : label}
            onClick={() => onPick(value)}
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
      {columns.map((column) => (
        <td
          key={column.key}
          class={`number spare-${column.spare} column-${column.key.split(":")[0]}`}
          title={column.exact?.(row)}
        >
          {column.cell(row)}
        </td>
      ))}
    </tr>
  );
}
