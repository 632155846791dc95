import type { ComponentChildren } from "preact";
import { settings } from "../text/settings";
import { Dialog } from "../ui/Dialog";
import { problemElsewhere, type Saving } from "./use-saving";

interface Props {
  readonly title: ComponentChildren;
  /** What the button that sends it says. */
  readonly submit: string;
  /** What it does cannot be undone. */
  readonly danger?: boolean;
  /** It cannot be sent yet. */
  readonly held?: boolean;
  readonly saving: Saving;
  /** The fields that say themselves what is wrong with them. */
  readonly names: readonly string[];
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** A form in a dialog, with its buttons and what is wrong with none of its fields. */
export function FormDialog({ title, submit, danger, held, saving, names, onSubmit, onClose, children }: Props) {
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="dialog-form"
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        <p class="problem" role="alert">
          {problemElsewhere(saving.error, names)}
        </p>
        <div class="dialog-actions">
          <button class="button" type="button" onClick={onClose}>
            {settings.cancel}
          </button>
          <button class={danger ? "button danger" : "button primary"} type="submit" disabled={saving.busy || held}>
            {submit}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
