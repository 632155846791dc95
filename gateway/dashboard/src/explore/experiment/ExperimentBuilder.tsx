import type { ApiError } from "../../api/http";
import type { Site } from "../../api/session";
import type { Suggest } from "../../filters/GroupEditor";
import { visible } from "../../format";
import { text } from "../../text";
import { BreakdownChoice, breakdownOf, Choice, optionsOf } from "../Choice";
import { MatchInput } from "../MatchInput";
import { UNCHOSEN } from "../match";
import { problemAt } from "../problem";
import type { ExperimentForm } from "./question";
import type { Currency } from "./use-currency";
import { Weights } from "./Weights";

const words = text.explore.experiment;

interface Props {
  readonly form: ExperimentForm;
  /** Names of experiments. */
  readonly known: readonly string[];
  /** Of the chosen one; none while they are unknown. */
  readonly variants: readonly string[];
  readonly currency: Currency;
  readonly site: Site;
  readonly suggest: Suggest;
  readonly error: ApiError | null;
  readonly onChange: (form: Partial<ExperimentForm>, step?: "push" | "replace") => void;
}

/** Which experiment, what counts as success, and how it is compared. */
export function ExperimentBuilder({ form, known, variants, currency, site, suggest, error, onChange }: Props) {
  const names = form.experiment && !known.includes(form.experiment) ? [form.experiment, ...known] : known;
  const controls = form.control && !variants.includes(form.control) ? [form.control, ...variants] : variants;
  const shown = (values: readonly string[]) => values.map((value) => ({ value, label: visible(value) }));
  return (
    <section class="card builder" aria-label={text.explore.question}>
      <Choice
        label={words.experiment}
        value={form.experiment}
        options={form.experiment ? shown(names) : [{ value: "", label: text.explore.choose }, ...shown(names)]}
        onChange={(experiment) => onChange({ experiment, control: "", weights: {} })}
        problem={problemAt(error, "experiment")}
      />
      <h2 class="card-title">{words.conversion}</h2>
      <MatchInput
        label={words.conversion}
        site={site}
        match={form.conversion ?? UNCHOSEN}
        suggest={suggest}
        problem={problemAt(error, "conversion")}
        onChange={(conversion, whole) => onChange({ conversion }, whole ? "push" : "replace")}
      />
      <div class="builder-choices">
        <Choice
          label={words.measure}
          value={form.measure}
          options={optionsOf(words.measures)}
          onChange={(measure) => onChange({ measure })}
        />
        {form.measure === "revenue" && (
          <Choice
            label={words.currency}
            value={currency.code}
            options={currency.codes.length > 0 ? shown(currency.codes) : [{ value: "", label: text.none }]}
            problem={problemAt(error, "currency")}
            onChange={(code) => onChange({ currency: code })}
          />
        )}
        <Choice
          label={words.unit}
          value={form.unit}
          options={optionsOf(words.units)}
          onChange={(unit) => onChange({ unit })}
        />
        <Choice
          label={words.control}
          value={form.control}
          options={[{ value: "", label: words.controlAuto }, ...shown(controls)]}
          onChange={(control) => onChange({ control })}
          problem={problemAt(error, "control")}
        />
        <Weights
          weights={form.weights}
          variants={variants}
          problem={problemAt(error, "weights")}
          onChange={(weights) => onChange({ weights })}
        />
        <BreakdownChoice
          value={form.breakdown}
          problem={problemAt(error, "breakdown")}
          onChange={(chosen) => onChange({ breakdown: breakdownOf(chosen) })}
        />
      </div>
    </section>
  );
}
