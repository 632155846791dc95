import { useState } from "preact/hooks";
import { type Verified, verifyReceipt } from "../../api/privacy";
import { visible } from "../../format";
import { erasures, receipts as words } from "../../text/rights";
import { Field } from "../../ui/Field";
import { formatTime } from "../dates";
import { problemAt, problemElsewhere, useSaving } from "../use-saving";
import { namedRows } from "./rows";

/** Checks a receipt that somebody shows. */
export function Receipt() {
  const saving = useSaving();
  const [receipt, setReceipt] = useState("");
  const [verified, setVerified] = useState<Verified | null>(null);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setVerified(null);
    await saving.run(async () => setVerified(await verifyReceipt(receipt.replace(/\s/g, ""))));
  };
  return (
    <form class="card panel" onSubmit={submit}>
      <h2 class="panel-title">{words.title}</h2>
      <p class="panel-lead">{words.lead}</p>
      <Field label={words.label} problem={problemAt(saving.error, "receipt")}>
        {(ties) => (
          <textarea
            {...ties}
            class="input lines"
            rows={4}
            required
            maxLength={20_000}
            autocomplete="off"
            spellcheck={false}
            value={receipt}
            onInput={(event) => {
              setReceipt(event.currentTarget.value);
              setVerified(null);
            }}
          />
        )}
      </Field>
      <div class="panel-end">
        <button class="button" type="submit" disabled={saving.busy}>
          {words.submit}
        </button>
        <p class="problem" role="alert">
          {problemElsewhere(saving.error, ["receipt"])}
        </p>
      </div>
      <div role="status">{verified && <Verdict of={verified} />}</div>
    </form>
  );
}

function Verdict({ of: { valid, reason, kind, site, erasedAt, rows, id, tombstone } }: { readonly of: Verified }) {
  if (!valid) {
    return (
      <p class="verdict no">
        {words.invalid} {visible(reason ?? "")}
      </p>
    );
  }
  const facts = [
    [words.what, erasures.kinds[kind ?? ""] ?? kind],
    [words.site, visible(site ?? "")],
    [words.when, formatTime(erasedAt ?? "")],
    [words.rows, namedRows(rows ?? {}) || erasures.nothing],
    [words.task, id],
    [words.tombstone, tombstone],
  ] as const;
  return (
    <>
      <p class="verdict yes">{words.valid}</p>
      <dl class="panel-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
