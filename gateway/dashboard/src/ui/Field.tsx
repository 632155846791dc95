import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

/** What ties an input to its label, hint and problem. */
export interface FieldTies {
  readonly id: string;
  readonly "aria-describedby": string;
  readonly "aria-invalid": boolean;
}

interface Props {
  readonly label: string;
  readonly hint?: ComponentChildren;
  /** What is wrong with the value, "" when nothing is. */
  readonly problem?: string;
  readonly children: (ties: FieldTies) => ComponentChildren;
}

/** An input with its label above, a hint, and below what is wrong with it. */
export function Field({ label, hint, problem = "", children }: Props) {
  const id = useId();
  return (
    <div class="form-field">
      <label class="form-label" for={id}>
        {label}
      </label>
      {hint && (
        <p class="form-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children({
        id,
        "aria-describedby": hint ? `${id}-hint ${id}-problem` : `${id}-problem`,
        "aria-invalid": problem !== "",
      })}
      <p class="problem form-problem" id={`${id}-problem`} role="alert">
        {problem}
      </p>
    </div>
  );
}

interface GroupProps {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly problem?: string;
  readonly children: ComponentChildren;
}

/** Several inputs that are one answer, with the same parts as a field. */
export function FieldGroup({ label, hint, problem = "", children }: GroupProps) {
  const id = useId();
  return (
    <fieldset class="form-field form-group" aria-describedby={`${id}-hint ${id}-problem`}>
      <legend class="form-label">{label}</legend>
      <p class="form-hint" id={`${id}-hint`}>
        {hint}
      </p>
      {children}
      <p class="problem form-problem" id={`${id}-problem`} role="alert">
        {problem}
      </p>
    </fieldset>
  );
}

interface CheckProps {
  readonly label: string;
  readonly hint?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

/** A yes or no, with what it means below. */
export function CheckField({ label, hint, checked, onChange }: CheckProps) {
  const id = useId();
  return (
    <div class="form-field form-check">
      <input
        type="checkbox"
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        checked={checked}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label class="form-label" for={id}>
        {label}
      </label>
      {hint && (
        <p class="form-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

interface RadioProps<T extends string> {
  readonly label: string;
  readonly hint?: string;
  readonly problem?: string;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly hint?: string }[];
  readonly onChange: (value: T) => void;
}

/** One of a few, all of them in sight. */
export function RadioField<T extends string>({ label, hint, problem, value, options, onChange }: RadioProps<T>) {
  const id = useId();
  return (
    <FieldGroup label={label} hint={hint} problem={problem ?? ""}>
      {options.map((option) => (
        <div key={option.value} class="form-check">
          <input
            type="radio"
            name={id}
            id={`${id}-${option.value}`}
            aria-describedby={option.hint ? `${id}-${option.value}-hint` : undefined}
            checked={value === option.value}
            onChange={() => onChange(option.value)}
          />
          <label for={`${id}-${option.value}`}>{option.label}</label>
          {option.hint && (
            <p class="form-hint" id={`${id}-${option.value}-hint`}>
              {option.hint}
            </p>
          )}
        </div>
      ))}
    </FieldGroup>
  );
}
