import { useState } from "preact/hooks";
import { revokeShare, type Share, sharesOf } from "../api/shares";
import { useAsk } from "../api/use-ask";
import { type Segments, segmentName, useSegments } from "../filters/use-segments";
import { visible } from "../format";
import type { PageProps } from "../pages";
import { shares as words } from "../text/people";
import { settings } from "../text/settings";
import { Confirm } from "../ui/Confirm";
import { Icon } from "../ui/Icon";
import { IconButton } from "../ui/IconButton";
import { formatDay } from "./dates";
import { Entries, Entry } from "./Entries";
import { ShareDialog } from "./ShareDialog";

/** Links by which anybody sees the site's numbers. */
export function Shares({ site }: PageProps) {
  const asked = useAsk(JSON.stringify(["shares", site.id]), (signal) => sharesOf(site.id, signal));
  const segments = useSegments(site);
  const [open, setOpen] = useState<Share | "new" | null>(null);
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
          asked.answer?.map((share) => (
            <Entry
              key={share.id}
              name={visible(share.name)}
              about={about(share, segments)}
              actions={
                <IconButton
                  icon="remove"
                  label={settings.removeOf(visible(share.name))}
                  onClick={() => setOpen(share)}
                />
              }
            />
          )) ?? null
        }
        error={asked.error}
        onRetry={asked.retry}
      />
      {open === "new" && <ShareDialog site={site} segments={segments} onMade={asked.retry} onClose={close} />}
      {open !== null && open !== "new" && (
        <Confirm
          title={words.revokeTitle(visible(open.name))}
          consequence={words.revokeSure}
          onRemove={async () => {
            await revokeShare(open.id);
            asked.retry();
          }}
          onClose={close}
        />
      )}
    </>
  );
}

function about({ segment, hasPassword, embedOrigins, expiresAt }: Share, segments: Segments): string {
  const { expires, never, ended } = settings.keys;
  const name = segment && segmentName(segments, segment);
  const day = formatDay(expiresAt);
  const over = expiresAt !== null && Date.parse(expiresAt) <= Date.now();
  const parts = [
    segment ? (name ? words.segmentOf(visible(name)) : words.unknownSegment) : words.wholeSite,
    hasPassword && words.withPassword,
    embedOrigins.length > 0 && words.embeds(embedOrigins.length),
    `${expires}: ${over ? ended(day) : day || never}`,
  ];
  return parts.filter(Boolean).join(" · ");
}
