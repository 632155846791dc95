import type { Goal } from "../../api/definitions";
import type { Site } from "../../api/session";
import { useAsk } from "../../api/use-ask";
import type { Suggest } from "../../filters/GroupEditor";
import type { ExperimentForm } from "./question";

export interface Currency {
  /** What revenue is told in: the chosen one, the goal's, or the one of most sales; "" while unknown or without any. */
  readonly code: string;
  readonly codes: readonly string[];
  readonly pending: boolean;
}

/** Of which currency revenue is compared, where it is; nothing is asked otherwise. */
export function useCurrency(
  site: Site,
  form: ExperimentForm,
  goals: readonly Goal[] | null,
  suggest: Suggest,
): Currency {
  const wanted = form.measure === "revenue";
  const { answer, pending } = useAsk(wanted ? JSON.stringify(["currencies", site.id]) : null, async (signal) => {
    const found = await suggest("currency", "", signal);
    return found.map(({ value }) => value).filter((value) => /^[A-Z]{3}$/.test(value));
  });
  if (!wanted) return { code: "", codes: [], pending: false };
  const { conversion } = form;
  const goal = conversion?.kind === "goal" ? goals?.find(({ name }) => name === conversion.value) : undefined;
  const code = form.currency || goal?.currency || answer?.[0] || "";
  const waits = pending || goals === null;
  return {
    code: waits && !form.currency ? "" : code,
    codes: [...new Set([...(code ? [code] : []), ...(answer ?? [])])],
    pending: waits,
  };
}
