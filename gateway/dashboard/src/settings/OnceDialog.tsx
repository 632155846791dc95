import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Code } from "../ui/Code";
import { Dialog } from "../ui/Dialog";

interface Props {
  readonly title: string;
  readonly lead: string;
  /** What is shown, and what it is called. */
  readonly label: string;
  readonly code: string;
  readonly done: string;
  readonly onClose: () => void;
  readonly children?: ComponentChildren;
}

/** Shows a secret this once, until it is put away. */
export function OnceDialog({ title, lead, label, code, done, onClose, children }: Props) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => button.current?.focus(), []);
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-form">
        <p>{lead}</p>
        <Code label={label} code={code} />
        {children}
        <div class="dialog-actions">
          <button class="button primary" type="button" ref={button} onClick={onClose}>
            {done}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
