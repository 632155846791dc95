import type { FunctionComponent } from "preact";
import type { Suggest } from "../filters/GroupEditor";
import type { Segments } from "../filters/use-segments";
import type { PageProps } from "../pages";
import { text } from "../text";
import { lazily } from "../ui/lazily";

/** What every way to explore gets. */
export interface ToolProps extends PageProps {
  readonly segments: Segments;
  /** Values of a dimension in the chosen period. */
  readonly suggest: Suggest;
}

export interface Tool {
  /** The place below the page. */
  readonly name: string;
  readonly title: string;
  readonly content: FunctionComponent<ToolProps>;
}

/** In the order of the navigation; each comes when it is first shown. */
export const TOOLS: readonly Tool[] = [
  {
    name: "funnel",
    title: text.explore.funnel.title,
    content: lazily(async () => (await import("./funnel/Funnel")).Funnel),
  },
  {
    name: "journeys",
    title: text.explore.journey.title,
    content: lazily(async () => (await import("./journey/Journeys")).Journeys),
  },
  {
    name: "retention",
    title: text.explore.retention.title,
    content: lazily(async () => (await import("./retention/Retention")).Retention),
  },
  {
    name: "experiments",
    title: text.explore.experiment.title,
    content: lazily(async () => (await import("./experiment/Experiments")).Experiments),
  },
  {
    name: "visits",
    title: text.explore.visits.title,
    content: lazily(async () => (await import("./visits/Visits")).Visits),
  },
];
