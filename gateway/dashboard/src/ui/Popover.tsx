import * as popover from "@zag-js/popover";
import { normalizeProps, useMachine } from "@zag-js/preact";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

interface Props {
  /** What the button shows. */
  readonly trigger: ComponentChildren;
  /** The panel's name for screen readers. */
  readonly label: string;
  readonly align: "start" | "end";
  /** The panel; `close` puts it away. */
  readonly children: (close: () => void) => ComponentChildren;
}

/** A button that opens a panel beside it; Escape or a click elsewhere closes it. */
export function Popover({ trigger, label, align, children }: Props) {
  const service = useMachine(popover.machine, {
    id: useId(),
    positioning: { placement: align === "start" ? "bottom-start" : "bottom-end", gutter: 6 },
    translations: { closeTriggerLabel: label },
  });
  const api = popover.connect(service, normalizeProps);
  return (
    <>
      <button {...api.getTriggerProps()} class="button">
        {trigger}
      </button>
      <div {...api.getPositionerProps()}>
        <div {...api.getContentProps()} role="dialog" aria-label={label} class="popover card">
          {api.open && children(() => api.setOpen(false))}
        </div>
      </div>
    </>
  );
}
