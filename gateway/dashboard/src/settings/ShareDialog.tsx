import { useState } from "preact/hooks";
import type { Site } from "../api/session";
import { makeShare, type NewShare } from "../api/shares";
import type { Segments } from "../filters/use-segments";
import { visible } from "../format";
import { shares as words } from "../text/people";
import { Code } from "../ui/Code";
import { Field } from "../ui/Field";
import { ExpiryField, endOf, NEVER } from "./ExpiryField";
import { FormDialog } from "./FormDialog";
import { ListField } from "./ListField";
import { OnceDialog } from "./OnceDialog";
import { problemAt, useSaving } from "./use-saving";

interface Props {
  readonly site: Site;
  readonly segments: Segments;
  readonly onMade: () => void;
  readonly onClose: () => void;
}

const NAMES = ["name", "segment", "password", "embedOrigins", "expiresAt"] as const;

/** Makes a share link, then shows it until it is put away. */
export function ShareDialog({ site, segments, onMade, onClose }: Props) {
  const saving = useSaving();
  const [link, setLink] = useState("");
  const [name, setName] = useState("");
  const [segment, setSegment] = useState("");
  const [password, setPassword] = useState("");
  const [embedOrigins, setEmbedOrigins] = useState<string[]>([]);
  const [expiry, setExpiry] = useState(NEVER);

  if (link) {
    return (
      <OnceDialog
        title={words.onceTitle}
        lead={words.onceLead}
        label={words.link}
        code={link}
        done={words.done}
        onClose={onClose}
      >
        {embedOrigins.length > 0 && (
          <div class="once">
            <p class="form-label">{words.embed}</p>
            <p class="form-hint">{words.embedLead}</p>
            <Code label={words.embed} code={embedding(link)} />
          </div>
        )}
      </OnceDialog>
    );
  }
  const submit = () => {
    const ends = endOf(expiry);
    const share: NewShare = { site: site.id, name, segment, password, embedOrigins, ...(ends && { expiresAt: ends }) };
    return saving.run(async () => {
      setLink((await makeShare(share)).link);
      onMade();
    });
  };
  return (
    <FormDialog title={words.add} submit={words.make} saving={saving} names={NAMES} onSubmit={submit} onClose={onClose}>
      <Field label={words.name} hint={words.nameHint} problem={problemAt(saving.error, "name")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            required
            maxLength={100}
            autocomplete="off"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
      <Field label={words.segment} hint={words.segmentHint} problem={problemAt(saving.error, "segment")}>
        {(ties) => (
          <select {...ties} class="select" value={segment} onChange={(event) => setSegment(event.currentTarget.value)}>
            <option value="">{words.whole}</option>
            {segments.all?.map((one) => (
              <option key={one.id} value={one.id}>
                {visible(one.name)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={words.password} hint={words.passwordHint} problem={problemAt(saving.error, "password")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            type="password"
            minLength={10}
            maxLength={1000}
            autocomplete="new-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        )}
      </Field>
      <ListField
        label={words.origins}
        hint={words.originsHint}
        problem={problemAt(saving.error, "embedOrigins")}
        values={embedOrigins}
        onChange={setEmbedOrigins}
      />
      <ExpiryField value={expiry} problem={problemAt(saving.error, "expiresAt")} onChange={setExpiry} />
    </FormDialog>
  );
}

/** What a page holds that shows the link in a frame. */
function embedding(link: string): string {
  const address = link.replace("#", "?theme=light#");
  return `<iframe src="${address}" title="${words.frameTitle}" width="100%" height="1600" loading="lazy"></iframe>`;
}
