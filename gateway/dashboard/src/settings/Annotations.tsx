import { useState } from "preact/hooks";
import { type Annotation, annotationsOf, removeAnnotation } from "../api/annotations";
import { useAsk } from "../api/use-ask";
import { visible } from "../format";
import { annotationsKey, whenOf } from "../overview/marks";
import type { PageProps } from "../pages";
import { notes as words } from "../text/people";
import { settings } from "../text/settings";
import { Confirm } from "../ui/Confirm";
import { Icon } from "../ui/Icon";
import { IconButton } from "../ui/IconButton";
import { AnnotationDialog } from "./AnnotationDialog";
import { Entries, Entry } from "./Entries";

type Open =
  | { readonly what: "new"; readonly note: null }
  | { readonly what: "change" | "remove"; readonly note: Annotation };

/** Notes on the site's time line. */
export function Annotations({ site }: PageProps) {
  const asked = useAsk(annotationsKey(site), (signal) => annotationsOf(site.id, signal));
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Entries
        title={words.title}
        lead={words.lead}
        action={
          <button class="button primary" type="button" onClick={() => setOpen({ what: "new", note: null })}>
            <Icon name="plus" /> {words.add}
          </button>
        }
        none={<p>{words.none}</p>}
        entries={
          asked.answer?.map((note) => {
            const name = visible(note.text);
            return (
              <Entry
                key={note.id}
                name={name}
                about={[whenOf(note, site.timezone), note.author && words.by(visible(note.author))]
                  .filter(Boolean)
                  .join(" · ")}
                actions={
                  <>
                    <IconButton
                      icon="edit"
                      label={settings.editOf(name)}
                      onClick={() => setOpen({ what: "change", note })}
                    />
                    <IconButton
                      icon="remove"
                      label={settings.removeOf(name)}
                      onClick={() => setOpen({ what: "remove", note })}
                    />
                  </>
                }
              />
            );
          }) ?? null
        }
        error={asked.error}
        onRetry={asked.retry}
      />
      {open?.what === "remove" && (
        <Confirm
          title={words.removeTitle}
          consequence={words.removeSure}
          onRemove={async () => {
            await removeAnnotation(open.note.id);
            asked.retry();
          }}
          onClose={close}
        />
      )}
      {open && open.what !== "remove" && (
        <AnnotationDialog
          site={site}
          note={open.note}
          onSaved={() => {
            asked.retry();
            close();
          }}
          onClose={close}
        />
      )}
    </>
  );
}
