import { formatValue } from "../format";
import type { Suggestion } from "../ui/ValuesInput";

const OFFERED = 8;
const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
/** Codes that have a name and are no country: unions, tests, the unknown. */
const NO_COUNTRY: readonly string[] = ["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"];

let known: readonly Suggestion[] | null = null;

/** Countries of which name or code contain what was typed. */
export async function suggestCountries(typed: string): Promise<readonly Suggestion[]> {
  known ??= countries();
  const wanted = typed.trim().toLowerCase();
  const first = known.filter(({ value, label }) => value.toLowerCase() === wanted || starts(label, wanted));
  const others = known.filter((one) => !first.includes(one) && one.label.toLowerCase().includes(wanted));
  return [...first, ...others].slice(0, OFFERED);
}

function starts(label: string, wanted: string): boolean {
  return label.toLowerCase().startsWith(wanted);
}

/** Every code of two letters for which the browser knows a name, but for those that have another code today. */
function countries(): readonly Suggestion[] {
  return LETTERS.flatMap((first) => LETTERS.map((second) => first + second))
    .filter((code) => new Intl.Locale(`und-${code}`).region === code)
    .map((value) => ({ value, label: formatValue("country", value) }))
    .filter(({ value, label }) => label !== value && !NO_COUNTRY.includes(value))
    .sort((one, other) => one.label.localeCompare(other.label));
}
