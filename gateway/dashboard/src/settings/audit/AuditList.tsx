import type { ComponentChildren } from "preact";
import { type AuditFilter, auditFile, auditOf } from "../../api/audit";
import { usePages } from "../../api/use-pages";
import { formatCount } from "../../format";
import { text } from "../../text";
import { audit as words } from "../../text/audit";
import { Download } from "../../ui/Download";
import { Problem } from "../../ui/Problem";
import type { Wanted } from "./AuditFilters";
import { AuditLine } from "./AuditLine";

interface Props {
  readonly filter: AuditFilter;
  readonly filters: ComponentChildren;
  /** Null where nothing is filtered. */
  readonly onClear: (() => void) | null;
  readonly onNarrow: (more: Partial<Wanted>) => void;
}

/** Entries, the newest first, page by page or as a file. */
export function AuditList({ filter, filters, onClear, onNarrow }: Props) {
  const { first, rows, more, coming, problem } = usePages({
    key: JSON.stringify(["audit", filter]),
    question: () => (token, signal) => auditOf(filter, token, signal),
    read: ({ entries, nextPageToken }) => ({ rows: entries, token: nextPageToken ?? "" }),
  });
  const name = `audit ${filter.site ?? ""}`.trim();
  return (
    <section class="card panel panel-list" aria-labelledby="audit">
      <header class="panel-row">
        <div>
          <h2 class="panel-title" id="audit">
            {words.title}
          </h2>
          <p class="panel-lead">{words.lead}</p>
        </div>
        <div class="panel-buttons">
          <Download name={`${name}.csv`} label={words.csv} ask={() => auditFile(filter, "text/csv")} />
          <Download name={`${name}.ndjson`} label={words.lines} ask={() => auditFile(filter, "application/x-ndjson")} />
        </div>
      </header>
      {filters}
      <div class="audit-head">
        <p class="quiet" role="status">
          {first.pending ? "" : words.shown(rows.length, formatCount(rows.length))}
        </p>
        {onClear && (
          <button class="button bare small" type="button" onClick={onClear}>
            {words.clear}
          </button>
        )}
        <button class="button bare small" type="button" onClick={first.retry}>
          {words.newest}
        </button>
      </div>
      {first.error && !first.answer ? (
        <Problem error={first.error} onRetry={first.retry} />
      ) : !first.answer ? (
        <div class="skeleton entry-skeleton" role="status" aria-label={text.state.loading} />
      ) : rows.length === 0 ? (
        <div class="entries-none">
          <p>{onClear ? words.noneHelp : words.none}</p>
        </div>
      ) : (
        <div aria-busy={first.pending}>
          <ul class="entries">
            {rows.map((entry) => (
              <AuditLine key={entry.number} entry={entry} onNarrow={onNarrow} />
            ))}
          </ul>
          <footer class="list-foot">
            <p class="problem" role="alert">
              {problem}
            </p>
            {more ? (
              <button class="button" type="button" disabled={coming} onClick={more}>
                {words.more}
              </button>
            ) : (
              <p class="quiet">{words.all}</p>
            )}
          </footer>
        </div>
      )}
    </section>
  );
}
