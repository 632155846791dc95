import { useState } from "preact/hooks";
import { contentOf, type Export, exportNow, exportsOf, exportUser } from "../../api/privacy";
import type { Site } from "../../api/session";
import { formatCount, visible } from "../../format";
import { exports as words } from "../../text/rights";
import { Download } from "../../ui/Download";
import { formatDay, formatTime } from "../dates";
import { FormDialog } from "../FormDialog";
import { problemAt, useSaving } from "../use-saving";
import { namedRows } from "./rows";
import { TaskList } from "./TaskList";
import { UserField } from "./UserField";
import { useTasks } from "./use-tasks";

/** Access: what is held of a user, as a file. */
export function Exports({ site }: { readonly site: Site }) {
  const asked = useTasks({
    key: JSON.stringify(["exports", site.id]),
    list: (signal) => exportsOf(site.id, signal),
    one: exportNow,
  });
  const [open, setOpen] = useState(false);
  return (
    <>
      <TaskList
        title={words.title}
        lead={words.lead}
        add={words.add}
        icon="plus"
        none={words.none}
        asked={asked}
        nameOf={nameOf}
        done={(task) => ({
          about: aboutOf(task),
          actions: isOpen(task) && (
            <>
              <Download
                name={`${task.id}.ndjson`}
                label={words.lines}
                quiet
                ask={() => contentOf(task.id, "application/x-ndjson")}
              />
              <Download
                name={`${task.id}.zip`}
                label={words.csv}
                quiet
                ask={() => contentOf(task.id, "application/zip")}
              />
            </>
          ),
          more: <Missing of={task} />,
        })}
        onAdd={() => setOpen(true)}
      />
      {open && <ExportDialog site={site} onMade={asked.retry} onClose={() => setOpen(false)} />}
    </>
  );
}

function nameOf({ createdAt }: Export): string {
  return words.name(formatTime(createdAt ?? ""));
}

function isOpen({ rows, expiresAt }: Export): boolean {
  return namedRows(rows) !== "" && Date.parse(expiresAt ?? "") > Date.now();
}

function aboutOf(task: Export): string {
  const found = namedRows(task.rows);
  if (!found) return words.nothing;
  return `${found} · ${isOpen(task) ? words.until(formatDay(task.expiresAt)) : words.over}`;
}

/** Names the edges of which something may be missing. */
function Missing({ of: { edges } }: { readonly of: Export }) {
  const behind = edges?.filter(({ drained }) => !drained) ?? [];
  if (behind.length === 0) return null;
  return (
    <div class="entry-note">
      <p>{words.missing}</p>
      <ul>
        {behind.map(({ edge, waitingEvents, heardAt }) => (
          <li key={edge}>
            {words.edge(
              visible(edge),
              namedRows({ events: waitingEvents }) || formatCount(0),
              formatTime(heardAt ?? ""),
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface DialogProps {
  readonly site: Site;
  readonly onMade: () => void;
  readonly onClose: () => void;
}

function ExportDialog({ site, onMade, onClose }: DialogProps) {
  const saving = useSaving();
  const [user, setUser] = useState("");
  const submit = async () => {
    if (!(await saving.run(() => exportUser(site.id, user)))) return;
    onMade();
    onClose();
  };
  return (
    <FormDialog
      title={words.title}
      submit={words.make}
      saving={saving}
      names={["userId"]}
      onSubmit={submit}
      onClose={onClose}
    >
      <UserField value={user} problem={problemAt(saving.error, "userId")} onChange={setUser} />
    </FormDialog>
  );
}
