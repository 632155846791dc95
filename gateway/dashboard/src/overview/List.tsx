import { useState } from "preact/hooks";
import { useQuery } from "../api/use-query";
import type { Dimension } from "../state/dimensions";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { Problem } from "../ui/Problem";
import { Warnings } from "../ui/Warnings";
import { ListRow } from "./ListRow";
import { listMetrics, listQuery, type Scope } from "./question";
import type { TotalsByMetric } from "./totals";

const FIRST_ROWS = 9;
const MORE_TIMES = 10;
/** The API's limit. */
const MOST_ROWS = 10_000;

interface Props {
  readonly dimension: Dimension;
  readonly view: View;
  readonly scope: Scope;
  readonly totals: TotalsByMetric;
  /** Warnings that stand under the totals already. */
  readonly shownWarnings: readonly string[];
  readonly go: Go;
}

/** The values of a dimension with most first. */
export function List({ dimension, view, scope, totals, shownWarnings, go }: Props) {
  const [limit, setLimit] = useState(FIRST_ROWS);
  const { answer, error, pending, retry } = useQuery(listQuery(scope, dimension, limit));
  if (error) return <Problem error={error} onRetry={retry} />;
  if (!answer) return <ListSkeleton />;

  const metrics = listMetrics(dimension);
  const rows = answer.results.slice(0, limit);
  const most = Math.max(...rows.map((row) => row.metrics[0] ?? 0), 1);
  const more = answer.results.length >= limit && answer.meta.next_page_token && limit < MOST_ROWS;
  const warnings = (answer.meta.warnings ?? []).filter((sentence) => !shownWarnings.includes(sentence));
  return (
    <div class="list" aria-busy={pending}>
      <table class="table list-table">
        <thead>
          <tr>
            <th scope="col">{text.dimensions[dimension]}</th>
            {metrics.map((metric) => (
              <th key={metric} scope="col" class="number">
                {text.metrics[metric]}
              </th>
            ))}
            <th scope="col" class="number">
              {text.lists.share}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <ListRow
              key={row.dimensions[0]}
              dimension={dimension}
              row={row}
              most={most}
              whole={totals[metrics[0]] ?? null}
              filters={view.filters}
              go={go}
            />
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p class="list-empty quiet">{text.state.empty}</p>}
      {more && (
        <button class="button bare more" type="button" onClick={() => setLimit(limit * MORE_TIMES)}>
          {text.lists.more}
        </button>
      )}
      <Warnings sentences={warnings} />
    </div>
  );
}

function ListSkeleton() {
  return (
    <div class="list" role="status" aria-label={text.state.loading}>
      {Array.from({ length: FIRST_ROWS }, (_, at) => (
        <div key={at} class="skeleton skeleton-row" />
      ))}
    </div>
  );
}
