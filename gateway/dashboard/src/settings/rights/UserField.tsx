import { exports as words } from "../../text/rights";
import { Field } from "../../ui/Field";

interface Props {
  readonly value: string;
  readonly problem: string;
  readonly onChange: (value: string) => void;
}

/** The application's own id of a user. */
export function UserField({ value, problem, onChange }: Props) {
  return (
    <Field label={words.user} hint={words.userHint} problem={problem}>
      {(ties) => (
        <input
          {...ties}
          class="input"
          required
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
