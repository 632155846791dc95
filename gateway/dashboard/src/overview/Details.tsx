import { useEffect, useState } from "preact/hooks";
import { callForFile } from "../api/http";
import type { Site } from "../api/session";
import { useAsk } from "../api/use-ask";
import { formatCount } from "../format";
import { type Dimension, dimensionName } from "../state/dimensions";
import { toggleFilter } from "../state/filters";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { Dialog } from "../ui/Dialog";
import { Download } from "../ui/Download";
import { Icon } from "../ui/Icon";
import { Problem } from "../ui/Problem";
import { Warnings } from "../ui/Warnings";
import { columnsOf } from "./columns";
import { ListTable } from "./ListTable";
import { askList, listMetrics, listQuestion, scopeKey, scopeOf } from "./question";
import type { Total } from "./totals";

const PAGE_ROWS = 50;
/** The API's limit, and the most rows of a CSV file. */
const MOST_ROWS = 10_000;
const PAUSE_MS = 250;

interface Props {
  readonly dimension: Dimension;
  readonly site: Site;
  readonly view: View;
  readonly visitors: Total | null;
  readonly go: Go;
}

/** A list in full: searched, sorted, page by page, and as a file. */
export function Details({ dimension, site, view, visitors, go }: Props) {
  const metrics = listMetrics(dimension, "details");
  const [typed, setTyped] = useState("");
  const [search, setSearch] = useState("");
  const [sort, setSort] = useState(metrics[0] ?? "");
  const [offset, setOffset] = useState(0);
  const close = () => go({ details: null }, "replace");

  useEffect(() => {
    const timer = setTimeout(() => {
      setSearch(typed);
      setOffset(0);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [typed]);

  const question = (limit: number, from: number) =>
    listQuestion(scopeOf(site, view, new Date()), dimension, {
      metrics,
      limit,
      offset: from,
      search,
      sort,
      total: true,
    });
  const key = JSON.stringify(["details", scopeKey(site, view), dimension, search, sort, offset]);
  const { answer, error, pending, retry } = useAsk(key, (signal) => askList(question(PAGE_ROWS, offset), signal));
  const name = Object.hasOwn(text.tabs, dimension)
    ? text.tabs[dimension as keyof typeof text.tabs]
    : dimensionName(dimension);
  const columns = columnsOf({
    dimension,
    metrics,
    place: "details",
    whole: visitors?.value ?? null,
    compared: (visitors?.before ?? 0) > 0,
  });

  return (
    <Dialog title={<bdi>{name}</bdi>} onClose={close} wide>
      <div class="details-tools">
        <label class="search">
          <span class="unseen">{text.lists.search(name)}</span>
          <Icon name="search" />
          <input
            class="input"
            type="search"
            autofocus
            maxLength={2000}
            placeholder={text.lists.searchShort}
            value={typed}
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <Download
          name={`${site.id} ${dimension}.csv`}
          label={text.lists.csv}
          ask={() => callForFile("POST /api/v1/query", question(MOST_ROWS, 0), "text/csv")}
        />
      </div>
      <div class="details-body" aria-busy={pending}>
        {error && !answer ? (
          <Problem error={error} onRetry={retry} />
        ) : answer && answer.rows.length === 0 ? (
          <p class="list-empty quiet">{search ? text.lists.nothingFound(search) : text.state.empty}</p>
        ) : (
          <ListTable
            dimension={dimension}
            columns={columns}
            rows={answer?.rows ?? []}
            filters={view.filters}
            onPick={(value) => go({ filters: toggleFilter(view.filters, dimension, value), details: null })}
            sorting={{
              by: sort,
              onSort: (metric) => {
                setSort(metric);
                setOffset(0);
              },
            }}
          />
        )}
      </div>
      {answer && <Warnings sentences={answer.warnings} />}
      <Paging offset={offset} shown={answer?.rows.length ?? 0} total={answer?.total ?? null} onMove={setOffset} />
    </Dialog>
  );
}

interface PagingProps {
  readonly offset: number;
  readonly shown: number;
  readonly total: number | null;
  readonly onMove: (offset: number) => void;
}

function Paging({ offset, shown, total, onMove }: PagingProps) {
  return (
    <nav class="paging" aria-label={text.lists.details}>
      <span class="quiet" role="status">
        {total ? text.lists.range(formatCount(offset + 1), formatCount(offset + shown), formatCount(total)) : text.none}
      </span>
      <button
        class="button"
        type="button"
        disabled={offset === 0}
        onClick={() => onMove(Math.max(0, offset - PAGE_ROWS))}
      >
        {text.lists.previous}
      </button>
      <button
        class="button"
        type="button"
        disabled={total === null || offset + shown >= total}
        onClick={() => onMove(offset + PAGE_ROWS)}
      >
        {text.lists.next}
      </button>
    </nav>
  );
}
