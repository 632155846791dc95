import type { FunctionComponent } from "preact";
import type { Role } from "../api/role";
import type { PageProps } from "../pages";
import { settings } from "../text/settings";
import { Annotations } from "./Annotations";
import { Audit } from "./audit/Audit";
import { Exclusions } from "./Exclusions";
import { General } from "./General";
import { Goals } from "./Goals";
import { History } from "./History";
import { Keys } from "./Keys";
import { People } from "./People";
import { Privacy } from "./Privacy";
import { Rights } from "./rights/Rights";
import { Segments } from "./Segments";
import { Setup } from "./Setup";
import { Shares } from "./Shares";

export interface Section {
  /** The second part of the path. */
  readonly place: string;
  readonly title: string;
  /** The least role that may do what stands there. */
  readonly needs: Role;
  readonly content: FunctionComponent<PageProps>;
}

/** What can be set of a site, in the navigation's order. */
export const SECTIONS: readonly Section[] = [
  { place: "setup", title: settings.sections.setup, needs: "viewer", content: Setup },
  { place: "general", title: settings.sections.general, needs: "admin", content: General },
  { place: "exclusions", title: settings.sections.exclusions, needs: "admin", content: Exclusions },
  { place: "goals", title: settings.sections.goals, needs: "analyst", content: Goals },
  { place: "segments", title: settings.sections.segments, needs: "analyst", content: Segments },
  { place: "annotations", title: settings.sections.annotations, needs: "analyst", content: Annotations },
  { place: "shares", title: settings.sections.shares, needs: "admin", content: Shares },
  { place: "people", title: settings.sections.people, needs: "owner", content: People },
  { place: "keys", title: settings.sections.keys, needs: "admin", content: Keys },
  { place: "import", title: settings.sections.import, needs: "admin", content: History },
  { place: "privacy", title: settings.sections.privacy, needs: "admin", content: Privacy },
  { place: "rights", title: settings.sections.rights, needs: "admin", content: Rights },
  { place: "audit", title: settings.sections.audit, needs: "owner", content: Audit },
];
