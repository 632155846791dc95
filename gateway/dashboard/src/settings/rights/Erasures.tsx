import { useState } from "preact/hooks";
import { type Erasure, erasureNow, erasuresOf } from "../../api/privacy";
import type { Site } from "../../api/session";
import { erasures as words } from "../../text/rights";
import { CodeDialog } from "../CodeDialog";
import { formatTime } from "../dates";
import { ErasureDialog } from "./ErasureDialog";
import { namedRows } from "./rows";
import { TaskList } from "./TaskList";
import { useTasks } from "./use-tasks";

/** Erasure of a user, a visit or all of the site, with the receipts. */
export function Erasures({ site }: { readonly site: Site }) {
  const asked = useTasks({
    key: JSON.stringify(["erasures", site.id]),
    list: (signal) => erasuresOf(site.id, signal),
    one: erasureNow,
  });
  const [open, setOpen] = useState<Erasure | "new" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <TaskList
        title={words.title}
        lead={words.lead}
        add={words.add}
        icon="remove"
        none={words.none}
        asked={asked}
        nameOf={nameOf}
        done={(task) => ({
          about: aboutOf(task),
          actions: task.receipt && (
            <button
              class="button small"
              type="button"
              aria-label={words.receiptOf(nameOf(task))}
              onClick={() => setOpen(task)}
            >
              {words.receipt}
            </button>
          ),
        })}
        onAdd={() => setOpen("new")}
      />
      {open === "new" && (
        <ErasureDialog
          site={site}
          onMade={() => {
            asked.retry();
            close();
          }}
          onClose={close}
        />
      )}
      {open !== null && open !== "new" && (
        <CodeDialog
          title={words.receiptOf(nameOf(open))}
          lead={words.receiptLead}
          label={words.receipt}
          code={open.receipt ?? ""}
          done={words.close}
          onClose={close}
        />
      )}
    </>
  );
}

function nameOf({ kind, createdAt }: Erasure): string {
  return words.name(words.kinds[kind] ?? kind, formatTime(createdAt ?? ""));
}

function aboutOf({ rows }: Erasure): string {
  const gone = namedRows(rows);
  return gone ? words.erased(gone) : words.nothing;
}
