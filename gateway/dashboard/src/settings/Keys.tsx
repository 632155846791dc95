import { type Key, keysOf, removeKey } from "../api/keys";
import { useAsk } from "../api/use-ask";
import { visible } from "../format";
import type { PageProps } from "../pages";
import { settings } from "../text/settings";
import { Definitions } from "./Definitions";
import { formatDay } from "./dates";
import { saidEnd } from "./ExpiryField";
import { KeyDialog } from "./KeyDialog";

/** Credentials of backends and programs. */
export function Keys({ site }: PageProps) {
  const asked = useAsk(JSON.stringify(["keys", site.id]), (signal) => keysOf(site.id, signal));
  return (
    <Definitions
      words={settings.keys}
      asked={asked}
      nameOf={(key) => visible(key.name)}
      about={(key) => <About of={key} />}
      changes={false}
      dialog={(_, close) => <KeyDialog site={site} onMade={asked.retry} onClose={close} />}
      remove={removeKey}
    />
  );
}

function About({ of: { scope, site, expiresAt, createdAt } }: { readonly of: Key }) {
  const words = settings.keys;
  return (
    <>
      <span class={`tag tag-${scope}`}>{words.scopes[scope]}</span> {site === null ? words.every : words.here}
      {" · "}
      {saidEnd(expiresAt)}
      {" · "}
      {`${words.created}: ${formatDay(createdAt)}`}
    </>
  );
}
