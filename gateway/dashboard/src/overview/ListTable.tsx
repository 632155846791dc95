import { asNumber, type Row } from "../api/query";
import { type Dimension, dimensionName } from "../state/dimensions";
import { type Filter, isFiltered } from "../state/filters";
import { text } from "../text";
import type { Column } from "./columns";
import { ListRow } from "./ListRow";

interface Props {
  readonly dimension: Dimension;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  readonly filters: readonly Filter[];
  readonly onPick: (value: string) => void;
  /** The metric that rows are sorted by, and what a click on another's head does; without it heads are words. */
  readonly sorting?: { readonly by: string; readonly onSort: (metric: string) => void };
}

/** Values of a dimension as rows, with bars behind their names. */
export function ListTable({ dimension, columns, rows, filters, onPick, sorting }: Props) {
  const most = Math.max(...rows.map((row) => asNumber(row.metrics[0]) ?? 0), 1);
  return (
    <table class="table list-table">
      <thead>
        <tr>
          <th scope="col">{dimensionName(dimension)}</th>
          {columns.map((column) => (
            <th
              key={column.key}
              scope="col"
              class={`number spare-${column.spare} column-${column.key.split(":")[0]}`}
              title={column.help}
              aria-sort={sorting && sorting.by === column.sort ? "descending" : undefined}
            >
              {sorting && column.sort ? (
                <button
                  class="sort"
                  type="button"
                  title={text.lists.sortBy(column.head)}
                  onClick={() => sorting.onSort(column.sort ?? "")}
                >
                  {column.head}
                  <span class="sort-sign" aria-hidden="true">
                    {sorting.by === column.sort ? " ↓" : ""}
                  </span>
                </button>
              ) : (
                column.head
              )}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ListRow
            key={row.dimensions[0]}
            dimension={dimension}
            row={row}
            columns={columns}
            most={most}
            filtered={isFiltered(filters, dimension, row.dimensions[0] ?? "")}
            onPick={onPick}
          />
        ))}
      </tbody>
    </table>
  );
}
