import type { Site } from "../api/session";
import { formatMetric } from "../format";
import type { Go } from "../state/use-view";
import { METRICS, type Metric, type View } from "../state/view";
import { text } from "../text";
import { lengthInDays } from "../time/range";
import { meaningfulMetrics } from "./question";
import type { TotalsByMetric } from "./totals";

interface Props {
  readonly site: Site;
  readonly view: View;
  /** The one that the chart shows. */
  readonly metric: Metric;
  readonly totals: TotalsByMetric;
  readonly pending: boolean;
  readonly go: Go;
}

/** The six numbers; pressing one shows its course in the chart. */
export function Totals({ site, view, metric: chosen, totals, pending, go }: Props) {
  const meaningful = meaningfulMetrics(view);
  const sumOfDays = site.identity === "daily" && lengthInDays(view.range) !== 1;
  return (
    <div class="totals" aria-busy={pending}>
      {METRICS.map((metric) => {
        const value = totals[metric];
        const defined = meaningful.includes(metric);
        return (
          <button
            key={metric}
            class="total"
            type="button"
            aria-pressed={metric === chosen}
            disabled={!defined}
            title={defined ? undefined : text.notWithPages}
            onClick={() => go({ metric }, "replace")}
          >
            <span class="total-label">{text.metrics[metric]}</span>
            {value === undefined && defined ? (
              <span class="total-value skeleton">&nbsp;</span>
            ) : (
              <span class="total-value" title={formatMetric(metric, value ?? null, "exact")}>
                {formatMetric(metric, value ?? null, "short")}
              </span>
            )}
            {metric === "visitors" && sumOfDays && <span class="total-note">{text.dailySum}</span>}
          </button>
        );
      })}
    </div>
  );
}
