import { formatValue } from "../format";
import { type Filter, removeFilter, reverseFilter } from "../state/filters";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { Popover } from "../ui/Popover";
import { FilterForm } from "./FilterForm";

/** The filters in force, each removable and reversible, and a way to add one. */
export function FilterBar({ view: { filters }, go }: { readonly view: View; readonly go: Go }) {
  return (
    <section class="filters" aria-label={text.filters.label}>
      {filters.map((filter, index) => (
        <Chip
          key={`${filter.dimension} ${index}`}
          filter={filter}
          onReverse={() => go({ filters: reverseFilter(filters, index) })}
          onRemove={() => go({ filters: removeFilter(filters, index) })}
        />
      ))}
      <Popover trigger={`+ ${text.filters.add}`} label={text.filters.apply} align="start">
        {(close) => <FilterForm filters={filters} go={go} onDone={close} />}
      </Popover>
      {filters.length > 1 && (
        <button class="button bare" type="button" onClick={() => go({ filters: [] })}>
          {text.filters.clear}
        </button>
      )}
    </section>
  );
}

interface ChipProps {
  readonly filter: Filter;
  readonly onReverse: () => void;
  readonly onRemove: () => void;
}

function Chip({ filter, onReverse, onRemove }: ChipProps) {
  const operator = text.filters.operators[filter.operator];
  const values = filter.values.map((value) => formatValue(filter.dimension, value)).join(` ${text.filters.or} `);
  const whole = `${text.dimensions[filter.dimension]} ${operator} ${values}`;
  return (
    <span class="chip">
      {text.dimensions[filter.dimension]}
      <button class="chip-operator" type="button" onClick={onReverse} aria-label={text.filters.flip(operator)}>
        {operator}
      </button>
      <bdi class="chip-values" title={values}>
        {values}
      </bdi>
      <button class="chip-remove" type="button" onClick={onRemove} aria-label={text.lists.unfilter(whole)}>
        ×
      </button>
    </span>
  );
}
