import type { CohortAnswer } from "../../api/explore";
import { formatCount, formatShare, formatValue } from "../../format";
import { text } from "../../text";
import { Nothing } from "../Answer";
import { AnswerTools } from "../AnswerTools";
import { Scroll } from "../Scroll";
import { CohortRows } from "./CohortRows";
import { groupsOf, inhabited, type RetentionForm, together } from "./question";

const words = text.explore.retention;

interface Props {
  readonly form: RetentionForm;
  readonly answer: CohortAnswer;
  readonly csv: () => Promise<Blob>;
}

/** Rows of users who began together; the further right, the later; the darker, the more were back. */
export function RetentionResult({ form, answer, csv }: Props) {
  const cohorts = inhabited(answer.cohorts);
  const groups = groupsOf(cohorts);
  const all = together(cohorts);
  const size = groups.reduce((sum, group) => sum + group.size, 0);
  if (size === 0) return <Nothing title={words.empty} help={words.emptyHelp} />;
  const next = all[1];
  return (
    <>
      <header class="answer-head">
        <div>
          {next && next.of > 0 ? (
            <>
              <p class="answer-label">{words.headline(words.one[form.period])}</p>
              <p class="answer-number">{formatShare(next.back / next.of)}</p>
              <p class="quiet">{words.headlineOf(formatCount(next.back), formatCount(next.of))}</p>
            </>
          ) : (
            <p class="quiet">{words.soon}</p>
          )}
        </div>
        <AnswerTools name={`${answer.meta.resolved.site} retention`} csv={csv}>
          <HeatLegend />
        </AnswerTools>
      </header>
      <Scroll label={words.caption}>
        <table class="table cohorts">
          <caption class="unseen">{words.caption}</caption>
          <thead>
            <tr>
              <th scope="col" rowSpan={2} class="cohort-began">
                {words.began}
              </th>
              <th scope="col" rowSpan={2} class="number cohort-size">
                {words.people}
              </th>
              <th scope="colgroup" colSpan={all.length} class="cohort-later">
                {words.later[form.period]}
              </th>
            </tr>
            <tr>
              {all.map((_, later) => (
                <th key={later} scope="col" class="cohort-head">
                  <span class="unseen">{words.column[form.period]} </span>
                  {later}
                </th>
              ))}
            </tr>
          </thead>
          {groups.map(({ value, cohorts }) => (
            <CohortRows
              key={value}
              name={form.breakdown && formatValue(form.breakdown, value)}
              cohorts={cohorts}
              columns={all.length}
              period={form.period}
              people={form.people}
            />
          ))}
        </table>
      </Scroll>
    </>
  );
}

function HeatLegend() {
  return (
    <p class="heat-legend quiet" aria-hidden="true">
      {formatShare(0)}
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <span key={share} class="heat-step" style={{ "--share": share }} />
      ))}
      {formatShare(1)}
    </p>
  );
}
