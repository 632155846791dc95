import { normalizeProps, useMachine } from "@zag-js/preact";
import * as tabs from "@zag-js/tabs";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Props {
  /** What the tabs choose between, for screen readers. */
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The panel of the chosen tab. */
  readonly children: ComponentChildren;
}

export function Tabs({ label, options, value, onChange, children }: Props) {
  const service = useMachine(tabs.machine, {
    id: useId(),
    value,
    onValueChange: (details: tabs.ValueChangeDetails) => onChange(details.value),
    translations: { listLabel: label },
  });
  const api = tabs.connect(service, normalizeProps);
  return (
    <div {...api.getRootProps()}>
      <div {...api.getListProps()} class="tabs">
        {options.map((option) => (
          <button key={option.value} {...api.getTriggerProps({ value: option.value })} class="tab">
            {option.label}
          </button>
        ))}
      </div>
      <div {...api.getContentProps({ value })} class="tab-panel">
        {children}
      </div>
    </div>
  );
}
