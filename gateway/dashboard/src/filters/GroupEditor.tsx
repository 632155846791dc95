import type { Dimension } from "../state/dimensions";
import { type Condition, GROUPS, type Group, isGroup, removeAt, replaceAt } from "../state/filters";
import { text } from "../text";
import { Select } from "../ui/Select";
import type { Suggestion } from "../ui/ValuesInput";
import { ConditionEditor } from "./ConditionEditor";
import type { SegmentNames } from "./describe";

export type Suggest = (dimension: Dimension, typed: string, signal: AbortSignal) => Promise<readonly Suggestion[]>;

/** A condition to be filled in. */
export const EMPTY: Condition = { operator: "is", dimension: "page", values: [] };

/** Groups within groups that the form offers. */
const DEEPEST = 3;

interface Props {
  readonly group: Group;
  /** 0: the filters themselves, all of which must hold. */
  readonly depth: number;
  readonly suggest: Suggest;
  readonly names: SegmentNames;
  readonly onChange: (group: Group) => void;
  readonly onRemove?: () => void;
}

/** Conditions and groups, and what is asked of them together. */
export function GroupEditor({ group, depth, suggest, names, onChange, onRemove }: Props) {
  const { members } = group;
  const add = (member: Condition | Group) => onChange({ ...group, members: [...members, member] });
  return (
    <fieldset class={depth === 0 ? "filter-group outermost" : "filter-group"}>
      {depth > 0 && (
        <div class="filter-group-head">
          <Select
            label={text.filters.subgroup}
            value={group.group}
            options={GROUPS.map((value) => ({ value, label: text.filters.groups[value] }))}
            onChange={(word) => onChange({ ...group, group: word })}
          />
          <button class="button bare icon" type="button" aria-label={text.filters.removeGroup} onClick={onRemove}>
            ×
          </button>
        </div>
      )}
      {members.map((member, at) => {
        const change = (changed: Condition | Group) => onChange({ ...group, members: replaceAt(members, at, changed) });
        const remove = () => onChange({ ...group, members: removeAt(members, at) });
        return isGroup(member) ? (
          <GroupEditor
            key={at}
            group={member}
            depth={depth + 1}
            suggest={suggest}
            names={names}
            onChange={change}
            onRemove={remove}
          />
        ) : (
          <ConditionEditor
            key={at}
            condition={member}
            suggest={suggest}
            names={names}
            onChange={change}
            onRemove={remove}
          />
        );
      })}
      <div class="filter-group-tools">
        <button class="button bare small" type="button" onClick={() => add(EMPTY)}>
          + {text.filters.condition}
        </button>
        {depth < DEEPEST && (
          <button
            class="button bare small"
            type="button"
            onClick={() => add({ group: "any", members: [EMPTY, EMPTY] })}
          >
            + {text.filters.subgroup}
          </button>
        )}
      </div>
    </fieldset>
  );
}
