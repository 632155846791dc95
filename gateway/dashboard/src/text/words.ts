/** The catalogue's language; the reader's own variant of it (en-GB, en-US, …) decides how numbers and dates look. */
export const locale: string = globalThis.navigator?.language?.startsWith("en") ? navigator.language : "en";

const plural = new Intl.PluralRules(locale);

/** `1 visit`, `1,024 visits`: the number as it is shown, and the word in its form. */
export function count(number: number, shown: string, one: string, other: string): string {
  return `${shown} ${plural.select(number) === "one" ? one : other}`;
}

/** `30 seconds`, `5 minutes`: a time to wait, rounded up. */
export function waitOf(seconds: number): string {
  const minutes = Math.ceil(seconds / 60);
  return seconds <= 90
    ? count(seconds, String(seconds), "second", "seconds")
    : count(minutes, String(minutes), "minute", "minutes");
}
