import { join } from "../text/people";
import { Field } from "../ui/Field";

/** As the server wants it (docs: Coming in). */
const SHORTEST = 10;

/** A password that is chosen now; its form knows it as `password`. */
export function NewPassword({ label }: { readonly label: string }) {
  return (
    <Field label={label} hint={join.chooseHint}>
      {(ties) => (
        <input
          {...ties}
          class="input"
          type="password"
          name="password"
          autocomplete="new-password"
          required
          minLength={SHORTEST}
          maxLength={1000}
        />
      )}
    </Field>
  );
}
