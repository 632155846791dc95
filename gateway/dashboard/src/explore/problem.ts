import type { ApiError } from "../api/http";

/** What the API said of a part of the question, by its path in the JSON; "" where it did not complain of it. */
export function problemAt(error: ApiError | null, path: string): string {
  if (!error?.field) return "";
  const inside = error.field === path || error.field.startsWith(`${path}.`) || error.field.startsWith(`${path}[`);
  return inside ? sentenceOf(error) : "";
}

/** What the API said as a sentence, without the path before it. */
export function sentenceOf({ field, message }: ApiError): string {
  const said = field && message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
  return said.charAt(0).toUpperCase() + said.slice(1);
}
