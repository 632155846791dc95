import { text } from "../text";
import { Field } from "../ui/Field";

interface Props {
  readonly value: string;
  readonly onChange: (code: string) => void;
  readonly problem?: string;
  readonly hint?: string;
}

/** A code of the second factor: digits of the app, or a recovery code. */
export function CodeField({ value, onChange, problem = "", hint = text.signIn.codeHint }: Props) {
  return (
    <Field label={text.signIn.code} hint={hint} problem={problem}>
      {(ties) => (
        <input
          {...ties}
          class="input code-input"
          name="code"
          autocomplete="one-time-code"
          spellcheck={false}
          autocapitalize="none"
          required
          maxLength={64}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
