import { FILTERABLE } from "../state/dimensions";
import { text } from "../text";
import { Select } from "../ui/Select";

interface Props<T extends string> {
  readonly label: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
  /** What the choice means, if its words do not say it. */
  readonly help?: string | undefined;
  /** Why the API refused it; "" or nothing where it did not. */
  readonly problem?: string;
}

/** A choice with its name above it. */
export function Choice<T extends string>({ label, value, options, onChange, help, problem }: Props<T>) {
  return (
    <div class="builder-choice">
      <span class="builder-label" aria-hidden="true">
        {label}
      </span>
      <Select label={label} value={value} options={options} onChange={onChange} />
      {help && <p class="quiet builder-help">{help}</p>}
      {problem && <p class="problem">{problem}</p>}
    </div>
  );
}

/** Options of a choice by its words in the catalogue. */
export function optionsOf<T extends string>(words: Readonly<Record<T, string>>): { value: T; label: string }[] {
  return (Object.keys(words) as T[]).map((value) => ({ value, label: words[value] }));
}

const GROUPS = {
  sources: FILTERABLE.sources,
  locations: FILTERABLE.locations,
  devices: FILTERABLE.devices,
  pages: ["entry_page", "exit_page", "entry_hostname", "exit_hostname"],
} as const;

export type Breakdown = (typeof GROUPS)[keyof typeof GROUPS][number];

/** Reads a breakdown; null where it is none. */
export function breakdownOf(written: string | undefined): Breakdown | null {
  const all: readonly Breakdown[] = Object.values(GROUPS).flat();
  return all.find((one) => one === written) ?? null;
}

interface BreakdownProps {
  readonly value: Breakdown | null;
  readonly problem: string;
  /** "" splits by nothing. */
  readonly onChange: (value: string) => void;
}

/** By which dimension of the visit to split an answer. */
export function BreakdownChoice({ value, problem, onChange }: BreakdownProps) {
  return (
    <div class="builder-choice">
      <span class="builder-label" aria-hidden="true">
        {text.explore.breakdown}
      </span>
      <select
        class="select"
        aria-label={text.explore.breakdown}
        value={value ?? ""}
        onChange={(event) => onChange(event.currentTarget.value)}
      >
        <option value="">{text.explore.noBreakdown}</option>
        {(Object.keys(GROUPS) as (keyof typeof GROUPS)[]).map((group) => (
          <optgroup key={group} label={text.filters.subjects[group]}>
            {GROUPS[group].map((dimension) => (
              <option key={dimension} value={dimension}>
                {text.dimensions[dimension]}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      {problem && <p class="problem">{problem}</p>}
    </div>
  );
}
