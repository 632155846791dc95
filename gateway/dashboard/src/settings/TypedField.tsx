import { settings } from "../text/settings";
import { Field } from "../ui/Field";

interface Props {
  /** What must be typed. */
  readonly word: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** Where a word is typed before something that cannot be undone. */
export function TypedField({ word, value, onChange }: Props) {
  return (
    <Field label={settings.typeToConfirm(word)}>
      {(ties) => (
        <input
          {...ties}
          class="input"
          autocomplete="off"
          spellcheck={false}
          value={value}
          onInput={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </Field>
  );
}
