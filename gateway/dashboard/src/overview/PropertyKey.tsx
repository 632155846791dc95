import { keyOf, LONGEST_KEY } from "../state/dimensions";
import { text } from "../text";

interface Props {
  readonly listed: string;
  /** Keys that are known to be in use. */
  readonly known: readonly string[];
  readonly onChoose: (listed: `prop:${string}`) => void;
}

/** Asks which property's values to list. */
export function PropertyKey({ listed, known, onChoose }: Props) {
  const [, key] = keyOf(listed);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const chosen = String(new FormData(event.currentTarget as HTMLFormElement).get("key")).trim();
    if (chosen) onChoose(`prop:${chosen}`);
  };
  return (
    <form class="property" onSubmit={submit}>
      <label class="property-label">
        <span class="quiet">{text.lists.propertyKey}</span>
        <input
          class="input"
          name="key"
          list="known-properties"
          required
          maxLength={LONGEST_KEY}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          defaultValue={key}
          key={key}
        />
      </label>
      <datalist id="known-properties">
        {known.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <button class="button" type="submit">
        {text.lists.propertyShow}
      </button>
    </form>
  );
}
