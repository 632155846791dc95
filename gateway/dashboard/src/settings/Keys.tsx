import { useState } from "preact/hooks";
import { type Key, keysOf, removeKey } from "../api/keys";
import { useAsk } from "../api/use-ask";
import { visible } from "../format";
import type { PageProps } from "../pages";
import { settings } from "../text/settings";
import { Confirm } from "../ui/Confirm";
import { Icon } from "../ui/Icon";
import { IconButton } from "../ui/IconButton";
import { formatDay } from "./dates";
import { Entries, Entry } from "./Entries";
import { KeyDialog } from "./KeyDialog";

/** Credentials of backends and programs. */
export function Keys({ site }: PageProps) {
  const words = settings.keys;
  const asked = useAsk(JSON.stringify(["keys", site.id]), (signal) => keysOf(site.id, signal));
  const [open, setOpen] = useState<Key | "new" | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Entries
        title={words.title}
        lead={words.lead}
        action={
          <button class="button primary" type="button" onClick={() => setOpen("new")}>
            <Icon name="plus" /> {words.add}
          </button>
        }
        none={<p>{words.none}</p>}
        entries={
          asked.answer?.map((key) => (
            <Entry
              key={key.id}
              name={visible(key.name)}
              about={<About of={key} />}
              actions={
                <IconButton icon="remove" label={settings.removeOf(visible(key.name))} onClick={() => setOpen(key)} />
              }
            />
          )) ?? null
        }
        error={asked.error}
        onRetry={asked.retry}
      />
      {open === "new" && <KeyDialog site={site} onMade={asked.retry} onClose={close} />}
      {open !== null && open !== "new" && (
        <Confirm
          title={words.removeTitle(visible(open.name))}
          consequence={words.removeSure}
          onRemove={async () => {
            await removeKey(open.id);
            asked.retry();
          }}
          onClose={close}
        />
      )}
    </>
  );
}

function About({ of: { scope, site, expiresAt, createdAt } }: { readonly of: Key }) {
  const words = settings.keys;
  const ended = expiresAt && Date.parse(expiresAt) <= Date.now();
  const end = ended ? words.ended(formatDay(expiresAt)) : formatDay(expiresAt) || words.never;
  return (
    <>
      <span class={`tag tag-${scope}`}>{words.scopes[scope]}</span> {site === null ? words.every : words.here}
      {" · "}
      {`${words.expires}: ${end}`}
      {" · "}
      {`${words.created}: ${formatDay(createdAt)}`}
    </>
  );
}
