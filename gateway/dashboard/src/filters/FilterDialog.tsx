import { useCallback, useState } from "preact/hooks";
import type { Site } from "../api/session";
import type { Dimension } from "../state/dimensions";
import { complete, type Filter } from "../state/filters";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { dateRange } from "../time/range";
import { Dialog } from "../ui/Dialog";
import { EMPTY, GroupEditor, type Suggest } from "./GroupEditor";
import { suggest } from "./suggest";
import { type Segments, segmentName } from "./use-segments";

interface Props {
  readonly site: Site;
  readonly view: View;
  readonly segments: Segments;
  readonly go: Go;
  readonly onClose: () => void;
}

/** All filters as one tree to be changed, taken over when it is applied. */
export function FilterDialog({ site, view, segments, go, onClose }: Props) {
  const [members, setMembers] = useState<readonly Filter[]>([...view.filters, EMPTY]);
  const offer = useCallback<Suggest>(
    (dimension: Dimension, typed, signal) =>
      suggest(site, dateRange(view.range, new Date(), site.timezone), segments, dimension, typed, signal),
    [site, view.range, segments.all],
  );
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    go({ filters: complete(members) });
    onClose();
  };
  return (
    <Dialog title={text.filters.title} onClose={onClose}>
      <form class="filter-form" onSubmit={submit}>
        <p class="quiet">{text.filters.lead}</p>
        <GroupEditor
          group={{ group: "all", members }}
          depth={0}
          suggest={offer}
          names={(id) => segmentName(segments, id)}
          onChange={(changed) => setMembers(changed.members)}
        />
        <div class="dialog-actions">
          <button class="button" type="button" onClick={onClose}>
            {text.filters.cancel}
          </button>
          <button class="button primary" type="submit">
            {text.filters.apply}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
