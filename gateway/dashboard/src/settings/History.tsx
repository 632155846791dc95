import { useState } from "preact/hooks";
import { formatCount, formatShare, visible } from "../format";
import type { PageProps } from "../pages";
import { openedPage } from "../state/view";
import { history } from "../text/setup";
import { Code } from "../ui/Code";
import { CheckField, Field } from "../ui/Field";
import { type Import, useImport } from "./use-import";

const LINE = `{"kind":"view","eventId":"6a1f0a52-7d2b-4c8e-9f10-2b1f3a4c5d6e","occurredAt":"2026-01-31T12:00:00Z","pageUrl":"https://example.com/pricing","country":"DE","browser":"Firefox"}`;
const SHOWN = 50;

/** Brings events of before from a file. */
export function History({ site, view, go }: PageProps) {
  const done = useImport(site.id);
  const [file, setFile] = useState<File | null>(null);
  const [keepBots, setKeepBots] = useState(false);
  const working = done.stage === "working";
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (file) done.start(file, keepBots);
  };
  return (
    <>
      <form class="card panel" onSubmit={submit}>
        <h2 class="panel-title">{history.title}</h2>
        <p class="panel-lead">{history.lead}</p>
        <Field label={history.file}>
          {(ties) => (
            <input
              {...ties}
              class="input file"
              type="file"
              accept=".ndjson,.jsonl,.json,.gz,application/x-ndjson"
              required
              disabled={working}
              onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
            />
          )}
        </Field>
        <CheckField label={history.keepBots} checked={keepBots} onChange={setKeepBots} />
        {done.stage !== "ready" && <Progress of={done} />}
        <div class="panel-end">
          {working ? (
            <button class="button" type="button" onClick={done.stop}>
              {history.stop}
            </button>
          ) : (
            <button class="button primary" type="submit" disabled={!file}>
              {history.start}
            </button>
          )}
          {done.stage === "done" && (
            <button
              class="button"
              type="button"
              onClick={() => go({ ...openedPage(view, ""), range: { word: "all" }, filters: [] })}
            >
              {history.open}
            </button>
          )}
        </div>
      </form>
      <section class="card panel">
        <h2 class="panel-title">{history.format}</h2>
        <p class="panel-lead">{history.formatMore}</p>
        <Code label={history.format} code={LINE} />
        <p class="panel-lead">{history.log}</p>
        <Code label={history.log} code={`./run import access-log FILE.gz --site ${site.id}`} />
      </section>
    </>
  );
}

function Progress({ of: { stage, share, balance, problem } }: { readonly of: Import }) {
  const said = {
    ready: "",
    working: history.working(formatShare(share)),
    done: history.done,
    stopped: history.stopped,
    failed: history.failed,
  }[stage];
  const counts = [
    [history.read, balance.read],
    [history.imported, balance.imported],
    [history.duplicates, balance.duplicates],
    [history.ignored, balance.ignored],
    [history.rejected, balance.rejected.length],
  ] as const;
  return (
    <div class="import">
      <progress class="progress" aria-label={history.progress} max={1} value={share} />
      <p role="status">{said}</p>
      <p class="problem" role="alert">
        {problem}
      </p>
      <dl class="balance">
        {counts.map(([label, count]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{formatCount(count)}</dd>
          </div>
        ))}
      </dl>
      {balance.rejected.length > 0 && (
        <div>
          <p class="form-label">{history.refusedLines}</p>
          <ul class="refused">
            {balance.rejected.slice(0, SHOWN).map(({ line, reason }) => (
              <li key={line}>
                <b>{history.line(formatCount(line))}</b> <bdi>{visible(reason)}</bdi>
              </li>
            ))}
          </ul>
          {balance.rejected.length > SHOWN && (
            <p class="quiet">{history.more(formatCount(balance.rejected.length - SHOWN))}</p>
          )}
        </div>
      )}
    </div>
  );
}
