import { useContext, useEffect, useState } from "preact/hooks";
import type { Snapshot } from "./live";
import { listenLive } from "./live-socket";
import { currentSession } from "./session";
import { SessionEnded } from "./use-ask";

export interface Live {
  /** The newest one; null until the first came. */
  readonly snapshot: Snapshot | null;
  /** `lost`: no connection. `behind`: connected, but the services behind cannot be heard. In both the snapshot is old. */
  readonly state: "connecting" | "fresh" | "behind" | "lost";
}

export const NOTHING_YET: Live = { snapshot: null, state: "connecting" };

/** What is happening on the site now. An empty site listens to nothing. */
export function useLive(site: string): Live {
  const [live, setLive] = useState(NOTHING_YET);
  const sessionEnded = useContext(SessionEnded);

  useEffect(() => {
    setLive(NOTHING_YET);
    if (!site) return;
    return listenLive(site, {
      message: ({ fresh, snapshot }) =>
        setLive((before) => ({ snapshot: snapshot ?? before.snapshot, state: fresh ? "fresh" : "behind" })),
      lost: () => setLive((before) => ({ ...before, state: "lost" })),
      refused: () => {
        currentSession().then(
          (session) => session ?? sessionEnded(),
          () => undefined,
        );
      },
    });
  }, [site, sessionEnded]);

  return live;
}
