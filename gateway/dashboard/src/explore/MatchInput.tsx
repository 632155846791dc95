import { useCallback } from "preact/hooks";
import { goalsOf } from "../api/definitions";
import type { Site } from "../api/session";
import { useAsk } from "../api/use-ask";
import type { Suggest } from "../filters/GroupEditor";
import { visible } from "../format";
import { text } from "../text";
import { Select } from "../ui/Select";
import { ValuesInput } from "../ui/ValuesInput";
import { KINDS, type Kind, type Match } from "./match";
import { WhereEditor } from "./WhereEditor";

interface Props {
  /** What the match is for; its parts' names begin with it. */
  readonly label: string;
  readonly site: Site;
  /** Null: any event, where that may be chosen. */
  readonly match: Match | null;
  /** Offers "anything", which is null. */
  readonly optional?: boolean;
  readonly suggest: Suggest;
  /** Why the API refused it; "" where it did not. */
  readonly problem: string;
  /** `whole`: the choice is made, and what was before is worth going back to. */
  readonly onChange: (match: Match | null, whole: boolean) => void;
}

const ANY = "any";

/** Which events are meant: a page, an event or a goal, found by typing. */
export function MatchInput({ label, site, match, optional, suggest, problem, onChange }: Props) {
  const kind = match?.kind ?? "page";
  const offer = useCallback((typed: string, signal: AbortSignal) => suggest(kind, typed, signal), [suggest, kind]);
  const kinds = KINDS.map((value) => ({ value, label: text.explore.match.kinds[value] }));
  const options: { value: Kind | typeof ANY; label: string }[] = optional
    ? [{ value: ANY, label: text.explore.match.any }, ...kinds]
    : kinds;
  const choose = (chosen: Kind | typeof ANY) =>
    onChange(chosen === ANY ? null : { kind: chosen, value: "", where: [] }, chosen === ANY);
  return (
    <div class="match">
      <Select label={text.explore.match.kind(label)} value={match ? kind : ANY} options={options} onChange={choose} />
      {match && (
        <>
          <ValuesInput
            key={kind}
            label={text.explore.match.value(label)}
            values={match.value ? [match.value] : []}
            labelOf={visible}
            onChange={([value = ""]) => onChange({ ...match, value }, value !== "")}
            suggest={offer}
            free={kind !== "goal"}
            single
            placeholder={text.explore.match.hints[kind]}
          />
          {kind === "goal" && <NoGoals site={site} />}
          {match.value && (
            <WhereEditor
              label={label}
              where={match.where}
              suggest={suggest}
              onChange={(where) => onChange({ ...match, where }, true)}
            />
          )}
        </>
      )}
      {problem && <p class="problem">{problem}</p>}
    </div>
  );
}

function NoGoals({ site }: { readonly site: Site }) {
  const { answer } = useAsk(JSON.stringify(["goals", site.id]), (signal) => goalsOf(site.id, signal));
  return answer?.length === 0 ? <p class="quiet match-note">{text.explore.noGoals}</p> : null;
}
