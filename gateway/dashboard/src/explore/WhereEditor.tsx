import { useEffect, useState } from "preact/hooks";
import type { Suggest } from "../filters/GroupEditor";
import { formatValue } from "../format";
import { keyOf, LONGEST_KEY } from "../state/dimensions";
import { type Condition, complete, isGroup, OPERATORS, removeAt, writeFilter } from "../state/filters";
import { text } from "../text";
import { Select } from "../ui/Select";
import { ValuesInput } from "../ui/ValuesInput";

interface Props {
  readonly label: string;
  readonly where: readonly Condition[];
  readonly suggest: Suggest;
  /** Hears conditions that are complete. */
  readonly onChange: (where: readonly Condition[]) => void;
}

const EMPTY: Condition = { operator: "is", dimension: "prop:", values: [] };

function written(where: readonly Condition[]): string {
  return complete(where).map(writeFilter).join();
}

/** Conditions on an event's properties; what is half written stays here. */
export function WhereEditor({ label, where, suggest, onChange }: Props) {
  const [rows, setRows] = useState(where);
  const outside = written(where);
  useEffect(() => {
    setRows((present) => (written(present) === outside ? present : where));
  }, [outside]);

  const change = (changed: readonly Condition[]) => {
    setRows(changed);
    if (written(changed) === outside) return;
    onChange(complete(changed).filter((one): one is Condition => !isGroup(one)));
  };
  return (
    <div class="where">
      {rows.map((row, at) => (
        <Row
          key={at}
          label={label}
          row={row}
          suggest={suggest}
          onChange={(changed) => change(rows.map((one, other) => (other === at ? changed : one)))}
          onRemove={() => change(removeAt(rows, at) as Condition[])}
        />
      ))}
      <button class="button bare small where-add" type="button" onClick={() => setRows([...rows, EMPTY])}>
        {text.explore.addCondition}
        <span class="unseen"> ({label})</span>
      </button>
    </div>
  );
}

interface RowProps {
  readonly label: string;
  readonly row: Condition;
  readonly suggest: Suggest;
  readonly onChange: (row: Condition) => void;
  readonly onRemove: () => void;
}

function Row({ label, row, suggest, onChange, onRemove }: RowProps) {
  const { dimension, operator, values } = row;
  const [, key] = keyOf(dimension);
  const exact = operator === "is" || operator === "is_not";
  return (
    <fieldset class="where-row" aria-label={text.explore.conditionOf(label)}>
      <input
        class="input"
        aria-label={text.explore.property}
        placeholder={text.explore.property}
        maxLength={LONGEST_KEY}
        autocapitalize="off"
        spellcheck={false}
        value={key}
        onInput={(event) => onChange({ ...row, dimension: `prop:${event.currentTarget.value}` })}
      />
      <Select
        label={text.filters.operator}
        value={operator}
        options={OPERATORS.map((value) => ({ value, label: text.filters.operators[value] }))}
        onChange={(chosen) => onChange({ ...row, operator: chosen })}
      />
      <button class="button bare icon" type="button" aria-label={text.filters.removeCondition} onClick={onRemove}>
        ×
      </button>
      <ValuesInput
        label={text.filters.values}
        values={values}
        labelOf={(value) => formatValue(dimension, value)}
        onChange={(changed) => onChange({ ...row, values: changed })}
        suggest={exact && key ? (typed, signal) => suggest(dimension, typed, signal) : null}
        free
        placeholder={text.filters.value}
      />
    </fieldset>
  );
}
