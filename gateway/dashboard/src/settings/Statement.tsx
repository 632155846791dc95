import { callForFile } from "../api/http";
import { statementOf } from "../api/privacy";
import type { Site } from "../api/session";
import { useAsk } from "../api/use-ask";
import { text } from "../text";
import { statement as words } from "../text/rights";
import { Code } from "../ui/Code";
import { Download } from "../ui/Download";
import { Problem } from "../ui/Problem";

/** The site's record of processing, made by the API from the settings as they are. */
export function Statement({ site }: { readonly site: Site }) {
  const { answer, error, retry } = useAsk(JSON.stringify(["statement", site]), (signal) =>
    statementOf(site.id, signal),
  );
  const markdown = () =>
    callForFile("GET /api/v1/privacy/statement", undefined, "text/markdown", { parameters: { site: site.id } });
  return (
    <section class="card panel" aria-labelledby="statement">
      <div class="panel-row">
        <h2 class="panel-title" id="statement">
          {words.title}
        </h2>
        <Download name={`${site.id} processing.md`} label={words.download} ask={markdown} />
      </div>
      <p class="panel-lead">{words.lead}</p>
      {answer !== null ? (
        <Code label={words.text} code={answer} />
      ) : error ? (
        <Problem error={error} onRetry={retry} />
      ) : (
        <div class="skeleton entry-skeleton" role="status" aria-label={text.state.loading} />
      )}
    </section>
  );
}
