import { useCallback } from "preact/hooks";
import { keysOf } from "../../api/keys";
import { peopleOf } from "../../api/people";
import type { Site } from "../../api/session";
import { sharesOf } from "../../api/shares";
import { useAsk } from "../../api/use-ask";
import { visible } from "../../format";
import { audit as words } from "../../text/audit";
import { CheckField, Field, FieldGroup } from "../../ui/Field";
import { type Suggestion, ValuesInput } from "../../ui/ValuesInput";

/** What the reader looks for; "" limits nothing. Days are inclusive. */
export interface Wanted {
  readonly actor: string;
  readonly operation: string;
  readonly from: string;
  readonly to: string;
  readonly everySite: boolean;
}

/** Whole services; single operations are narrowed down to in the list. */
const SERVICES = [
  "AccountService",
  "AnnotationService",
  "AuditService",
  "GoalService",
  "ImportService",
  "InvitationService",
  "KeyService",
  "PrivacyService",
  "QueryService",
  "RealtimeService",
  "SegmentService",
  "ShareService",
  "SiteService",
  "UserService",
] as const;

interface Props {
  readonly site: Site;
  readonly wanted: Wanted;
  /** Whether the reader owns every site. */
  readonly ownsAll: boolean;
  readonly onChange: (more: Partial<Wanted>) => void;
}

export function AuditFilters({ site, wanted, ownsAll, onChange }: Props) {
  const actors = useActors(site);
  const suggestActor = useCallback(async (typed: string) => fitting(actors, typed), [actors]);
  return (
    <>
      <div class="audit-filters">
        <FieldGroup label={words.actor}>
          <ValuesInput
            label={words.actor}
            values={wanted.actor ? [wanted.actor] : []}
            labelOf={(id) => actors.find(({ value }) => value === id)?.label ?? visible(id)}
            onChange={([actor = ""]) => onChange({ actor })}
            suggest={suggestActor}
            free
            single
            placeholder={words.anybody}
          />
        </FieldGroup>
        <FieldGroup label={words.operation}>
          <ValuesInput
            label={words.operation}
            values={wanted.operation ? [wanted.operation] : []}
            labelOf={visible}
            onChange={([operation = ""]) => onChange({ operation })}
            suggest={suggestService}
            free
            single
            placeholder={words.anything}
          />
        </FieldGroup>
        <Day label={words.from} value={wanted.from} onChange={(from) => onChange({ from })} />
        <Day label={words.to} value={wanted.to} onChange={(to) => onChange({ to })} />
      </div>
      {ownsAll && (
        <CheckField
          label={words.everySite}
          checked={wanted.everySite}
          onChange={(everySite) => onChange({ everySite })}
        />
      )}
    </>
  );
}

interface DayProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}

function Day({ label, value, onChange }: DayProps) {
  return (
    <Field label={label}>
      {(ties) => (
        <input
          {...ties}
          class="input"
          type="date"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}

/** Who may have asked: people, keys and share links that are there. */
function useActors(site: Site): readonly Suggestion[] {
  const { answer } = useAsk(JSON.stringify(["actors", site.id]), async (signal) => {
    const [{ people }, keys, shares] = await Promise.all([
      peopleOf(site.id, signal),
      keysOf(site.id, signal),
      sharesOf(site.id, signal),
    ]);
    return [
      ...people.map(({ id, email }) => ({ value: id, label: visible(email) })),
      ...keys.map(({ id, name }) => ({ value: id, label: `${visible(name)} (${words.kinds.key})` })),
      ...shares.map(({ id, name }) => ({ value: id, label: `${visible(name)} (${words.kinds.share})` })),
    ];
  });
  return answer ?? NOBODY;
}

const NOBODY: readonly Suggestion[] = [];

async function suggestService(typed: string): Promise<readonly Suggestion[]> {
  return fitting(
    SERVICES.map((value) => ({ value, label: value })),
    typed,
  );
}

function fitting(all: readonly Suggestion[], typed: string): readonly Suggestion[] {
  return all.filter(({ label }) => label.toLowerCase().includes(typed.trim().toLowerCase()));
}
