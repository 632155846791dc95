import { useCallback, useContext } from "preact/hooks";
import { removeSegment, type Segment, saveSegment, segmentsOf } from "../api/definitions";
import type { ApiError } from "../api/http";
import { may, RoleHere } from "../api/role";
import type { Site } from "../api/session";
import { useAsk } from "../api/use-ask";

export interface Segments {
  /** By name; null until they are known. */
  readonly all: readonly Segment[] | null;
  /** Throws ApiError. */
  readonly save: (name: string, filters: readonly unknown[]) => Promise<Segment>;
  readonly remove: (id: string) => Promise<void>;
  readonly error: ApiError | null;
  readonly retry: () => void;
}

/** The site's saved filters. */
export function useSegments(site: Site): Segments {
  const seen = may(useContext(RoleHere), "viewer");
  const { answer, error, retry } = useAsk(seen ? JSON.stringify(["segments", site.id]) : null, (signal) =>
    segmentsOf(site.id, signal),
  );
  const save = useCallback(
    async (name: string, filters: readonly unknown[]) => {
      const made = await saveSegment(site.id, name, filters);
      retry();
      return made;
    },
    [site.id, retry],
  );
  const remove = useCallback(
    async (id: string) => {
      await removeSegment(id);
      retry();
    },
    [retry],
  );
  return { all: answer, save, remove, error, retry };
}

/** A segment's name by its id. */
export function segmentName(segments: Segments, id: string): string | null {
  return segments.all?.find((one) => one.id === id)?.name ?? null;
}
