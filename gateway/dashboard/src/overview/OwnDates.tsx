import { useState } from "preact/hooks";
import { text } from "../text";

interface Props {
  readonly first: string;
  readonly last: string;
  readonly onChoose: (range: { readonly from: string; readonly to: string }) => void;
}

/** Two days to type or pick. */
export function OwnDates({ first, last, onChoose }: Props) {
  const [from, setFrom] = useState(first);
  const [to, setTo] = useState(last);
  const backwards = from > to;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!backwards) onChoose({ from, to });
  };
  return (
    <form class="form" onSubmit={submit}>
      <p class="form-title">{text.range.custom}</p>
      <label class="field">
        {text.range.from}
        <input
          class="input"
          type="date"
          required
          value={from}
          onInput={(event) => setFrom(event.currentTarget.value)}
        />
      </label>
      <label class="field">
        {text.range.to}
        <input class="input" type="date" required value={to} onInput={(event) => setTo(event.currentTarget.value)} />
      </label>
      <p class="problem" role="alert">
        {backwards ? text.range.backwards : ""}
      </p>
      <button class="button primary" type="submit" disabled={backwards}>
        {text.range.apply}
      </button>
    </form>
  );
}
