import { type Answered, type Body, call } from "./http";

export type Segment = Answered<"GET /api/v1/segments">["segments"][number];
export type Goal = Answered<"GET /api/v1/goals">["goals"][number];
/** What may be said of a goal; null takes a value away. */
export type GoalPatch = Body<"PATCH /api/v1/goals/{id}">;

export async function segmentsOf(site: string, signal?: AbortSignal): Promise<readonly Segment[]> {
  return (await call("GET /api/v1/segments", undefined, { signal, parameters: { site } })).segments;
}

export function saveSegment(site: string, name: string, filters: readonly unknown[]): Promise<Segment> {
  return call("POST /api/v1/segments", { site, name, filters });
}

export function renameSegment(id: string, name: string): Promise<Segment> {
  return call("PATCH /api/v1/segments/{id}", { name }, { id });
}

export async function removeSegment(id: string): Promise<void> {
  await call("DELETE /api/v1/segments/{id}", undefined, { id });
}

export async function goalsOf(site: string, signal?: AbortSignal): Promise<readonly Goal[]> {
  return (await call("GET /api/v1/goals", undefined, { signal, parameters: { site } })).goals;
}

export function makeGoal(site: string, name: string, goal: GoalPatch): Promise<Goal> {
  return call("POST /api/v1/goals", { ...goal, site, name });
}

export function changeGoal(id: string, goal: GoalPatch): Promise<Goal> {
  return call("PATCH /api/v1/goals/{id}", goal, { id });
}

export async function removeGoal(id: string): Promise<void> {
  await call("DELETE /api/v1/goals/{id}", undefined, { id });
}
