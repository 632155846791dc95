import { useState } from "preact/hooks";
import { type Goal, goalsOf, removeGoal } from "../api/definitions";
import { useAsk } from "../api/use-ask";
import { describe } from "../filters/describe";
import { formatShare, visible } from "../format";
import type { PageProps } from "../pages";
import { readFilters } from "../state/read-filter";
import { text } from "../text";
import { settings } from "../text/settings";
import { Confirm } from "../ui/Confirm";
import { Icon } from "../ui/Icon";
import { IconButton } from "../ui/IconButton";
import { Entries, Entry } from "./Entries";
import { GoalDialog } from "./GoalDialog";

type Open = { readonly what: "new" } | { readonly what: "change" | "remove"; readonly goal: Goal };

/** What visitors should do. */
export function Goals({ site }: PageProps) {
  const words = settings.goals;
  const asked = useAsk(JSON.stringify(["goals", site.id]), (signal) => goalsOf(site.id, signal));
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const add = (
    <button class="button primary" type="button" onClick={() => setOpen({ what: "new" })}>
      <Icon name="plus" /> {words.add}
    </button>
  );
  return (
    <>
      <Entries
        title={words.title}
        lead={words.lead}
        action={add}
        none={<p>{words.none}</p>}
        entries={
          asked.answer?.map((goal) => (
            <Entry
              key={goal.id}
              name={visible(goal.name)}
              about={describeGoal(goal)}
              actions={
                <>
                  <IconButton
                    icon="edit"
                    label={settings.editOf(visible(goal.name))}
                    onClick={() => setOpen({ what: "change", goal })}
                  />
                  <IconButton
                    icon="remove"
                    label={settings.removeOf(visible(goal.name))}
                    onClick={() => setOpen({ what: "remove", goal })}
                  />
                </>
              }
            />
          )) ?? null
        }
        error={asked.error}
        onRetry={asked.retry}
      />
      {open?.what === "remove" ? (
        <Confirm
          title={words.removeTitle(visible(open.goal.name))}
          consequence={words.removeSure}
          onRemove={async () => {
            await removeGoal(open.goal.id);
            asked.retry();
          }}
          onClose={close}
        />
      ) : (
        open && (
          <GoalDialog
            site={site}
            goal={open.what === "change" ? open.goal : null}
            onSaved={() => {
              asked.retry();
              close();
            }}
            onClose={close}
          />
        )
      )}
    </>
  );
}

/** `Event signup where plan is pro · revenue in EUR`. */
function describeGoal({ page, event, filters, scrollThreshold, currency }: Goal): string {
  const words = settings.goals;
  if (page !== null) {
    return scrollThreshold ? words.read(visible(page), formatShare(scrollThreshold / 100)) : words.seen(visible(page));
  }
  const conditions = readFilters(filters);
  const where = conditions
    ? conditions.map((one) => describe(one, () => null)).join(` ${text.filters.and} `)
    : visible(JSON.stringify(filters));
  const parts = [words.happened(visible(event ?? "")), filters.length > 0 ? words.where(where) : ""];
  return [parts.filter(Boolean).join(" "), currency && words.revenue(currency)].filter(Boolean).join(" · ");
}
