import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { text } from "../text";

const FIELD = ":is(input:not([type='radio']), input:checked, select, textarea):enabled";
/** The first of them cancels: what cannot be undone stands last. */
const ACTION = ".dialog-actions > .button";

interface Props {
  readonly title: ComponentChildren;
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

/** The browser's own modal dialog, open while it is there: focus stays in it and goes back to where it came from. */
export function Dialog({ title, onClose, wide, children }: Props) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();

  useEffect(() => {
    const dialog = element.current;
    const opener = document.activeElement;
    dialog?.showModal();
    // The browser would give the focus to the button that closes.
    (dialog?.querySelector<HTMLElement>(FIELD) ?? dialog?.querySelector<HTMLElement>(ACTION))?.focus();
    return () => {
      dialog?.close();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
    };
  }, []);

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the dialog's own Escape does what a click beside it does.
    <dialog
      ref={element}
      class={wide ? "dialog wide" : "dialog"}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => event.target === element.current && onClose()}
    >
      <div class="dialog-inner">
        <header class="dialog-head">
          <h2 class="dialog-title" id={heading}>
            {title}
          </h2>
          <button class="button bare icon" type="button" aria-label={text.lists.close} onClick={onClose}>
            ×
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
