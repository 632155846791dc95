import { useState } from "preact/hooks";
import { makeKey, type NewKey, type Scope } from "../api/keys";
import type { Site } from "../api/session";
import { settings } from "../text/settings";
import { CheckField, Field, RadioField } from "../ui/Field";
import { CodeDialog } from "./CodeDialog";
import { type Expiry, ExpiryField, endOf, NEVER } from "./ExpiryField";
import { FormDialog } from "./FormDialog";
import { problemAt, useSaving } from "./use-saving";

interface Props {
  readonly site: Site;
  readonly onMade: () => void;
  readonly onClose: () => void;
}

const SCOPES: readonly Scope[] = ["ingest", "read", "admin"];
const NAMES = ["name", "scope", "site", "expiresAt"] as const;

/** Makes a key, then shows its secret until it is put away. */
export function KeyDialog({ site, onMade, onClose }: Props) {
  const words = settings.keys;
  const saving = useSaving();
  const [secret, setSecret] = useState<string | null>(null);
  const [name, setName] = useState("");
  const [scope, setScope] = useState<Scope>("ingest");
  const [everySite, setEverySite] = useState(false);
  const [expiry, setExpiry] = useState<Expiry>(NEVER);

  if (secret !== null) {
    return (
      <CodeDialog
        title={words.once}
        lead={words.onceLead}
        label={words.secret}
        code={secret}
        done={words.done}
        onClose={onClose}
      />
    );
  }

  const submit = async () => {
    const ends = endOf(expiry);
    const key: NewKey = {
      name,
      scope,
      site: everySite && scope !== "ingest" ? "" : site.id,
      ...(ends ? { expiresAt: ends } : {}),
    };
    await saving.run(async () => {
      setSecret((await makeKey(key)).secret ?? "");
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
      <RadioField
        label={words.scope}
        problem={problemAt(saving.error, "scope")}
        value={scope}
        options={SCOPES.map((value) => ({ value, label: words.scopes[value], hint: words.scopeHelp[value] }))}
        onChange={setScope}
      />
      {scope !== "ingest" && <CheckField label={words.everySite} checked={everySite} onChange={setEverySite} />}
      <ExpiryField value={expiry} problem={problemAt(saving.error, "expiresAt")} onChange={setExpiry} />
    </FormDialog>
  );
}
