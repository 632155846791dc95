import { useState } from "preact/hooks";
import { previewRetention, type RetentionPreview, retentionOf } from "../api/privacy";
import type { Site } from "../api/session";
import { useAsk } from "../api/use-ask";
import { sweep as words } from "../text/rights";
import { bucketLabel } from "../time/buckets";
import { Field } from "../ui/Field";
import { Problem } from "../ui/Problem";
import { formatDay, formatTime } from "./dates";
import { namedRows } from "./rights/rows";
import { problemAt, problemElsewhere, useSaving } from "./use-saving";

/** What the daily sweep of the retention removed, and what it would with another one. */
export function Sweep({ site }: { readonly site: Site }) {
  const { answer, error, retry } = useAsk(JSON.stringify(["retention", site.id, site.retention]), (signal) =>
    retentionOf(site.id, signal),
  );
  if (error && !answer) {
    return (
      <section class="card">
        <Problem error={error} onRetry={retry} />
      </section>
    );
  }
  const facts = [
    [words.last, answer?.sweptAt ? formatTime(answer.sweptAt) : words.never],
    [words.removed, namedRows(answer?.rows ?? {}) || words.nothing],
    [words.oldest, answer?.oldestDay ? dayOf(answer.oldestDay) : words.empty],
  ] as const;
  return (
    <section class="card panel" aria-labelledby="sweep">
      <h2 class="panel-title" id="sweep">
        {words.title}
      </h2>
      <p class="panel-lead">{words.lead}</p>
      <dl class="panel-facts" aria-busy={!answer}>
        {facts.slice(0, answer?.sweptAt ? facts.length : 1).map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <DryRun site={site} />
    </section>
  );
}

function DryRun({ site }: { readonly site: Site }) {
  const saving = useSaving();
  const [months, setMonths] = useState(site.retention === "forever" ? 25 : site.retention);
  const [found, setFound] = useState<RetentionPreview | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    await saving.run(async () => setFound(await previewRetention(site.id, months)));
  };
  return (
    <form class="dry-run" onSubmit={submit}>
      <Field label={words.months} hint={words.monthsHint} problem={problemAt(saving.error, "months")}>
        {(ties) => (
          <span class="dry-run-line">
            <input
              {...ties}
              class="input short"
              type="number"
              min={1}
              max={120}
              step={1}
              required
              value={months || ""}
              onInput={(event) => {
                setMonths(event.currentTarget.valueAsNumber || 0);
                setFound(null);
              }}
            />
            <button class="button" type="submit" disabled={saving.busy}>
              {words.submit}
            </button>
          </span>
        )}
      </Field>
      <p role="status">{found && whatGoes(found)}</p>
      <p class="problem" role="alert">
        {problemElsewhere(saving.error, ["months"])}
      </p>
    </form>
  );
}

function whatGoes({ before, events, visits, oldestDay, oldestDayLeft }: RetentionPreview): string {
  const rows = namedRows({ events, visits });
  if (!rows) return oldestDay ? words.wouldNot(dayOf(oldestDay)) : words.wouldNotEmpty;
  const left = oldestDayLeft ? words.left(dayOf(oldestDayLeft)) : words.noneLeft;
  return `${words.would(rows, formatDay(before))} ${left}`;
}

function dayOf(day: string): string {
  return bucketLabel(day, "day", "full");
}
