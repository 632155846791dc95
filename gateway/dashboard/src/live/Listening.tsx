import { type ComponentChildren, createContext } from "preact";
import { type Live, NOTHING_YET, useLive } from "../api/use-live";

/** What is happening on the site now. */
export const LiveHere = createContext<Live>(NOTHING_YET);

interface Props {
  /** The one to listen to; "" for none. */
  readonly site: string;
  readonly children: ComponentChildren;
}

/** Listens for all below it. What happens draws those alone anew that show it, not the whole page each second. */
export function Listening({ site, children }: Props) {
  return <LiveHere.Provider value={useLive(site)}>{children}</LiveHere.Provider>;
}
