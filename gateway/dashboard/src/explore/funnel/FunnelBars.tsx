import type { FunnelGroup } from "../../api/explore";
import { formatDuration, formatShare, formatShort } from "../../format";
import { text } from "../../text";
import { RateChange } from "./RateChange";

type Step = FunnelGroup["steps"][number];

interface Props {
  readonly names: readonly string[];
  readonly steps: readonly Step[];
  /** The same of the compared period; none without one. */
  readonly before: readonly Step[];
  /** A number of what goes through the funnel, with its word. */
  readonly unit: (number: number) => string;
}

/** A bar for each step, as long as its share of the first; between them who went on and who left. */
export function FunnelBars({ names, steps, before, unit }: Props) {
  const whole = steps[0]?.entered ?? 0;
  const length = (part: number) => `${whole ? (100 * part) / whole : 0}%`;
  return (
    <ol class="funnel">
      {steps.map((step, at) => {
        const next = steps[at + 1];
        const lost = at > 0 ? (steps[at - 1]?.entered ?? 0) - step.entered : 0;
        return (
          <li key={at} class="funnel-step">
            <p class="funnel-line">
              <span class="step-number" aria-hidden="true">
                {at + 1}
              </span>
              <bdi class="funnel-name" title={names[at]}>
                {names[at]}
              </bdi>
              <span class="funnel-count">{unit(step.entered)}</span>
              {at > 0 && <RateChange now={step.rate} before={before[at]?.rate ?? null} />}
              <span class="funnel-rate">{formatShare(step.rate / 100)}</span>
            </p>
            <div class="funnel-track" aria-hidden="true">
              <span class="funnel-bar" style={{ inlineSize: length(step.entered) }} />
              <span class="funnel-lost" style={{ inlineSize: length(lost) }} />
            </div>
            {next && (
              <p class="funnel-between">
                <span class="funnel-on">{text.explore.funnel.wentOn(formatShare(next.step_rate / 100))}</span>
                {next.median_s !== null && next.p90_s !== null && (
                  <span>{text.explore.funnel.took(formatDuration(next.median_s), formatDuration(next.p90_s))}</span>
                )}
                <span class="funnel-left">
                  {text.explore.funnel.left(formatShort(step.dropped), formatShare(1 - next.step_rate / 100))}
                </span>
              </p>
            )}
          </li>
        );
      })}
    </ol>
  );
}
