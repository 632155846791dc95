import { useState } from "preact/hooks";
import { changeGoal, type Goal, type GoalPatch, makeGoal } from "../api/definitions";
import type { Site } from "../api/session";
import { type Condition, complete, filterJson, isGroup } from "../state/filters";
import { readFilters } from "../state/read-filter";
import { settings } from "../text/settings";
import { Field, RadioField } from "../ui/Field";
import { EventGoal } from "./EventGoal";
import { FormDialog } from "./FormDialog";
import { PageGoal } from "./PageGoal";
import { problemAt, useSaving } from "./use-saving";

export type GoalKind = "page" | "event";

/** A goal as it stands in the form. */
export interface GoalDraft {
  readonly name: string;
  readonly kind: GoalKind;
  readonly page: string;
  /** %; 0: by viewing it. */
  readonly scroll: number;
  readonly event: string;
  /** Null: those it has cannot be shown here, and stay. */
  readonly conditions: readonly Condition[] | null;
  /** "": without revenue. */
  readonly currency: string;
}

interface Props {
  readonly site: Site;
  /** The one to change; null makes one. */
  readonly goal: Goal | null;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

const NAMES = ["name", "page", "event", "filters", "scrollThreshold", "currency"] as const;

/** Makes a goal, or changes one. */
export function GoalDialog({ site, goal, onSaved, onClose }: Props) {
  const words = settings.goals;
  const saving = useSaving();
  const [draft, setDraft] = useState(() => draftOf(goal));
  const set = (more: Partial<GoalDraft>) => {
    saving.touch();
    setDraft((before) => ({ ...before, ...more }));
  };
  const problem = (name: (typeof NAMES)[number]) => problemAt(saving.error, name);
  const submit = async () => {
    const patch = patchOf(draft);
    const done = await saving.run(() =>
      goal ? changeGoal(goal.id, { ...patch, name: draft.name }) : makeGoal(site.id, draft.name, patch),
    );
    if (!done) return;
    onSaved();
    onClose();
  };
  return (
    <FormDialog
      title={goal ? words.change : words.add}
      submit={goal ? settings.save : words.make}
      saving={saving}
      names={NAMES}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label={words.name} hint={words.nameHint} problem={problem("name")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            required
            maxLength={120}
            autocomplete="off"
            value={draft.name}
            onInput={(event) => set({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      <RadioField
        label={words.kind}
        value={draft.kind}
        options={[
          { value: "page", label: words.page },
          { value: "event", label: words.event },
        ]}
        onChange={(kind) => set({ kind })}
      />
      {draft.kind === "page" ? (
        <PageGoal site={site} draft={draft} set={set} problem={problem} />
      ) : (
        <EventGoal site={site} draft={draft} set={set} problem={problem} />
      )}
    </FormDialog>
  );
}

function draftOf(goal: Goal | null): GoalDraft {
  return {
    name: goal?.name ?? "",
    kind: goal?.event ? "event" : "page",
    page: goal?.page ?? "",
    scroll: goal?.scrollThreshold ?? 0,
    event: goal?.event ?? "",
    conditions: conditionsOf(goal?.filters ?? []),
    currency: goal?.currency ?? "",
  };
}

function conditionsOf(filters: readonly unknown[]): readonly Condition[] | null {
  const read = readFilters(filters);
  return read && !read.some(isGroup) ? (read as readonly Condition[]) : null;
}

/** What the API is told: what belongs to the other kind of goal is taken away. */
function patchOf({ kind, page, scroll, event, conditions, currency }: GoalDraft): GoalPatch {
  if (kind === "page") return { page, event: null, filters: [], scrollThreshold: scroll || null, currency: null };
  const filters = conditions && { filters: complete(conditions).map(filterJson) };
  return { page: null, event, scrollThreshold: null, currency: currency || null, ...filters };
}
