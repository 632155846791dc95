import { type Answered, call } from "./http";

export type Segment = Answered<"GET /api/v1/segments">["segments"][number];
export type Goal = Answered<"GET /api/v1/goals">["goals"][number];

export async function segmentsOf(site: string, signal?: AbortSignal): Promise<readonly Segment[]> {
  return (await call("GET /api/v1/segments", undefined, { signal, parameters: { site } })).segments;
}

export function saveSegment(site: string, name: string, filters: readonly unknown[]): Promise<Segment> {
  return call("POST /api/v1/segments", { site, name, filters });
}

export async function removeSegment(id: string): Promise<void> {
  await call("DELETE /api/v1/segments/{id}", undefined, { id });
}

export async function goalsOf(site: string, signal?: AbortSignal): Promise<readonly Goal[]> {
  return (await call("GET /api/v1/goals", undefined, { signal, parameters: { site } })).goals;
}
