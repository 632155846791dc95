import { useState } from "preact/hooks";
import { type Annotation, annotate, changeAnnotation } from "../api/annotations";
import type { Site } from "../api/session";
import { notes as words } from "../text/people";
import { settings } from "../text/settings";
import { instantAt, today, wallTime } from "../time/wall";
import { Field } from "../ui/Field";
import { FormDialog } from "./FormDialog";
import { problemAt, useSaving } from "./use-saving";

interface Props {
  readonly site: Site;
  /** Null makes a new one. */
  readonly note: Annotation | null;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

const NAMES = ["text", "date", "at", "author"] as const;

/** What happened, on a day or at a time of the site's clocks. */
export function AnnotationDialog({ site, note, onSaved, onClose }: Props) {
  const saving = useSaving();
  const wall = note?.at ? wallTime(new Date(note.at), site.timezone) : "";
  const [text, setText] = useState(note?.text ?? "");
  const [day, setDay] = useState(note?.date ?? (wall.slice(0, 10) || today(new Date(), site.timezone)));
  const [time, setTime] = useState(wall.slice(11, 16));
  const [author, setAuthor] = useState(note?.author ?? "");

  const submit = async () => {
    const when = time ? { date: null, at: instantAt(`${day} ${time}:00`, site.timezone) } : { date: day, at: null };
    const said = { text, author: author || null, ...when };
    const done = await saving.run(() =>
      note ? changeAnnotation(note.id, said) : annotate({ site: site.id, ...said }),
    );
    if (!done) return;
    onSaved();
    onClose();
  };
  return (
    <FormDialog
      title={note ? words.change : words.add}
      submit={note ? settings.save : words.make}
      saving={saving}
      names={NAMES}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label={words.text} hint={words.textHint} problem={problemAt(saving.error, "text")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            required
            maxLength={200}
            autocomplete="off"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Field>
      <div class="form-row">
        <Field label={words.day} hint={words.dayHint(site.timezone)} problem={problemAt(saving.error, "date")}>
          {(ties) => (
            <input
              {...ties}
              class="input"
              type="date"
              required
              value={day}
              onInput={(event) => setDay(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={words.time} hint={words.timeHint} problem={problemAt(saving.error, "at")}>
          {(ties) => (
            <input
              {...ties}
              class="input"
              type="time"
              value={time}
              onInput={(event) => setTime(event.currentTarget.value)}
            />
          )}
        </Field>
      </div>
      <Field label={words.author} hint={words.authorHint} problem={problemAt(saving.error, "author")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            maxLength={100}
            autocomplete="off"
            value={author}
            onInput={(event) => setAuthor(event.currentTarget.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
