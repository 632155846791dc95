import { useState } from "preact/hooks";
import { CodeField } from "../account/CodeField";
import { text } from "../text";
import { FormDialog } from "./FormDialog";
import { PasswordField } from "./PasswordField";
import { problemAt, useSaving } from "./use-saving";

interface Props {
  readonly title: string;
  readonly lead: string;
  readonly submit: string;
  /** Throws ApiError. */
  readonly onProven: (password: string, code: string) => Promise<void>;
  readonly onClose: () => void;
}

/** Asks for password and code before the second factor is changed. */
export function ProvenDialog({ title, lead, submit, onProven, onClose }: Props) {
  const saving = useSaving();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const wrongCode = saving.error?.reason === "TOTP";
  return (
    <FormDialog
      title={title}
      submit={submit}
      saving={wrongCode ? { ...saving, error: null } : saving}
      names={["password"]}
      onSubmit={() => saving.run(() => onProven(password, code))}
      onClose={onClose}
    >
      <p>{lead}</p>
      <PasswordField value={password} problem={problemAt(saving.error, "password")} onChange={setPassword} />
      <CodeField value={code} onChange={setCode} problem={wrongCode ? text.signIn.codeWrong : ""} />
    </FormDialog>
  );
}
