import type { FunnelAnswer, FunnelGroup } from "../../api/explore";
import type { Asked } from "../../api/use-ask";
import { formatShare, formatShort } from "../../format";
import type { Go } from "../../state/use-view";
import type { View } from "../../state/view";
import { text } from "../../text";
import { Problem } from "../../ui/Problem";
import { Nothing } from "../Answer";
import { AnswerTools } from "../AnswerTools";
import { matchName } from "../match";
import { FunnelBars } from "./FunnelBars";
import { FunnelGroups } from "./FunnelGroups";
import { FunnelTable } from "./FunnelTable";
import { chosenSteps, type FunnelForm } from "./question";
import { RateChange } from "./RateChange";

interface Props {
  readonly form: FunnelForm;
  readonly answer: FunnelAnswer;
  /** The same of the compared period. */
  readonly before: FunnelAnswer | null;
  readonly groups: Asked<FunnelAnswer> | null;
  readonly csv: () => Promise<Blob>;
  readonly view: View;
  readonly go: Go;
}

/** A funnel's steps for people; in any order they have no names, but numbers. */
export function stepNames(form: FunnelForm): string[] {
  const steps = chosenSteps(form);
  if (form.order !== "any") return steps.map(matchName);
  return steps.map((_, at) => text.explore.funnel.anyOf(String(at + 1), String(steps.length)));
}

/** The whole conversion, the way from step to step, and the groups. */
export function FunnelResult({ form, answer, before, groups, csv, view, go }: Props) {
  const [group] = answer.groups;
  const [first, last] = [group?.steps[0], group?.steps.at(-1)];
  // While steps are being changed the answer of those before is still there.
  const names = stepNames(form);
  if (!group || !first || !last || first.entered === 0) {
    return <Nothing title={text.explore.funnel.nobody} help={text.explore.funnel.nobodyHelp} />;
  }
  const earlier = comparable(before, group);
  const unit = (number: number) => text.explore.units[form.unit](number, formatShort(number));
  return (
    <>
      <header class="answer-head">
        <div>
          <p class="answer-label">{text.explore.funnel.conversion}</p>
          <p class="answer-number">
            {formatShare(last.rate / 100)} <RateChange now={last.rate} before={earlier?.steps.at(-1)?.rate ?? null} />
          </p>
          <p class="quiet">
            <bdi>{text.explore.funnel.through(formatShort(last.entered), unit(first.entered), names.at(-1) ?? "")}</bdi>
          </p>
        </div>
        <AnswerTools name={`${answer.meta.resolved.site} funnel`} csv={csv} table={{ view, go }} />
      </header>
      {view.table ? (
        <FunnelTable names={names} steps={group.steps} />
      ) : (
        <FunnelBars names={names} steps={group.steps} before={earlier?.steps ?? []} unit={unit} />
      )}
      {groups && form.breakdown && (
        <section class="answer-part" aria-busy={groups.pending}>
          <h2 class="card-title">{text.explore.funnel.groups(text.dimensions[form.breakdown])}</h2>
          {groups.error && !groups.answer ? (
            <Problem error={groups.error} onRetry={groups.retry} />
          ) : (
            <FunnelGroups
              dimension={form.breakdown}
              names={names}
              groups={groups.answer?.groups ?? []}
              view={view}
              go={go}
            />
          )}
        </section>
      )}
    </>
  );
}

/** The compared group, where it has anybody and as many steps. */
function comparable(before: FunnelAnswer | null, group: FunnelGroup): FunnelGroup | null {
  const [found] = before?.groups ?? [];
  return found?.steps[0]?.entered && found.steps.length === group.steps.length ? found : null;
}
