import type { FunctionComponent } from "preact";
import type { Site } from "./api/session";
import { Overview } from "./overview/Overview";
import type { Go } from "./state/use-view";
import type { View } from "./state/view";
import { text } from "./text";
import { lazily } from "./ui/lazily";

/** What every page gets. Where on the page: `view.place`; parameters of its own: `view.own`. */
export interface PageProps {
  readonly site: Site;
  readonly view: View;
  readonly go: Go;
}

export interface PageEntry {
  /** The first part of the path. */
  readonly name: string;
  readonly title: string;
  readonly content: FunctionComponent<PageProps>;
}

/** The pages in the navigation's order. All but the first come as chunks of their own. */
export const PAGES: readonly PageEntry[] = [
  { name: "", title: text.nav.overview, content: Overview },
  { name: "live", title: text.nav.live, content: lazily(async () => (await import("./live/LiveView")).LiveView) },
  {
    name: "explore",
    title: text.nav.explore,
    content: lazily(async () => (await import("./explore/Explore")).Explore),
  },
  {
    name: "settings",
    title: text.nav.settings,
    content: lazily(async () => (await import("./settings/Settings")).Settings),
  },
];
