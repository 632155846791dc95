import { useState } from "preact/hooks";
import { ApiError } from "../api/http";
import { settings } from "../text/settings";
import { Dialog } from "./Dialog";
import { Field } from "./Field";

interface Props {
  readonly title: string;
  /** What will be gone, and what not. */
  readonly consequence: string;
  /** What must be typed before. */
  readonly typed?: string;
  /** Throws ApiError. */
  readonly onRemove: () => Promise<unknown>;
  readonly onClose: () => void;
}

/** Asks before something is deleted. */
export function Confirm({ title, consequence, typed, onRemove, onClose }: Props) {
  const [said, setSaid] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      await onRemove();
      onClose();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="dialog-form" onSubmit={submit}>
        <p>{consequence}</p>
        {typed !== undefined && (
          <Field label={settings.typeToConfirm(typed)}>
            {(ties) => (
              <input
                {...ties}
                class="input"
                autocomplete="off"
                spellcheck={false}
                value={said}
                onInput={(event) => setSaid(event.currentTarget.value)}
              />
            )}
          </Field>
        )}
        <p class="problem" role="alert">
          {problem}
        </p>
        <div class="dialog-actions">
          <button class="button" type="button" onClick={onClose}>
            {settings.cancel}
          </button>
          <button class="button danger" type="submit" disabled={busy || (typed !== undefined && said.trim() !== typed)}>
            {busy ? settings.removing : settings.remove}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
