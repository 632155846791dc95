import { useContext } from "preact/hooks";
import { formatShort } from "../format";
import { text } from "../text";
import { LiveHere } from "./Listening";

/** How many visitors are there now; told in words where `worded`, else on hovering. */
export function LiveNumber({ worded }: { readonly worded?: boolean }) {
  const { snapshot, state } = useContext(LiveHere);
  if (!snapshot) return <span class="live-number waiting">{text.none}</span>;
  const shown = formatShort(snapshot.visitorsNow);
  const words = text.live.now(snapshot.visitorsNow, shown);
  const old = state !== "fresh";
  return (
    <span class={old ? "live-number old" : "live-number"} title={worded ? undefined : words}>
      <span class="live-dot" aria-hidden="true" />
      {worded ? words : shown}
      {old && <span class="live-old">{text.live.old}</span>}
    </span>
  );
}
