import { revokeShare, type Share, sharesOf } from "../api/shares";
import { useAsk } from "../api/use-ask";
import { type Segments, segmentName, useSegments } from "../filters/use-segments";
import { visible } from "../format";
import type { PageProps } from "../pages";
import { shares as words } from "../text/people";
import { Definitions } from "./Definitions";
import { saidEnd } from "./ExpiryField";
import { ShareDialog } from "./ShareDialog";

/** Links by which anybody sees the site's numbers. */
export function Shares({ site }: PageProps) {
  const asked = useAsk(JSON.stringify(["shares", site.id]), (signal) => sharesOf(site.id, signal));
  const segments = useSegments(site);
  return (
    <Definitions
      words={words}
      asked={asked}
      nameOf={(share) => visible(share.name)}
      about={(share) => about(share, segments)}
      changes
      dialog={(share, close) => (
        <ShareDialog site={site} segments={segments} share={share} onSaved={asked.retry} onClose={close} />
      )}
      remove={revokeShare}
    />
  );
}

function about({ segment, hasPassword, embedOrigins, expiresAt }: Share, segments: Segments): string {
  const name = segment && segmentName(segments, segment);
  const parts = [
    segment ? (name ? words.segmentOf(visible(name)) : words.unknownSegment) : words.wholeSite,
    hasPassword && words.withPassword,
    embedOrigins.length > 0 && words.embeds(embedOrigins.length),
    saidEnd(expiresAt),
  ];
  return parts.filter(Boolean).join(" · ");
}
