import type { Site } from "../api/session";
import { type Dimension, keyOf } from "../state/dimensions";
import { toggleFilter } from "../state/filters";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { Problem } from "../ui/Problem";
import { Warnings } from "../ui/Warnings";
import { columnsOf } from "./columns";
import { ListTable } from "./ListTable";
import { FIRST_ROWS, isHidden } from "./question";
import type { Total } from "./totals";
import { type Page, useList } from "./use-page";

interface Props {
  readonly dimension: Dimension;
  readonly site: Site;
  readonly view: View;
  readonly page: Page;
  readonly visitors: Total | null;
  readonly go: Go;
}

/** The values of a dimension with most first; a way to see them all. */
export function List({ dimension, site, view, page, visitors, go }: Props) {
  const { answer, error, pending, retry } = useList(site, view, page, dimension);
  // What went wrong with the whole page is told once, above.
  if (error && !answer)
    return error === page.whole.error ? <div class="list" /> : <Problem error={error} onRetry={retry} />;
  if (!answer) return <ListSkeleton />;

  const { metrics } = answer;
  const rows = answer.rows.filter((row) => !isHidden(dimension, row)).slice(0, FIRST_ROWS);
  const columns = columnsOf({
    dimension,
    metrics,
    place: "card",
    whole: visitors?.value ?? null,
    compared: (visitors?.before ?? 0) > 0,
  });
  const shownAbove = page.whole.answer?.meta.warnings ?? [];
  return (
    <div class="list" aria-busy={pending}>
      {rows.length === 0 ? (
        <p class="list-empty quiet">{emptyText(dimension, view)}</p>
      ) : (
        <ListTable
          dimension={dimension}
          columns={columns}
          rows={rows}
          filters={view.filters}
          onPick={(value) => go({ filters: toggleFilter(view.filters, dimension, value) })}
        />
      )}
      <Warnings sentences={answer.warnings.filter((sentence) => !shownAbove.includes(sentence))} />
    </div>
  );
}

/** Says what to do where that is known. */
function emptyText(dimension: Dimension, view: View): string {
  if (view.filters.length > 0) return text.state.noMatch;
  const [prefix] = keyOf(dimension);
  if (prefix === "prop:") return text.lists.empty.prop ?? text.state.empty;
  const subject = dimension.startsWith("utm_") ? "utm" : dimension === "city" ? "region" : dimension;
  return text.lists.empty[subject] ?? text.state.empty;
}

export function ListSkeleton() {
  return (
    <div class="list" role="status" aria-label={text.state.loading}>
      {Array.from({ length: FIRST_ROWS }, (_, at) => (
        <div key={at} class="skeleton skeleton-row" />
      ))}
    </div>
  );
}
