import type { ComponentChildren } from "preact";
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

/** Shows lines to be copied, a secret perhaps that is shown this once, until they are put away. */
export function CodeDialog({ title, lead, label, code, done, onClose, children }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-form">
        <p>{lead}</p>
        <Code label={label} code={code} />
        {children}
        <div class="dialog-actions">
          <button class="button primary" type="button" onClick={onClose}>
            {done}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
