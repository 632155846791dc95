import { factor } from "../text/people";
import { Field } from "../ui/Field";

interface Props {
  readonly value: string;
  readonly problem: string;
  readonly onChange: (password: string) => void;
}

/** The account's password, asked for once more. */
export function PasswordField({ value, problem, onChange }: Props) {
  return (
    <Field label={factor.password} problem={problem}>
      {(ties) => (
        <input
          {...ties}
          class="input"
          type="password"
          autocomplete="current-password"
          required
          maxLength={1000}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
