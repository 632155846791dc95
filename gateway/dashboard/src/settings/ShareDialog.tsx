import { useState } from "preact/hooks";
import type { Site } from "../api/session";
import { changeShare, makeShare, type NewShare, type Share } from "../api/shares";
import type { Segments } from "../filters/use-segments";
import { visible } from "../format";
import { shares as words } from "../text/people";
import { settings } from "../text/settings";
import { Code } from "../ui/Code";
import { Field } from "../ui/Field";
import { CodeDialog } from "./CodeDialog";
import { ExpiryField, endOf, expiryOf } from "./ExpiryField";
import { FormDialog } from "./FormDialog";
import { ListField } from "./ListField";
import { problemAt, useSaving } from "./use-saving";

interface Props {
  readonly site: Site;
  readonly segments: Segments;
  /** The one to change; null makes one. */
  readonly share: Share | null;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

const NAMES = ["name", "segment", "password", "embedOrigins", "expiresAt"] as const;

/** Makes a share link, then shows it until it is put away; or changes what can be changed of one. */
export function ShareDialog({ site, segments, share, onSaved, onClose }: Props) {
  const saving = useSaving();
  const [link, setLink] = useState("");
  const [name, setName] = useState(share?.name ?? "");
  const [segment, setSegment] = useState("");
  const [password, setPassword] = useState("");
  const [embedOrigins, setEmbedOrigins] = useState<readonly string[]>(share?.embedOrigins ?? []);
  const [before] = useState(() => expiryOf(share?.expiresAt ?? null));
  const [expiry, setExpiry] = useState(before);

  if (link) {
    return (
      <CodeDialog
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
      </CodeDialog>
    );
  }
  const ends = endOf(expiry);
  const make = async () => {
    const wanted: NewShare = { site: site.id, name, segment, password, embedOrigins, ...(ends && { expiresAt: ends }) };
    setLink((await makeShare(wanted)).link);
    onSaved();
  };
  const change = async ({ id }: Share) => {
    await changeShare(id, { name, embedOrigins, ...(expiry !== before && { expiresAt: ends || null }) });
    onSaved();
    onClose();
  };
  return (
    <FormDialog
      title={share ? words.change : words.add}
      submit={share ? settings.save : words.make}
      saving={saving}
      names={NAMES}
      onSubmit={() => saving.run(() => (share ? change(share) : make()))}
      onClose={onClose}
    >
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
      {!share && (
        <>
          <Field label={words.segment} hint={words.segmentHint} problem={problemAt(saving.error, "segment")}>
            {(ties) => (
              <select
                {...ties}
                class="select"
                value={segment}
                onChange={(event) => setSegment(event.currentTarget.value)}
              >
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
        </>
      )}
      <ListField
        label={words.origins}
        hint={words.originsHint}
        problem={problemAt(saving.error, "embedOrigins")}
        values={embedOrigins}
        onChange={setEmbedOrigins}
      />
      <ExpiryField value={expiry} problem={problemAt(saving.error, "expiresAt")} onChange={setExpiry} />
      {share && <p class="form-hint">{words.fixed}</p>}
    </FormDialog>
  );
}

/** What a page holds that shows the link in a frame. */
function embedding(link: string): string {
  const address = link.replace("#", "?theme=light#");
  return `<iframe src="${address}" title="${words.frameTitle}" width="100%" height="1600" loading="lazy"></iframe>`;
}
