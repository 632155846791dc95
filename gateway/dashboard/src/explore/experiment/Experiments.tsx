import { useEffect } from "preact/hooks";
import { goalsOf } from "../../api/definitions";
import { call, callForFile } from "../../api/http";
import { useAsk } from "../../api/use-ask";
import { text } from "../../text";
import { Answer, AnswerSkeleton, Nothing, Unasked } from "../Answer";
import { scopeKey, scopeOf } from "../scope";
import { Toolbar } from "../Toolbar";
import type { ToolProps } from "../tools";
import { ExperimentBuilder } from "./ExperimentBuilder";
import { ExperimentResult } from "./ExperimentResult";
import { type ExperimentForm, experimentJson, readExperiment, writeExperiment } from "./question";
import { useCurrency } from "./use-currency";
import { useExperiments } from "./use-experiments";

const words = text.explore.experiment;

/** The variants of an experiment, compared. */
export function Experiments({ site, view, go, segments, suggest }: ToolProps) {
  const form = readExperiment(view.own);
  const known = useExperiments(site, view);
  const goals = useAsk(JSON.stringify(["goals", site.id]), (signal) => goalsOf(site.id, signal));
  const currency = useCurrency(site, form, goals.answer, suggest);
  const told = { ...form, currency: currency.code };
  const asked = experimentJson(told);
  const scope = scopeKey(site, view);
  const split = () => ({ ...scopeOf(site, view), ...asked, breakdown: form.breakdown ?? "" });
  const whole = useAsk(asked && JSON.stringify(["experiment", scope, asked]), (signal) =>
    call("POST /api/v1/experiment", { ...scopeOf(site, view), ...asked }, { signal }),
  );
  const groups = useAsk(
    asked && form.breakdown ? JSON.stringify(["experiment", scope, asked, form.breakdown]) : null,
    (signal) => call("POST /api/v1/experiment", split(), { signal }),
  );
  const change = (changed: Partial<ExperimentForm>, step: "push" | "replace" = "push") =>
    go({ own: writeExperiment({ ...form, ...changed }) }, step);

  // Opened without a question: the experiment that was shown most and the first goal make one.
  const first = form.experiment ? "" : (known.answer?.[0] ?? "");
  const goal = form.conversion ? "" : (goals.answer?.[0]?.name ?? "");
  useEffect(() => {
    if (!first && !goal) return;
    change(
      {
        ...(first ? { experiment: first } : {}),
        ...(goal ? { conversion: { kind: "goal", value: goal, where: [] } } : {}),
      },
      "replace",
    );
  }, [first, goal]);

  const none = known.answer?.length === 0 && !known.pending && !form.experiment;
  const variants = asked ? (whole.answer?.groups[0]?.variants ?? []).map(({ variant }) => variant) : [];
  return (
    <>
      <Toolbar site={site} view={view} go={go} segments={segments} />
      <div class="explore">
        <ExperimentBuilder
          form={form}
          known={known.answer ?? []}
          variants={variants}
          currency={currency}
          site={site}
          suggest={suggest}
          error={asked ? (whole.error ?? groups.error) : null}
          onChange={change}
        />
        {asked ? (
          <Answer asked={whole}>
            {(answer) => (
              <ExperimentResult
                form={told}
                answer={answer}
                groups={form.breakdown ? groups : null}
                csv={() => callForFile("POST /api/v1/experiment", split(), "text/csv")}
                view={view}
                go={go}
              />
            )}
          </Answer>
        ) : none ? (
          <section class="card answer">
            <Nothing title={words.none} help={words.noneHelp} />
          </section>
        ) : known.pending || goals.pending || currency.pending ? (
          <section class="card answer">
            <AnswerSkeleton />
          </section>
        ) : (
          <Unasked title={form.conversion?.value && form.experiment ? words.noRevenue : words.ask} />
        )}
      </div>
    </>
  );
}
