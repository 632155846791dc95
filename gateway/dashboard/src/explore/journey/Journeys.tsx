import { useEffect } from "preact/hooks";
import { call, callForFile } from "../../api/http";
import { useAsk } from "../../api/use-ask";
import { formatCount } from "../../format";
import { text } from "../../text";
import { Answer, AnswerSkeleton, Unasked } from "../Answer";
import { BreakdownChoice, breakdownOf, Choice, optionsOf } from "../Choice";
import { MatchInput } from "../MatchInput";
import { UNCHOSEN } from "../match";
import { problemAt } from "../problem";
import { type Scope, scopeKey, scopeOf } from "../scope";
import { Toolbar } from "../Toolbar";
import type { ToolProps } from "../tools";
import { JourneyResult } from "./JourneyResult";
import { type JourneyForm, journeyJson, MOST_STEPS, readJourney, TOPS, writeJourney } from "./ways";

const words = text.explore.journey;

/** Where visits went from a start, or came from before an end. */
export function Journeys({ site, view, go, segments, suggest }: ToolProps) {
  const form = readJourney(view.own);
  const asked = journeyJson(form);
  const scope = scopeKey(site, view);
  const answered = useAsk(asked && JSON.stringify(["journey", scope, asked]), (signal) =>
    call("POST /api/v1/journey", { ...scopeOf(site, view), ...asked }, { signal }),
  );
  const error = asked ? answered.error : null;
  const change = (changed: Partial<JourneyForm>, step: "push" | "replace" = "push") =>
    go({ own: writeJourney({ ...form, group: "", picked: null, ...changed }) }, step);

  // Opened without a question: the page that most visits start on makes one.
  const unasked = form.place === null;
  const entries = useAsk(unasked ? JSON.stringify(["entries", scope]) : null, (signal) =>
    mostEntered(scopeOf(site, view), signal),
  );
  const first = unasked && !entries.pending ? (entries.answer ?? "") : "";
  useEffect(() => {
    if (first) change({ place: { ...UNCHOSEN, value: first } }, "replace");
  }, [first]);

  return (
    <>
      <Toolbar site={site} view={view} go={go} segments={segments} />
      <div class="explore">
        <section class="card builder" aria-label={text.explore.question}>
          <Choice
            label={words.direction}
            value={form.backwards ? "end" : "start"}
            options={optionsOf(words.directions)}
            onChange={(chosen) => change({ backwards: chosen === "end", place: form.place ?? UNCHOSEN })}
          />
          <MatchInput
            label={form.backwards ? words.end : words.start}
            site={site}
            match={form.place ?? UNCHOSEN}
            suggest={suggest}
            problem={problemAt(error, form.backwards ? "end" : "start")}
            onChange={(place, whole) => change({ place }, whole ? "push" : "replace")}
          />
          <div class="builder-choices">
            <Choice label={words.of} value={form.of} options={optionsOf(words.ofs)} onChange={(of) => change({ of })} />
            <Choice
              label={words.steps}
              value={String(form.steps)}
              options={numbers(Array.from({ length: MOST_STEPS }, (_, at) => at + 1))}
              onChange={(steps) => change({ steps: Number(steps) })}
            />
            <Choice
              label={words.top}
              value={String(form.top)}
              options={numbers(TOPS)}
              onChange={(top) => change({ top: Number(top) })}
            />
            <BreakdownChoice
              value={form.breakdown}
              problem={problemAt(error, "breakdown")}
              onChange={(chosen) => change({ breakdown: breakdownOf(chosen) })}
            />
          </div>
        </section>
        {asked ? (
          <Answer asked={answered}>
            {(answer) => (
              <JourneyResult
                form={form}
                answer={answer}
                csv={() => callForFile("POST /api/v1/journey", { ...scopeOf(site, view), ...asked }, "text/csv")}
                view={view}
                go={go}
                onPick={(picked) => change({ group: form.group, picked })}
                onGroup={(group) => change({ group })}
              />
            )}
          </Answer>
        ) : unasked && entries.pending ? (
          <section class="card answer">
            <AnswerSkeleton />
          </section>
        ) : (
          <Unasked title={words.ask}>{unasked && <p class="quiet">{text.state.emptySite}</p>}</Unasked>
        )}
      </div>
    </>
  );
}

function numbers(offered: readonly number[]): { value: string; label: string }[] {
  return offered.map((number) => ({ value: String(number), label: formatCount(number) }));
}

/** The page that most visits of the scope start on; "" where there are none. */
async function mostEntered(scope: Scope, signal: AbortSignal): Promise<string> {
  const question = { ...scope, metrics: ["visits"], dimensions: ["entry_page"], limit: 1 };
  const { results } = await call("POST /api/v1/query", question, { signal });
  return results[0]?.dimensions[0] ?? "";
}
