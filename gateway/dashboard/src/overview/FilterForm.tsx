import { DIMENSIONS, isDimension } from "../state/dimensions";
import { addFilter, type Filter, OPERATORS } from "../state/filters";
import type { Go } from "../state/use-view";
import { text } from "../text";

interface Props {
  readonly filters: readonly Filter[];
  readonly go: Go;
  readonly onDone: () => void;
}

/** Adds a typed condition; lists only offer what they show. */
export function FilterForm({ filters, go, onDone }: Props) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const dimension = String(form.get("dimension"));
    const operator = OPERATORS.find((known) => known === form.get("operator"));
    if (!operator || !isDimension(dimension)) return;
    go({ filters: addFilter(filters, { operator, dimension, values: [String(form.get("value"))] }) });
    onDone();
  };
  return (
    <form class="form" onSubmit={submit}>
      <label class="field">
        {text.filters.dimension}
        <select class="input" name="dimension" defaultValue="page">
          {DIMENSIONS.map((dimension) => (
            <option key={dimension} value={dimension}>
              {text.dimensions[dimension]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        {text.filters.operator}
        <select class="input" name="operator" defaultValue="contains">
          {OPERATORS.map((operator) => (
            <option key={operator} value={operator}>
              {text.filters.operators[operator]}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        {text.filters.value}
        <input class="input" name="value" required maxLength={2000} autocomplete="off" />
      </label>
      <button class="button primary" type="submit">
        {text.filters.apply}
      </button>
    </form>
  );
}
