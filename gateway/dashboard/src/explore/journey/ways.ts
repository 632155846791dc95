import type { JourneyGroup, JourneyQuestion } from "../../api/explore";
import { visible } from "../../format";
import { text } from "../../text";
import { type Breakdown, breakdownOf } from "../Choice";
import { type Match, matchJson, type Own, readMatch, writeMatch } from "../match";

export type Of = NonNullable<JourneyQuestion["of"]>;

/** The most steps that the API follows. */
export const MOST_STEPS = 10;
const STEPS = 3;
export const TOPS = [5, 10, 20] as const;
const TOP = 10;
/** What the API calls all values of a step that are not among the first. */
const OTHERS = "(other)";

export interface JourneyForm {
  /** Back from an end, not on from a start. */
  readonly backwards: boolean;
  readonly place: Match | null;
  readonly of: Of;
  readonly steps: number;
  readonly top: number;
  readonly breakdown: Breakdown | null;
  /** The group that is shown; "" is the first. */
  readonly group: string;
  readonly picked: Place | null;
}

/** A value at a step. */
export interface Place {
  readonly step: number;
  readonly value: string;
}

export function readJourney(own: Own): JourneyForm {
  const end = readMatch(own, "end");
  const steps = Number(own.steps);
  const [step = "", ...value] = (own.at ?? "").split(":");
  return {
    backwards: end !== null,
    place: end ?? readMatch(own, "start"),
    of: own.of === "events" ? "events" : "pages",
    steps: Number.isInteger(steps) && steps >= 1 && steps <= MOST_STEPS ? steps : STEPS,
    top: TOPS.find((one) => String(one) === own.top) ?? TOP,
    breakdown: breakdownOf(own.by),
    group: own.group ?? "",
    picked: /^\d+$/.test(step) ? { step: Number(step), value: value.join(":") } : null,
  };
}

export function writeJourney(form: JourneyForm): Own {
  return {
    ...writeMatch(form.backwards ? "end" : "start", form.place),
    ...(form.of === "pages" ? {} : { of: form.of }),
    ...(form.steps === STEPS ? {} : { steps: String(form.steps) }),
    ...(form.top === TOP ? {} : { top: String(form.top) }),
    ...(form.breakdown ? { by: form.breakdown } : {}),
    ...(form.group ? { group: form.group } : {}),
    ...(form.picked ? { at: `${form.picked.step}:${form.picked.value}` } : {}),
  };
}

/** The question without its scope; null while the place is not chosen. */
export function journeyJson(form: JourneyForm): Omit<JourneyQuestion, "site"> | null {
  if (!form.place?.value) return null;
  return {
    [form.backwards ? "end" : "start"]: matchJson(form.place),
    of: form.of,
    steps: form.steps,
    limit: form.top,
    ...(form.breakdown ? { breakdown: form.breakdown } : {}),
  };
}

export interface FlowRow {
  readonly value: string;
  /** All visits here; with a pick those that it shares a link with; null where that is not known. */
  readonly visits: number | null;
}

export interface FlowColumn {
  readonly step: number;
  readonly rows: readonly FlowRow[];
  /** Visits that had the step nearer to the start or end, and none here; null where that is not known. */
  readonly left: number | null;
}

/** A column for each step, in time's order. Beside a picked place stand the visits that came from and went on to. */
export function columnsOf(group: JourneyGroup, backwards: boolean, picked: Place | null): FlowColumn[] {
  const last = Math.max(...group.nodes.map(({ step }) => step), 0);
  const columns = Array.from({ length: last + 1 }, (_, step): FlowColumn => {
    const nodes = group.nodes.filter((node) => node.step === step);
    const nearer = group.nodes.filter((node) => node.step === step - 1);
    const left = picked ? nearer.filter(({ step, value }) => picked.step === step && picked.value === value) : nearer;
    return {
      step,
      rows: nodes.map(({ value, visits }) => ({ value, visits: picked ? beside(group, picked, step, value) : visits })),
      left: picked && picked.step !== step - 1 ? null : left.reduce((sum, node) => sum + node.left, 0),
    };
  });
  return backwards ? columns.reverse() : columns;
}

/** Visits that a value at a step shares with the picked place. */
function beside(group: JourneyGroup, picked: Place, step: number, value: string): number | null {
  if (step === picked.step) {
    if (value !== picked.value) return null;
    return group.nodes.find((node) => node.step === step && node.value === value)?.visits ?? 0;
  }
  const linked = (at: number, from: string, to: string) =>
    group.links.find((link) => link.step === at && link.from === from && link.to === to)?.visits ?? 0;
  if (step === picked.step + 1) return linked(picked.step, picked.value, value);
  if (step === picked.step - 1) return linked(step, value, picked.value);
  return null;
}

/** The pick, if the group holds it. */
export function pickedIn(group: JourneyGroup, picked: Place | null): Place | null {
  const found = group.nodes.some(({ step, value }) => step === picked?.step && value === picked.value);
  return found ? picked : null;
}

/** A step's value for people. */
export function valueName(value: string): string {
  return value === OTHERS ? text.explore.journey.others : visible(value);
}
