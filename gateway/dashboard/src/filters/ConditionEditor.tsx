import { useCallback, useContext } from "preact/hooks";
import { may, RoleHere } from "../api/role";
import { formatValue, visible } from "../format";
import { type Dimension, FILTERABLE, keyOf, LONGEST_KEY } from "../state/dimensions";
import { type Condition, OPERATORS } from "../state/filters";
import { text } from "../text";
import { Select } from "../ui/Select";
import { ValuesInput } from "../ui/ValuesInput";
import type { SegmentNames } from "./describe";
import type { Suggest } from "./GroupEditor";

interface Props {
  readonly condition: Condition;
  readonly suggest: Suggest;
  readonly names: SegmentNames;
  readonly onChange: (condition: Condition) => void;
  readonly onRemove: () => void;
}

const SUBJECTS = Object.keys(FILTERABLE) as (keyof typeof FILTERABLE)[];
/** Of these an id or a name is asked for as a whole. */
const WHOLE: readonly string[] = ["segment", "goal"];

function optionName(option: string): string {
  if (option === "prop:") return text.keyed.anyProperty;
  if (option === "experiment:") return text.keyed.anyExperiment;
  return text.dimensions[option as keyof typeof text.dimensions];
}

/** What, how, and which values. */
export function ConditionEditor({ condition, suggest, names, onChange, onRemove }: Props) {
  const { dimension, operator, values } = condition;
  const [prefix, key] = keyOf(dimension);
  const operators = WHOLE.includes(dimension) ? OPERATORS.slice(0, 2) : OPERATORS;
  const seen = may(useContext(RoleHere), "viewer");
  const exact = operator === "is" || operator === "is_not";
  const offer = useCallback(
    (typed: string, signal: AbortSignal) => suggest(dimension, typed, signal),
    [suggest, dimension],
  );
  const choose = (chosen: string) =>
    onChange({ operator: WHOLE.includes(chosen) ? "is" : operator, dimension: chosen as Dimension, values: [] });

  return (
    <div class="condition">
      <select
        class="select condition-dimension"
        aria-label={text.filters.dimension}
        value={prefix || dimension}
        onChange={(event) => choose(event.currentTarget.value)}
      >
        {SUBJECTS.map((subject) => (
          <optgroup key={subject} label={text.filters.subjects[subject]}>
            {FILTERABLE[subject]
              .filter((option) => seen || option !== "segment")
              .map((option) => (
                <option key={option} value={option}>
                  {optionName(option)}
                </option>
              ))}
          </optgroup>
        ))}
      </select>
      {prefix && (
        <input
          class="input condition-key"
          aria-label={text.keyed.key}
          placeholder={text.keyed.key}
          required
          maxLength={LONGEST_KEY}
          value={key}
          onInput={(event) => onChange({ ...condition, dimension: `${prefix}${event.currentTarget.value}` })}
        />
      )}
      <Select
        label={text.filters.operator}
        value={operator}
        options={operators.map((value) => ({ value, label: text.filters.operators[value] }))}
        onChange={(chosen) => onChange({ ...condition, operator: chosen })}
      />
      <ValuesInput
        label={text.filters.values}
        values={values}
        labelOf={(value) => (dimension === "segment" ? visible(names(value) ?? value) : formatValue(dimension, value))}
        onChange={(changed) => onChange({ ...condition, values: changed })}
        suggest={exact && (!prefix || key) ? offer : null}
        free={!WHOLE.includes(dimension)}
        placeholder={operator.startsWith("matches") ? text.filters.pattern : text.filters.value}
      />
      <button class="button bare icon" type="button" aria-label={text.filters.removeCondition} onClick={onRemove}>
        ×
      </button>
    </div>
  );
}
