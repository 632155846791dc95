import type { ComponentChildren } from "preact";
import { FilterBar } from "../filters/FilterBar";
import { RangePicker } from "../overview/RangePicker";
import type { ToolProps } from "./tools";

interface Props extends Pick<ToolProps, "site" | "view" | "go" | "segments"> {
  /** Further choices about the period. */
  readonly children?: ComponentChildren;
}

/** Filters and period, as in the overview. */
export function Toolbar({ site, view, go, segments, children }: Props) {
  return (
    <div class="toolbar">
      <FilterBar site={site} view={view} segments={segments} go={go} />
      <div class="toolbar-end">
        {children}
        <RangePicker range={view.range} zone={site.timezone} go={go} />
      </div>
    </div>
  );
}
