import { type Answered, type Body, call } from "./http";

export type Annotation = Answered<"GET /api/v1/annotations">["annotations"][number];
export type AnnotationPatch = Body<"PATCH /api/v1/annotations/{id}">;
/** `date`, a day of the site, or `at`, an instant. */
export type NewAnnotation = Body<"POST /api/v1/annotations">;

/** The site's notes, the latest first. */
export async function annotationsOf(site: string, signal?: AbortSignal): Promise<readonly Annotation[]> {
  return (await call("GET /api/v1/annotations", undefined, { signal, parameters: { site } })).annotations;
}

export function annotate(annotation: NewAnnotation): Promise<Annotation> {
  return call("POST /api/v1/annotations", annotation);
}

export function changeAnnotation(id: string, patch: AnnotationPatch): Promise<Annotation> {
  return call("PATCH /api/v1/annotations/{id}", patch, { id });
}

export async function removeAnnotation(id: string): Promise<void> {
  await call("DELETE /api/v1/annotations/{id}", undefined, { id });
}
