import { call, callForFile } from "../../api/http";
import { useAsk } from "../../api/use-ask";
import { text } from "../../text";
import { Answer } from "../Answer";
import { BreakdownChoice, breakdownOf, Choice, optionsOf } from "../Choice";
import { MatchInput } from "../MatchInput";
import { problemAt } from "../problem";
import { scopeKey, scopeOf } from "../scope";
import { Toolbar } from "../Toolbar";
import type { ToolProps } from "../tools";
import { type RetentionForm, readRetention, retentionJson, writeRetention } from "./question";
import { RetentionResult } from "./RetentionResult";

const words = text.explore.retention;

/** How many users come back, by when they began. */
export function Retention({ site, view, go, segments, suggest }: ToolProps) {
  const form = readRetention(view.own, view.range);
  const asked = retentionJson(form);
  const answered = useAsk(JSON.stringify(["cohort", scopeKey(site, view), asked]), (signal) =>
    call("POST /api/v1/cohort", { ...scopeOf(site, view), ...asked }, { signal }),
  );
  const { error } = answered;
  const change = (changed: Partial<RetentionForm>, step: "push" | "replace" = "push") =>
    go({ own: writeRetention({ ...form, ...changed }, view.range) }, step);

  return (
    <>
      <Toolbar site={site} view={view} go={go} segments={segments} />
      <div class="explore">
        <section class="card builder" aria-label={text.explore.question}>
          <h2 class="card-title">{words.begin}</h2>
          <MatchInput
            label={words.begin}
            site={site}
            match={form.begin}
            optional
            suggest={suggest}
            problem={problemAt(error, "start")}
            onChange={(begin, whole) => change({ begin }, whole ? "push" : "replace")}
          />
          <h2 class="card-title">{words.back}</h2>
          <MatchInput
            label={words.back}
            site={site}
            match={form.back}
            optional
            suggest={suggest}
            problem={problemAt(error, "back")}
            onChange={(back, whole) => change({ back }, whole ? "push" : "replace")}
          />
          <div class="builder-choices">
            <Choice
              label={words.period}
              value={form.period}
              options={optionsOf(words.periods)}
              onChange={(period) => change({ period })}
              problem={problemAt(error, "period")}
            />
            <Choice
              label={words.count}
              value={form.count}
              options={optionsOf(words.counts)}
              onChange={(count) => change({ count })}
            />
            <Choice
              label={words.show}
              value={form.people ? "people" : "share"}
              options={optionsOf(words.shows)}
              onChange={(show) => change({ people: show === "people" }, "replace")}
            />
            <BreakdownChoice
              value={form.breakdown}
              problem={problemAt(error, "breakdown")}
              onChange={(chosen) => change({ breakdown: breakdownOf(chosen) })}
            />
            <label class="check builder-check" title={words.firstInRangeHelp}>
              <input
                type="checkbox"
                checked={form.firstInRange}
                onChange={() => change({ firstInRange: !form.firstInRange })}
              />
              {words.firstInRange}
            </label>
          </div>
        </section>
        <Answer asked={answered}>
          {(answer) => (
            <RetentionResult
              form={form}
              answer={answer}
              csv={() => callForFile("POST /api/v1/cohort", { ...scopeOf(site, view), ...asked }, "text/csv")}
            />
          )}
        </Answer>
      </div>
    </>
  );
}
