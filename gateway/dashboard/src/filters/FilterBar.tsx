import { useContext, useState } from "preact/hooks";
import { may, RoleHere } from "../api/role";
import type { Site } from "../api/session";
import { dimensionName } from "../state/dimensions";
import { type Filter, isGroup, removeAt, replaceAt, reversed } from "../state/filters";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { Icon } from "../ui/Icon";
import { describe, describeValues, type SegmentNames } from "./describe";
import { FilterDialog } from "./FilterDialog";
import { SegmentsMenu } from "./SegmentsMenu";
import { type Segments, segmentName } from "./use-segments";

interface Props {
  readonly site: Site;
  readonly view: View;
  readonly segments: Segments;
  readonly go: Go;
}

/** The filters in force, each removable, reversible and open to change; a way to add some, and the saved ones. */
export function FilterBar({ site, view, segments, go }: Props) {
  const { filters } = view;
  const [editing, setEditing] = useState(false);
  const names: SegmentNames = (id) => segmentName(segments, id);
  return (
    <section class="filters" aria-label={text.filters.label}>
      <button class="button" type="button" aria-haspopup="dialog" onClick={() => setEditing(true)}>
        <Icon name="filter" /> {text.filters.add}
      </button>
      {may(useContext(RoleHere), "viewer") && <SegmentsMenu view={view} segments={segments} go={go} />}
      {filters.map((filter, index) => (
        <Chip
          key={`${describe(filter, names)} ${index}`}
          filter={filter}
          names={names}
          onEdit={() => setEditing(true)}
          onChange={(changed) => go({ filters: replaceAt(filters, index, changed) })}
          onRemove={() => go({ filters: removeAt(filters, index) })}
        />
      ))}
      {filters.length > 1 && (
        <button class="button bare" type="button" onClick={() => go({ filters: [] })}>
          {text.filters.clear}
        </button>
      )}
      {editing && (
        <FilterDialog site={site} view={view} segments={segments} go={go} onClose={() => setEditing(false)} />
      )}
    </section>
  );
}

interface ChipProps {
  readonly filter: Filter;
  readonly names: SegmentNames;
  readonly onEdit: () => void;
  readonly onChange: (filter: Filter) => void;
  readonly onRemove: () => void;
}

function Chip({ filter, names, onEdit, onChange, onRemove }: ChipProps) {
  const whole = describe(filter, names);
  return (
    <span class="chip">
      {isGroup(filter) ? (
        <button class="chip-values" type="button" title={whole} aria-label={text.filters.edit(whole)} onClick={onEdit}>
          <bdi>{whole}</bdi>
        </button>
      ) : (
        <>
          <bdi class="chip-dimension">{dimensionName(filter.dimension)}</bdi>
          <button
            class="chip-operator"
            type="button"
            aria-label={text.filters.flip(
              `${dimensionName(filter.dimension)} ${text.filters.operators[filter.operator]}`,
            )}
            onClick={() => onChange(reversed(filter))}
          >
            {text.filters.operators[filter.operator]}
          </button>
          <button
            class="chip-values"
            type="button"
            title={whole}
            aria-label={text.filters.edit(whole)}
            onClick={onEdit}
          >
            <bdi>{describeValues(filter, names)}</bdi>
          </button>
        </>
      )}
      <button class="chip-remove" type="button" aria-label={text.lists.unfilter(whole)} onClick={onRemove}>
        ×
      </button>
    </span>
  );
}
