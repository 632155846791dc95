import type { AuditEntry } from "../../api/audit";
import { formatCount, visible } from "../../format";
import { audit as words } from "../../text/audit";
import { Code } from "../../ui/Code";
import { formatSecond } from "../dates";
import type { Wanted } from "./AuditFilters";

interface Props {
  readonly entry: AuditEntry;
  readonly onNarrow: (more: Partial<Wanted>) => void;
}

/** One entry: when, who and what; opened, all that was asked. */
export function AuditLine({ entry, onNarrow }: Props) {
  const { at, actor, operation, refused, request } = entry;
  return (
    <li class="audit-entry">
      <details>
        <summary class="audit-line">
          <time class="audit-when" dateTime={at}>
            {formatSecond(at)}
          </time>
          <bdi class="audit-who">{nameOf(actor)}</bdi>
          <bdi class="audit-what">{visible(operation)}</bdi>
          {refused && <span class="tag tag-admin">{words.refused(visible(refused))}</span>}
        </summary>
        <div class="audit-more">
          <dl class="panel-facts">
            {factsOf(entry).map(([name, value, title]) => (
              <div key={name} title={title}>
                <dt>{name}</dt>
                <dd>
                  <bdi>{value}</bdi>
                </dd>
              </div>
            ))}
          </dl>
          <p class="form-label">{words.request}</p>
          <Code
            label={words.requestOf(formatCount(entry.number))}
            code={visibleLines(JSON.stringify(request, null, 2))}
          />
          <p class="form-hint">{words.redacted}</p>
          <p class="panel-buttons">
            {actor.id && (
              <button class="button small" type="button" onClick={() => onNarrow({ actor: actor.id })}>
                {words.onlyActor}
              </button>
            )}
            <button class="button small" type="button" onClick={() => onNarrow({ operation })}>
              {words.onlyOperation}
            </button>
          </p>
        </div>
      </details>
    </li>
  );
}

/** `ann@example.org`, `Shop backend (API key)`, `command line`. */
function nameOf({ kind, name, id }: AuditEntry["actor"]): string {
  const said = words.kinds[kind] ?? kind;
  if (!id) return said;
  if (name === null) return `${said}, ${words.gone}`;
  return kind === "person" ? visible(name) : `${visible(name)} (${said})`;
}

function factsOf({ number, actor, site, from }: AuditEntry): readonly (readonly [string, string, string?])[] {
  return [
    [words.number, formatCount(number)],
    [words.id, actor.id ? visible(actor.id) : (words.kinds[actor.kind] ?? actor.kind)],
    [words.site, site === null ? words.noSite : visible(site)],
    [words.network, from === null ? words.noNetwork : visible(from), words.networkHelp],
  ];
}

function visibleLines(text: string): string {
  return text.split("\n").map(visible).join("\n");
}
