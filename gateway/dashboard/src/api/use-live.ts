import { useContext, useEffect, useState } from "preact/hooks";
import type { Snapshot } from "./live";
import { listenLive } from "./live-socket";
import { currentSession } from "./session";
import { SessionEnded } from "./use-query";

export interface Live {
  /** Null until the first one came. */
  readonly snapshot: Snapshot | null;
  /** True while the connection is gone and the snapshot, if any, is old. */
  readonly lost: boolean;
}

const NOTHING: Live = { snapshot: null, lost: false };

/** What is happening on the site now. An empty site listens to nothing. */
export function useLive(site: string): Live {
  const [live, setLive] = useState(NOTHING);
  const sessionEnded = useContext(SessionEnded);

  useEffect(() => {
    setLive(NOTHING);
    if (!site) return;
    return listenLive(site, {
      snapshot: (snapshot) => setLive({ snapshot, lost: false }),
      lost: () => setLive((before) => ({ ...before, lost: true })),
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
