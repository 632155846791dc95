import { formatValue, visible } from "../format";
import { dimensionName } from "../state/dimensions";
import { type Condition, type Filter, type Group, isGroup } from "../state/filters";
import { text } from "../text";

/** Names of what has an id. */
export type SegmentNames = (id: string) => string | null;

/** A condition's values for people. */
export function describeValues({ dimension, values }: Condition, names: SegmentNames): string {
  const shown = values.map((value) => {
    if (dimension === "segment") return visible(names(value) ?? text.segments.unknown);
    return formatValue(dimension, value);
  });
  return shown.join(` ${text.filters.or} `);
}

/** `Country is Germany`, `not (Page is / or Page is /a)`. */
export function describe(filter: Filter, names: SegmentNames): string {
  if (isGroup(filter)) return describeGroup(filter, names);
  const operator = text.filters.operators[filter.operator];
  return `${dimensionName(filter.dimension)} ${operator} ${describeValues(filter, names)}`;
}

function describeGroup({ group, members }: Group, names: SegmentNames): string {
  const word = group === "any" || group === "none" ? text.filters.or : text.filters.and;
  const inner = members
    .map((member) =>
      isGroup(member) && member.members.length > 1 ? `(${describe(member, names)})` : describe(member, names),
    )
    .join(` ${word} `);
  const before = text.filters.groupShort[group];
  if (!before) return inner;
  return members.length > 1 ? `${before} (${inner})` : `${before} ${inner}`;
}
