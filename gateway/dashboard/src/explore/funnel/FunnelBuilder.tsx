import type { ApiError } from "../../api/http";
import type { Site } from "../../api/session";
import type { Suggest } from "../../filters/GroupEditor";
import { formatCount, formatDuration } from "../../format";
import { text } from "../../text";
import { Icon } from "../../ui/Icon";
import { BreakdownChoice, breakdownOf, Choice, optionsOf } from "../Choice";
import { MatchInput } from "../MatchInput";
import { type Match, UNCHOSEN } from "../match";
import { problemAt } from "../problem";
import { type FunnelForm, MOST_STEPS, movedUp, pathOf, type Unit, without } from "./question";

interface Props {
  readonly form: FunnelForm;
  readonly site: Site;
  readonly suggest: Suggest;
  readonly error: ApiError | null;
  readonly onChange: (form: FunnelForm, step: "push" | "replace") => void;
}

/** Seconds that are offered for all steps together. */
const WINDOWS: Readonly<Record<Unit, readonly number[]>> = {
  visit: [300, 600, 1_800, 3_600],
  visitor_day: [600, 1_800, 3_600, 21_600],
  user: [3_600, 86_400, 604_800, 2_592_000, 7_776_000, 31_536_000],
};

/** Steps and what is asked of them. */
export function FunnelBuilder({ form, site, suggest, error, onChange }: Props) {
  const { steps, order, unit, window, breakdown } = form;
  const put = (at: number, step: Match, whole: boolean) =>
    onChange({ ...form, steps: steps.map((one, other) => (other === at ? step : one)) }, whole ? "push" : "replace");
  const windows = WINDOWS[unit].includes(window) || !window ? WINDOWS[unit] : [window, ...WINDOWS[unit]];

  return (
    <section class="card builder" aria-label={text.explore.question}>
      <h2 class="card-title">{text.explore.funnel.steps}</h2>
      <ol class="builder-steps">
        {steps.map((step, at) => {
          const number = formatCount(at + 1);
          const path = pathOf(form, at);
          return (
            <li key={at} class="builder-step">
              <span class="step-number" aria-hidden="true">
                {number}
              </span>
              <MatchInput
                label={text.explore.funnel.step(number)}
                site={site}
                match={step}
                suggest={suggest}
                problem={path && problemAt(error, path)}
                onChange={(match, whole) => put(at, match ?? UNCHOSEN, whole)}
              />
              <div class="builder-step-tools">
                {at > 0 && (step.value || steps[at - 1]?.value) && (
                  <button
                    class="button bare icon small"
                    type="button"
                    aria-label={text.explore.funnel.up(number)}
                    title={text.explore.funnel.up(number)}
                    onClick={() => onChange({ ...form, steps: movedUp(steps, at) }, "push")}
                  >
                    ↑
                  </button>
                )}
                {(steps.length > 2 || step.value) && (
                  <button
                    class="button bare icon small"
                    type="button"
                    aria-label={text.explore.funnel.remove(number)}
                    title={text.explore.funnel.remove(number)}
                    onClick={() => onChange({ ...form, steps: without(steps, at) }, "push")}
                  >
                    ×
                  </button>
                )}
              </div>
            </li>
          );
        })}
      </ol>
      {steps.length < MOST_STEPS && (
        <button
          class="button add-step"
          type="button"
          onClick={() => onChange({ ...form, steps: [...steps, UNCHOSEN] }, "replace")}
        >
          <Icon name="plus" /> {text.explore.funnel.add}
        </button>
      )}
      <div class="builder-choices">
        <Choice
          label={text.explore.funnel.order}
          value={order}
          options={optionsOf(text.explore.funnel.orders)}
          onChange={(chosen) => onChange({ ...form, order: chosen }, "push")}
        />
        <Choice
          label={text.explore.funnel.unit}
          value={unit}
          options={optionsOf(text.explore.funnel.unitNames)}
          onChange={(chosen) => onChange({ ...form, unit: chosen, window: 0 }, "push")}
          help={unit === "user" ? text.explore.funnel.userHelp : undefined}
        />
        <Choice
          label={text.explore.funnel.window}
          value={String(window)}
          options={[
            { value: "0", label: text.explore.funnel.windowOpen[unit] },
            ...windows.map((seconds) => ({ value: String(seconds), label: formatDuration(seconds) })),
          ]}
          onChange={(chosen) => onChange({ ...form, window: Number(chosen) }, "push")}
          problem={problemAt(error, "window_s")}
        />
        <BreakdownChoice
          value={breakdown}
          problem={problemAt(error, "breakdown")}
          onChange={(chosen) => onChange({ ...form, breakdown: breakdownOf(chosen) }, "push")}
        />
      </div>
    </section>
  );
}
