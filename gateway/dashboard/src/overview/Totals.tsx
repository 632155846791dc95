import type { PageAnswer } from "../api/query";
import type { Site } from "../api/session";
import { formatMetric } from "../format";
import type { Go } from "../state/use-view";
import { METRICS, type Metric, type View } from "../state/view";
import { text } from "../text";
import { lengthInDays } from "../time/range";
import { Change } from "./Change";
import { pointsOf } from "./points";
import { Sparkline } from "./Sparkline";
import { readTotals, type Total } from "./totals";

interface Props {
  readonly site: Site;
  readonly view: View;
  /** The one that the chart shows. */
  readonly metric: Metric;
  readonly answer: PageAnswer | null;
  /** The site's wall-clock time; null for a period that is over. */
  readonly now: string | null;
  readonly pending: boolean;
  readonly go: Go;
}

/** The six numbers, each with its course and its change; pressing one shows it in the chart. */
export function Totals({ site, view, metric: chosen, answer, now, pending, go }: Props) {
  const totals = readTotals(answer);
  const sumOfDays = site.identity === "daily" && lengthInDays(view.range) !== 1;
  return (
    <div class="totals" aria-busy={pending}>
      {METRICS.map((metric) => (
        <button
          key={metric}
          class={`total total-${metric}`}
          type="button"
          aria-pressed={metric === chosen}
          disabled={totals !== null && totals[metric].value === null}
          title={totals?.[metric].value === null ? text.notWithPages : text.metricHelp[metric]}
          onClick={() => go({ metric }, "replace")}
        >
          <span class="total-label">
            {text.metrics[metric]}
            {metric === "visitors" && sumOfDays && <span class="total-note"> {text.dailySum}</span>}
          </span>
          <span class="total-line">
            <Value metric={metric} total={totals?.[metric] ?? null} />
          </span>
          <Sparkline points={pointsOf(answer, metric, now)} />
        </button>
      ))}
    </div>
  );
}

function Value({ metric, total }: { metric: Metric; total: Total | null }) {
  if (!total) return <span class="total-value skeleton">&nbsp;</span>;
  return (
    <>
      <span class="total-value" title={formatMetric(metric, total.value, "exact")}>
        {formatMetric(metric, total.value, "short")}
      </span>{" "}
      {total.change !== null && (
        <Change metric={metric} value={total.value} before={total.before} change={total.change} />
      )}
    </>
  );
}
