import { useState } from "preact/hooks";
import { settings } from "../text/settings";
import { FormDialog } from "./FormDialog";
import { TypedField } from "./TypedField";
import { useSaving } from "./use-saving";

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
  const saving = useSaving();
  const [said, setSaid] = useState("");
  const submit = async () => {
    if (await saving.run(onRemove)) onClose();
  };
  return (
    <FormDialog
      title={title}
      submit={saving.busy ? settings.removing : settings.remove}
      danger
      held={typed !== undefined && said.trim() !== typed}
      saving={saving}
      names={[]}
      onSubmit={submit}
      onClose={onClose}
    >
      <p>{consequence}</p>
      {typed !== undefined && <TypedField word={typed} value={said} onChange={setSaid} />}
    </FormDialog>
  );
}
