import type { ComponentChildren } from "preact";
import { asNumber, type Row, type Value } from "../api/query";
import { formatMetric, formatShare } from "../format";
import type { Dimension } from "../state/dimensions";
import { text } from "../text";
import { Change } from "./Change";
import { REACHED } from "./question";

/** A column of a list: its head and what stands in a row's cell. */
export interface Column {
  readonly key: string;
  readonly head: string;
  readonly help: string | undefined;
  /** The metric that a click on the head sorts by. */
  readonly sort: string | null;
  /** How soon it goes where room is short: 0 stays. */
  readonly spare: 0 | 1 | 2 | 3;
  readonly cell: (row: Row) => ComponentChildren;
  /** The whole number where the cell shortens it. */
  readonly exact?: (row: Row) => string;
}

export interface ColumnOptions {
  readonly dimension: Dimension;
  readonly metrics: readonly string[];
  readonly place: "card" | "details";
  /** Visitors of all rows together: a share of 100 %. Null while unknown. */
  readonly whole: number | null;
  /** There is something to compare with. */
  readonly compared: boolean;
}

/** The columns of a list, numbers first, then what changed and the share. */
export function columnsOf({ metrics, place, whole, compared }: ColumnOptions): Column[] {
  const plain = place === "card" ? metrics.filter((metric) => !REACHED.includes(metric)) : metrics;
  const columns = plain.map((metric): Column => {
    const at = metrics.indexOf(metric);
    const value = (row: Row): Value => row.metrics[at] ?? null;
    return {
      key: metric,
      head: text.metrics[metric] ?? metric,
      help: REACHED.includes(metric) ? text.lists.readHelp : text.metricHelp[metric],
      sort: metric,
      spare: at === 0 || plain.length <= 2 ? 0 : metric === "pageviews" ? 2 : 1,
      cell: (row) => formatMetric(metric, value(row), place === "card" ? "short" : "exact"),
      exact: (row) => formatMetric(metric, value(row), "exact"),
    };
  });
  if (place === "card" && REACHED.every((metric) => metrics.includes(metric))) columns.push(read(metrics));
  if (compared) columns.push(change(metrics));
  const [first = ""] = metrics;
  if (first === "visitors") columns.push(share(whole));
  return columns;
}

function read(metrics: readonly string[]): Column {
  return {
    key: "read",
    head: text.lists.read,
    help: text.lists.readHelp,
    sort: null,
    spare: 1,
    cell: (row) => {
      const shares = REACHED.map((metric) => asNumber(row.metrics[metrics.indexOf(metric)]) ?? 0);
      if (shares.every((share) => share === 0)) return <span class="quiet">{text.none}</span>;
      const told = text.lists.readOf(shares.map((share) => formatShare(share / 100)).join(", "));
      return (
        <span class="read" role="img" aria-label={told} title={told}>
          {shares.map((share, at) => (
            <span key={at} class="read-bar" style={{ blockSize: `${Math.max(share, 4)}%` }} />
          ))}
        </span>
      );
    },
  };
}

function change(metrics: readonly string[]): Column {
  const [metric = ""] = metrics;
  return {
    key: "change",
    head: text.compare.column,
    help: undefined,
    sort: null,
    spare: 3,
    cell: ({ metrics: [value], comparison }) => (
      <Change
        metric={metric}
        value={asNumber(value)}
        before={asNumber(comparison?.metrics[0])}
        change={asNumber(comparison?.change[0])}
      />
    ),
  };
}

function share(whole: number | null): Column {
  return {
    key: "share",
    head: text.lists.share,
    help: text.lists.shareHelp,
    sort: null,
    spare: 0,
    cell: (row) => {
      const value = asNumber(row.metrics[0]);
      return <span class="quiet">{whole && value !== null ? formatShare(Math.min(1, value / whole)) : text.none}</span>;
    },
  };
}
