import { useContext, useState } from "preact/hooks";
import { type Identity, makeSite, Sites } from "../api/sites";
import type { Go } from "../state/use-view";
import { openedPage, type View } from "../state/view";
import { settings } from "../text/settings";
import { Field } from "../ui/Field";
import { IdentityChoice } from "./IdentityChoice";
import { ownTimezone, TimezoneField } from "./TimezoneField";
import { problemAt, problemElsewhere, useSaving } from "./use-saving";

interface Props {
  readonly view: View;
  readonly go: Go;
}

const NAMES = ["id", "domains", "timezone", "identity"] as const;
const LONGEST_ID = 64;

/** Makes a site, then leads to what must be put into it. */
export function NewSite({ view, go }: Props) {
  const words = settings.sites;
  const sites = useContext(Sites);
  const saving = useSaving();
  const [domain, setDomain] = useState("");
  const [ownId, setOwnId] = useState<string | null>(null);
  const [timezone, setTimezone] = useState(ownTimezone);
  const [identity, setIdentity] = useState<Identity>("daily");
  const id = ownId ?? idOf(domain);
  const changed =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      saving.touch();
      set(value);
    };
  const first = sites.all.length === 0;

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    await saving.run(async () => {
      const domains = domain.trim() ? [domain.trim()] : [];
      const made = await makeSite({ id, domains, timezone, identity });
      await sites.reload();
      go({ ...openedPage(view, "settings", "setup"), site: made.id, filters: [] });
    });
  };
  return (
    <form class="card panel" onSubmit={submit}>
      <h2 class="panel-title">{first ? words.first : words.new}</h2>
      <p class="panel-lead">{words.firstLead}</p>
      <IdentityChoice value={identity} onChange={setIdentity} note={settings.identity.later} />
      <div class="form-row">
        <Field label={words.domain} hint={words.domainHint} problem={problemAt(saving.error, "domains")}>
          {(ties) => (
            <input
              {...ties}
              class="input"
              inputMode="url"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              maxLength={253}
              value={domain}
              onInput={(event) => changed(setDomain)(event.currentTarget.value)}
            />
          )}
        </Field>
        <Field label={words.id} hint={words.idHint} problem={problemAt(saving.error, "id")}>
          {(ties) => (
            <input
              {...ties}
              class="input"
              required
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              maxLength={LONGEST_ID}
              value={id}
              onInput={(event) => changed(setOwnId)(event.currentTarget.value)}
            />
          )}
        </Field>
      </div>
      <TimezoneField value={timezone} problem={problemAt(saving.error, "timezone")} onChange={changed(setTimezone)} />
      <div class="panel-end">
        <button class="button primary" type="submit" disabled={saving.busy}>
          {saving.busy ? words.makingIt : words.make}
        </button>
        <p class="problem" role="alert">
          {problemElsewhere(saving.error, NAMES)}
        </p>
      </div>
    </form>
  );
}

/** A name made of the domain: `www.Example.com/` gives `example.com`. */
function idOf(domain: string): string {
  return domain
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, "")
    .replace(/^www\./, "")
    .replace(/\/.*$/, "")
    .replace(/[^a-z0-9._-]+/g, "-")
    .slice(0, LONGEST_ID);
}
