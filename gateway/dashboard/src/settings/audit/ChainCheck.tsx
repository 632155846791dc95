import { useState } from "preact/hooks";
import { type Chain, verifyAudit } from "../../api/audit";
import { formatCount, visible } from "../../format";
import { chain as words } from "../../text/audit";
import { Code } from "../../ui/Code";
import { Field } from "../../ui/Field";
import { formatTime } from "../dates";
import { problemAt, problemElsewhere, useSaving } from "../use-saving";

/** Checks the whole log, and gives what is to be kept for the next check. */
export function ChainCheck() {
  const saving = useSaving();
  const [checkpoint, setCheckpoint] = useState("");
  const [found, setFound] = useState<Chain | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setFound(null);
    await saving.run(async () => setFound(await verifyAudit(checkpoint.trim())));
  };
  return (
    <form class="card panel" onSubmit={submit}>
      <h2 class="panel-title">{words.title}</h2>
      <p class="panel-lead">{words.lead}</p>
      <Field label={words.checkpoint} hint={words.checkpointHint} problem={problemAt(saving.error, "checkpoint")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            maxLength={100}
            autocomplete="off"
            spellcheck={false}
            value={checkpoint}
            onInput={(event) => setCheckpoint(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="panel-end">
        <button class="button primary" type="submit" disabled={saving.busy}>
          {saving.busy ? words.busy : words.submit}
        </button>
        <p class="problem" role="alert">
          {problemElsewhere(saving.error, ["checkpoint"])}
        </p>
      </div>
      <div class="verdicts" role="status">
        {found && <Verdict of={found} />}
      </div>
    </form>
  );
}

function Verdict({ of: { intact, entries, first, last, digest, problem, checkedAt } }: { readonly of: Chain }) {
  if (!intact) {
    return (
      <div class="verdict no">
        <p>{words.broken(visible(problem ?? ""))}</p>
        <p>{words.brokenHelp}</p>
      </div>
    );
  }
  if (entries === 0) return <p class="verdict yes">{words.empty}</p>;
  return (
    <>
      <p class="verdict yes">
        {words.intact(formatCount(entries), formatCount(first), formatCount(last))}{" "}
        {words.checked(formatTime(checkedAt))}
      </p>
      <p class="form-label">{words.keep}</p>
      <Code label={words.keep} code={`${last}:${digest}`} />
    </>
  );
}
