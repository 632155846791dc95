import { type Goal, goalsOf, removeGoal } from "../api/definitions";
import { useAsk } from "../api/use-ask";
import { describe } from "../filters/describe";
import { formatShare, visible } from "../format";
import type { PageProps } from "../pages";
import { readFilters } from "../state/read-filter";
import { text } from "../text";
import { settings } from "../text/settings";
import { Definitions } from "./Definitions";
import { GoalDialog } from "./GoalDialog";

/** What visitors should do. */
export function Goals({ site }: PageProps) {
  const asked = useAsk(JSON.stringify(["goals", site.id]), (signal) => goalsOf(site.id, signal));
  return (
    <Definitions
      words={settings.goals}
      asked={asked}
      nameOf={(goal) => visible(goal.name)}
      about={describeGoal}
      changes
      dialog={(goal, close) => <GoalDialog site={site} goal={goal} onSaved={asked.retry} onClose={close} />}
      remove={removeGoal}
    />
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
