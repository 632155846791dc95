import type { ExperimentGroup, Variant } from "../../api/explore";
import { formatCount, visible } from "../../format";
import { text } from "../../text";
import { type ExperimentForm, onLine, verdictOf } from "./question";
import { formatChance, formatDifference, formatLift, formatOwn } from "./values";

const words = text.explore.experiment;

interface Props {
  readonly group: ExperimentGroup;
  readonly form: ExperimentForm;
}

/** A variant's own value: a rate or a mean. */
export function ownValue(variant: Variant, { measure }: ExperimentForm): number | null {
  if (variant.exposures === 0) return null;
  return measure === "conversion" ? variant.rate : variant.mean;
}

/** The variants one below the other, the control first. */
export function VariantCards({ group, form }: Props) {
  const verdict = verdictOf(group);
  const leader = "best" in verdict ? verdict.best : null;
  const bounds = group.variants.flatMap(({ credible_low: low, credible_high: high }) => [low ?? 0, high ?? 0]);
  const widest = Math.max(...bounds.map(Math.abs), 0);
  return (
    <ul class={verdict.kind === "broken" ? "variants untrusted" : "variants"}>
      {group.variants.map((variant, at) => (
        <li key={variant.variant} class="variant">
          <div class="variant-head">
            <bdi class="variant-name">{visible(variant.variant)}</bdi>
            {at === 0 && <span class="badge">{words.isControl}</span>}
            {variant === leader && <span class="badge leads">{words.leads}</span>}
            <p class="quiet">
              {`${words.shown} ${text.explore.units[form.unit](variant.exposures, formatCount(variant.exposures))}`}
            </p>
          </div>
          <div class="variant-part">
            <p class="variant-label">{form.measure === "conversion" ? words.rate : words.mean}</p>
            <p class="variant-value">{formatOwn(form.measure, form.currency, ownValue(variant, form))}</p>
            <p class="quiet">{`${formatCount(variant.conversions)} ${words.converted.toLowerCase()}`}</p>
          </div>
          <div class="variant-part variant-lift" title={words.liftHelp}>
            <p class="variant-label">{words.lift}</p>
            {at === 0 ? (
              <p class="quiet variant-value">{text.none}</p>
            ) : (
              <Lift variant={variant} form={form} widest={widest} />
            )}
          </div>
          <div class="variant-part">
            <p class="variant-label">{words.chance}</p>
            <p class="variant-value">{formatChance(variant.chance_to_be_best)}</p>
            <span class="meter" aria-hidden="true">
              <span class="meter-bar" style={{ inlineSize: `${100 * (variant.chance_to_be_best ?? 0)}%` }} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}

interface LiftProps {
  readonly variant: Variant;
  readonly form: ExperimentForm;
  /** What either end of the line stands for. */
  readonly widest: number;
}

function Lift({ variant, form, widest }: LiftProps) {
  const { lift, difference, credible_low: low, credible_high: high } = variant;
  const told = (value: number | null) => formatDifference(form.measure, form.currency, value);
  // Without successes of the control there is no lift, but a difference.
  const main = lift === null ? told(difference) : formatLift(lift);
  if (low === null || high === null) return <p class="variant-value">{main}</p>;
  const { start, size } = onLine(low, high, widest);
  const side = low > 0 ? "better" : high < 0 ? "worse" : "open";
  return (
    <>
      <p class={`variant-value ${side}`}>{main}</p>
      <p class="quiet" title={words.intervalHelp}>
        {words.interval(told(low), told(high))}
      </p>
      <span class="interval" aria-hidden="true">
        <span class={`interval-bar ${side}`} style={{ insetInlineStart: `${start}%`, inlineSize: `${size}%` }} />
      </span>
    </>
  );
}
