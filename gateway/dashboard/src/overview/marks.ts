import { useContext, useMemo } from "preact/hooks";
import { type Annotation, annotationsOf } from "../api/annotations";
import { may, RoleHere } from "../api/role";
import type { Site } from "../api/session";
import { useAsk } from "../api/use-ask";
import { visible } from "../format";
import { bucketLabel, type Interval, isRunning } from "../time/buckets";
import { wallTime } from "../time/wall";
import type { Point } from "./points";

export interface Note {
  readonly id: string;
  /** For people. */
  readonly when: string;
  /** What happened, with who says so. */
  readonly line: string;
}

/** The notes of one bucket of the series. */
export interface Mark {
  /** The bucket's. */
  readonly label: string;
  readonly notes: readonly Note[];
}

/** The site's annotations as marks on the points; none for who may not see them. */
export function useMarks(site: Site, points: readonly Point[], interval: Interval): readonly Mark[] {
  const seen = may(useContext(RoleHere), "viewer");
  const { answer } = useAsk(seen ? annotationsKey(site) : null, (signal) => annotationsOf(site.id, signal));
  const labels = points.map(({ label }) => label);
  return useMemo(
    () => marksOf(answer ?? [], labels, interval, site.timezone),
    [answer, labels.join(), interval, site.timezone],
  );
}

/** Names the question for a site's annotations. */
export function annotationsKey(site: Site): string {
  return JSON.stringify(["annotations", site.id]);
}

/** Notes by the bucket they fall into; a day among hours stands at its first. Notes of other times are left out. */
export function marksOf(
  annotations: readonly Annotation[],
  labels: readonly string[],
  interval: Interval,
  zone: string,
): readonly Mark[] {
  const found = new Map<string, Note[]>();
  for (const note of annotations) {
    const wall = note.at ? wallTime(new Date(note.at), zone) : `${note.date} 00:00:00`;
    const label = labels.find((one) => isRunning(one, interval, wall));
    if (label === undefined) continue;
    const said = { id: note.id, when: whenOf(note, zone), line: lineOf(note) };
    found.set(label, [said, ...(found.get(label) ?? [])]);
  }
  return [...found].map(([label, notes]) => ({ label, notes }));
}

function lineOf({ text, author }: Annotation): string {
  return visible(author ? `${text} (${author})` : text);
}

/** The day of a note, or its time as clocks of the site show it. */
export function whenOf(note: Annotation, zone: string): string {
  return note.at
    ? bucketLabel(wallTime(new Date(note.at), zone), "minute", "full")
    : bucketLabel(note.date ?? "", "day", "full");
}
