import { visible } from "../format";
import { keyOf, LONGEST_KEY } from "../state/dimensions";
import { type Condition, OPERATORS, removeAt, replaceAt } from "../state/filters";
import { locale, text } from "../text";
import { settings } from "../text/settings";
import { Field, FieldGroup } from "../ui/Field";
import { IconButton } from "../ui/IconButton";
import { Select } from "../ui/Select";
import { ValuesInput } from "../ui/ValuesInput";
import type { KindProps } from "./PageGoal";
import { Suggested } from "./Suggested";

const EMPTY: Condition = { operator: "is", dimension: "prop:", values: [] };
const MOST = 20;

/** An event to happen, with what its properties must be and the revenue it must carry. */
export function EventGoal({ site, draft, set, problem }: KindProps) {
  const words = settings.goals;
  const { conditions } = draft;
  return (
    <>
      <Suggested
        site={site}
        dimension="event"
        label={words.eventName}
        hint={words.eventHint}
        problem={problem("event")}
        longest={120}
        value={draft.event}
        onChange={(event) => set({ event })}
      />
      <FieldGroup
        label={words.conditions}
        problem={problem("filters")}
        {...(conditions === null ? { hint: words.kept } : {})}
      >
        {conditions?.map((condition, at) => (
          <Property
            key={at}
            condition={condition}
            onChange={(changed) => set({ conditions: replaceAt(conditions, at, changed) as Condition[] })}
            onRemove={() => set({ conditions: removeAt(conditions, at) as Condition[] })}
          />
        ))}
        {conditions && conditions.length < MOST && (
          <button
            class="button bare small add"
            type="button"
            onClick={() => set({ conditions: [...conditions, EMPTY] })}
          >
            + {words.addCondition}
          </button>
        )}
      </FieldGroup>
      <Currency value={draft.currency} problem={problem("currency")} onChange={(currency) => set({ currency })} />
    </>
  );
}

interface PropertyProps {
  readonly condition: Condition;
  readonly onChange: (condition: Condition) => void;
  readonly onRemove: () => void;
}

function Property({ condition, onChange, onRemove }: PropertyProps) {
  const words = settings.goals;
  return (
    <div class="condition">
      <input
        class="input condition-key"
        aria-label={words.conditionKey}
        placeholder={words.conditionKey}
        required
        maxLength={LONGEST_KEY}
        value={keyOf(condition.dimension)[1]}
        onInput={(event) => onChange({ ...condition, dimension: `prop:${event.currentTarget.value}` })}
      />
      <Select
        label={text.filters.operator}
        value={condition.operator}
        options={OPERATORS.map((value) => ({ value, label: text.filters.operators[value] }))}
        onChange={(operator) => onChange({ ...condition, operator })}
      />
      <ValuesInput
        label={text.filters.values}
        values={condition.values}
        labelOf={visible}
        onChange={(values) => onChange({ ...condition, values })}
        suggest={null}
        free={true}
        placeholder={text.filters.value}
      />
      <IconButton icon="close" label={words.removeCondition} onClick={onRemove} />
    </div>
  );
}

interface CurrencyProps {
  readonly value: string;
  readonly problem: string;
  readonly onChange: (currency: string) => void;
}

function Currency({ value, problem, onChange }: CurrencyProps) {
  const words = settings.goals;
  const names = new Intl.DisplayNames(locale, { type: "currency", fallback: "code" });
  const codes = [...new Set([...Intl.supportedValuesOf("currency"), ...(value ? [value] : [])])];
  return (
    <Field label={words.currency} hint={words.currencyHint} problem={problem}>
      {(ties) => (
        <select {...ties} class="select" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          <option value="">{words.noCurrency}</option>
          {codes.map((code) => (
            <option key={code} value={code}>
              {`${code} – ${names.of(code) ?? code}`}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
