import type { ComponentChildren } from "preact";
import type { ExperimentGroup, Variant } from "../../api/explore";
import { formatCount, visible } from "../../format";
import { text } from "../../text";
import { Scroll } from "../Scroll";
import type { ExperimentForm } from "./question";
import { ownValue } from "./VariantCards";
import { formatChance, formatDifference, formatLift, formatLoss, formatOwn, formatP } from "./values";

const words = text.explore.experiment;

interface Props {
  readonly group: ExperimentGroup;
  readonly form: ExperimentForm;
  /** What can be done with them. */
  readonly children: ComponentChildren;
}

/** A figure's name, and what it is of a variant. */
type Figure = readonly [string, (variant: Variant) => string];

/** Every figure of the answer in a table. */
export function Figures({ group, form, children }: Props) {
  const { measure, currency } = form;
  const own = (value: number | null) => formatOwn(measure, currency, value);
  const range = (low: number | null, high: number | null) =>
    low === null || high === null
      ? text.none
      : `${formatDifference(measure, currency, low)} … ${formatDifference(measure, currency, high)}`;
  const figures: readonly Figure[] = [
    [words.shown, ({ exposures }) => formatCount(exposures)],
    [words.converted, ({ conversions }) => formatCount(conversions)],
    [measure === "conversion" ? words.rate : words.mean, (variant) => own(ownValue(variant, form))],
    ...(measure === "conversion"
      ? []
      : [[words.deviation, ({ standard_deviation: spread }) => own(spread)] satisfies Figure]),
    [words.lift, ({ lift }) => formatLift(lift)],
    [words.difference, ({ difference }) => formatDifference(measure, currency, difference)],
    [words.credible, ({ credible_low: low, credible_high: high }) => range(low, high)],
    [words.confidence, ({ confidence_low: low, confidence_high: high }) => range(low, high)],
    [words.chance, ({ chance_to_be_best: chance }) => formatChance(chance)],
    [words.beats, ({ chance_to_beat_control: chance }) => formatChance(chance)],
    [words.loss, ({ expected_loss: loss }) => formatLoss(measure, currency, loss)],
    [words.p, ({ p_value: p }) => formatP(p)],
    [words.alwaysValid, ({ always_valid_p: p }) => formatP(p)],
  ];
  return (
    <details class="figures">
      <summary>{words.figures}</summary>
      <Scroll label={words.figures}>
        <table class="table explore-table figures-table">
          <thead>
            <tr>
              <th scope="col">{words.figure}</th>
              {group.variants.map(({ variant }) => (
                <th key={variant} scope="col" class="number">
                  <bdi>{visible(variant)}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figures.map(([name, cell]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {group.variants.map((variant) => (
                  <td key={variant.variant} class="number">
                    {cell(variant)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      <footer class="figures-foot">
        <p class="quiet">{group.ratio_p !== null && words.ratio(formatP(group.ratio_p))}</p>
        {children}
      </footer>
    </details>
  );
}
