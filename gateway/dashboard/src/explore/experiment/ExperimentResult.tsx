import type { ExperimentAnswer, ExperimentGroup } from "../../api/explore";
import type { Asked } from "../../api/use-ask";
import { formatCount, formatShare, visible } from "../../format";
import { text } from "../../text";
import { Problem } from "../../ui/Problem";
import { Nothing } from "../Answer";
import { AnswerTools } from "../AnswerTools";
import type { ToolProps } from "../tools";
import { ExperimentGroups } from "./ExperimentGroups";
import { Figures } from "./Figures";
import { type ExperimentForm, sharesOf, type Verdict, verdictOf } from "./question";
import { VariantCards } from "./VariantCards";
import { formatChance } from "./values";

const words = text.explore.experiment;

interface Props extends Pick<ToolProps, "view" | "go"> {
  readonly form: ExperimentForm;
  readonly answer: ExperimentAnswer;
  readonly groups: Asked<ExperimentAnswer> | null;
  readonly csv: () => Promise<Blob>;
}

/** The verdict in words, the variants side by side, and the figures behind. */
export function ExperimentResult({ form, answer, groups, csv, view, go }: Props) {
  const [group] = answer.groups;
  if (!group || group.variants.every(({ exposures }) => exposures === 0)) {
    return <Nothing title={words.empty} help={words.emptyHelp} />;
  }
  return (
    <>
      <VerdictText group={group} form={form} />
      <VariantCards group={group} form={form} />
      {group.several_variants > 0 && (
        <p class="quiet answer-note">{words.several(group.several_variants, formatCount(group.several_variants))}</p>
      )}
      <Figures group={group} form={form}>
        <AnswerTools name={`${answer.meta.resolved.site} ${form.experiment}`} csv={csv} />
      </Figures>
      {groups && form.breakdown && (
        <section class="answer-part" aria-busy={groups.pending}>
          <h2 class="card-title">{text.explore.funnel.groups(text.dimensions[form.breakdown])}</h2>
          {groups.error && !groups.answer ? (
            <Problem error={groups.error} onRetry={groups.retry} />
          ) : (
            <ExperimentGroups
              dimension={form.breakdown}
              form={form}
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

function VerdictText({ group, form }: { readonly group: ExperimentGroup; readonly form: ExperimentForm }) {
  const verdict = verdictOf(group);
  const [title, why] = verdictWords(verdict, group, form);
  return (
    <div class={`verdict verdict-${verdict.kind}`} role={verdict.kind === "broken" ? "alert" : "status"}>
      <p class="verdict-title">
        <bdi>{title}</bdi>
      </p>
      <p>
        <bdi>{why}</bdi>
      </p>
    </div>
  );
}

function verdictWords(
  verdict: Verdict,
  { variants }: ExperimentGroup,
  { weights }: ExperimentForm,
): readonly [string, string] {
  const said = words.verdict;
  if (verdict.kind === "early") return [said.early, said.earlyWhy];
  if (verdict.kind === "broken") {
    const split = (numbers: readonly number[]) => sharesOf(numbers).map(formatShare).join(" / ");
    const even = Object.keys(weights).length === 0;
    const meant = variants.map(({ variant }) => (even ? 1 : (weights[variant] ?? 0)));
    return [said.broken, said.brokenWhy(split(variants.map(({ exposures }) => exposures)), split(meant))];
  }
  const [name, chance] = [visible(verdict.best.variant), formatChance(verdict.chance)];
  if (verdict.kind === "open") return [said.open, said.openWhy(name, chance)];
  if (verdict.kind === "likely") return [said.likely(name), said.likelyWhy(chance)];
  return [said.sure(name), said.sureWhy(chance)];
}
