import { useContext, useState } from "preact/hooks";
import type { Segment } from "../api/definitions";
import { ApiError } from "../api/http";
import { may, RoleHere } from "../api/role";
import { visible } from "../format";
import { filterJson, isFiltered, toggleFilter } from "../state/filters";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { Icon } from "../ui/Icon";
import { Popover } from "../ui/Popover";
import type { Segments } from "./use-segments";

interface Props {
  readonly view: View;
  readonly segments: Segments;
  readonly go: Go;
}

/** Saved filters: apply, save, delete. */
export function SegmentsMenu({ view, segments, go }: Props) {
  const [problem, setProblem] = useState("");
  const defines = may(useContext(RoleHere), "analyst");
  const told = async (action: () => Promise<unknown>) => {
    setProblem("");
    try {
      await action();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
    }
  };
  const remove = (segment: Segment) =>
    told(async () => {
      await segments.remove(segment.id);
      if (isFiltered(view.filters, "segment", segment.id))
        go({ filters: toggleFilter(view.filters, "segment", segment.id) });
    });

  return (
    <Popover
      trigger={
        <>
          <Icon name="segment" /> {text.segments.label}
        </>
      }
      label={text.segments.title}
      align="start"
    >
      {(close) => (
        <div class="segments">
          <p class="form-title">{text.segments.title}</p>
          {segments.all?.length === 0 && <p class="quiet">{text.segments.none}</p>}
          <ul>
            {segments.all?.map((segment) => (
              <Item
                key={segment.id}
                segment={segment}
                applied={isFiltered(view.filters, "segment", segment.id)}
                onApply={() => {
                  go({ filters: toggleFilter(view.filters, "segment", segment.id) });
                  close();
                }}
                onRemove={defines ? () => remove(segment) : null}
              />
            ))}
          </ul>
          {defines && canSave(view) && (
            <SaveForm
              onSave={(name) =>
                told(async () => {
                  const made = await segments.save(name, view.filters.map(filterJson));
                  go({ filters: [{ operator: "is", dimension: "segment", values: [made.id] }] });
                  close();
                })
              }
            />
          )}
          <p class="problem" role="alert">
            {problem}
          </p>
        </div>
      )}
    </Popover>
  );
}

/** A segment holds no other segment. */
function canSave({ filters }: View): boolean {
  return filters.length > 0 && !JSON.stringify(filters.map(filterJson)).includes('"segment"');
}

interface ItemProps {
  readonly segment: Segment;
  readonly applied: boolean;
  readonly onApply: () => void;
  /** Null for who may not. */
  readonly onRemove: (() => void) | null;
}

function Item({ segment, applied, onApply, onRemove }: ItemProps) {
  const [sure, setSure] = useState(false);
  const name = visible(segment.name);
  return (
    <li class="segment">
      <button class="preset" type="button" aria-pressed={applied} onClick={onApply}>
        <bdi>{name}</bdi>
      </button>
      {onRemove && (
        <button
          class={sure ? "button bare icon sure" : "button bare icon"}
          type="button"
          aria-label={sure ? text.segments.removeSure(name) : text.segments.remove(name)}
          title={sure ? text.segments.removeSure(name) : text.segments.remove(name)}
          onBlur={() => setSure(false)}
          onClick={() => (sure ? onRemove() : setSure(true))}
        >
          {sure ? "?" : "×"}
        </button>
      )}
    </li>
  );
}

function SaveForm({ onSave }: { readonly onSave: (name: string) => void }) {
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    onSave(String(new FormData(event.currentTarget as HTMLFormElement).get("name")).trim());
  };
  return (
    <form class="segment-form" onSubmit={submit}>
      <label class="field">
        {text.segments.name}
        <input class="input" name="name" required maxLength={120} autocomplete="off" />
      </label>
      <button class="button primary" type="submit">
        {text.segments.save}
      </button>
    </form>
  );
}
