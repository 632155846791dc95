import type { JourneyAnswer } from "../../api/explore";
import { formatShort, formatValue } from "../../format";
import { text } from "../../text";
import { Select } from "../../ui/Select";
import { Nothing } from "../Answer";
import { AnswerTools } from "../AnswerTools";
import { matchName } from "../match";
import type { ToolProps } from "../tools";
import { Flow } from "./Flow";
import { JourneyTable } from "./JourneyTable";
import { type JourneyForm, type Place, pickedIn, valueName } from "./ways";

const words = text.explore.journey;

interface Props extends Pick<ToolProps, "view" | "go"> {
  readonly form: JourneyForm;
  readonly answer: JourneyAnswer;
  readonly csv: () => Promise<Blob>;
  readonly onPick: (picked: Place | null) => void;
  readonly onGroup: (group: string) => void;
}

/** The ways of a group of visits. */
export function JourneyResult({ form, answer, csv, view, go, onPick, onGroup }: Props) {
  const { breakdown } = form;
  const group = answer.groups.find(({ value }) => value === form.group) ?? answer.groups[0];
  if (!group || group.visits === 0) return <Nothing title={words.empty} help={words.emptyHelp} />;
  const picked = pickedIn(group, form.picked);
  const through = group.nodes.find(({ step, value }) => step === picked?.step && value === picked.value);
  const visits = (number: number) => text.explore.units.visit(number, formatShort(number));
  return (
    <>
      <header class="answer-head">
        <div>
          <p class="answer-label">
            {form.place && <bdi>{words.through[form.backwards ? "end" : "start"](matchName(form.place))}</bdi>}
          </p>
          <p class="answer-number">{visits(group.visits)}</p>
          {through && (
            <p class="quiet" role="status">
              <bdi>{words.picked(valueName(through.value), visits(through.visits))}</bdi>{" "}
              <button class="link" type="button" onClick={() => onPick(null)}>
                {words.unpick}
              </button>
            </p>
          )}
        </div>
        <AnswerTools name={`${answer.meta.resolved.site} journeys`} csv={csv} table={{ view, go }}>
          {breakdown && (
            <Select
              label={words.group}
              value={group.value}
              options={answer.groups.map(({ value, visits: size }) => ({
                value,
                label: `${formatValue(breakdown, value)} (${formatShort(size)})`,
              }))}
              onChange={onGroup}
            />
          )}
        </AnswerTools>
      </header>
      {view.table ? (
        <JourneyTable group={group} backwards={form.backwards} />
      ) : (
        <Flow group={group} backwards={form.backwards} picked={picked} onPick={onPick} />
      )}
    </>
  );
}
