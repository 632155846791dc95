import type { Site } from "../api/session";
import { formatShare } from "../format";
import { settings } from "../text/settings";
import { Field } from "../ui/Field";
import type { GoalDraft } from "./GoalDialog";
import { Suggested } from "./Suggested";

export interface KindProps {
  readonly site: Site;
  readonly draft: GoalDraft;
  readonly set: (more: Partial<GoalDraft>) => void;
  readonly problem: (name: "page" | "event" | "filters" | "scrollThreshold" | "currency") => string;
}

/** Depths that the tracker reports by itself, %. */
const DEPTHS = [25, 50, 75, 90, 100];

/** A page to be seen, or to be read to some depth. */
export function PageGoal({ site, draft, set, problem }: KindProps) {
  const words = settings.goals;
  const depths = [...new Set([0, ...DEPTHS, draft.scroll])].sort((one, other) => one - other);
  return (
    <>
      <Suggested
        site={site}
        dimension="page"
        label={words.path}
        hint={words.pathHint}
        problem={problem("page")}
        longest={2_000}
        value={draft.page}
        onChange={(page) => set({ page })}
      />
      <Field label={words.scroll} hint={words.scrollHint} problem={problem("scrollThreshold")}>
        {(ties) => (
          <select
            {...ties}
            class="select"
            value={String(draft.scroll)}
            onChange={(event) => set({ scroll: Number(event.currentTarget.value) })}
          >
            {depths.map((depth) => (
              <option key={depth} value={String(depth)}>
                {depth === 0 ? words.scrollAny : formatShare(depth / 100)}
              </option>
            ))}
          </select>
        )}
      </Field>
    </>
  );
}
