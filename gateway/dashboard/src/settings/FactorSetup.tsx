import { useState } from "preact/hooks";
import { CodeField } from "../account/CodeField";
import { beginTotp, confirmTotp, type TotpSecret } from "../api/account";
import { factor } from "../text/people";
import { Code } from "../ui/Code";
import { FormDialog } from "./FormDialog";
import { PasswordField } from "./PasswordField";
import { problemAt, useSaving } from "./use-saving";

interface Props {
  readonly onCodes: (codes: readonly string[]) => void;
  readonly onClose: () => void;
}

/** Turns the second factor on: the password, the secret for the app, then a code that proves the app has it. */
export function FactorSetup({ onCodes, onClose }: Props) {
  const saving = useSaving();
  const [password, setPassword] = useState("");
  const [secret, setSecret] = useState<TotpSecret | null>(null);
  const [code, setCode] = useState("");

  if (!secret) {
    return (
      <FormDialog
        title={factor.title}
        submit={factor.next}
        saving={saving}
        names={["password"]}
        onSubmit={() => saving.run(async () => setSecret(await beginTotp(password)))}
        onClose={onClose}
      >
        <p>{factor.lead}</p>
        <PasswordField value={password} problem={problemAt(saving.error, "password")} onChange={setPassword} />
      </FormDialog>
    );
  }
  return (
    <FormDialog
      key="confirm"
      title={factor.app}
      submit={factor.turnOn}
      saving={saving}
      names={["code"]}
      onSubmit={() => saving.run(async () => onCodes(await confirmTotp(code)))}
      onClose={onClose}
    >
      <p>{factor.appLead}</p>
      <div class="once">
        <p class="form-label">{factor.secret}</p>
        <Code label={factor.secret} code={inGroups(secret.secret)} />
      </div>
      <div class="once">
        <p class="form-label">{factor.uri}</p>
        <Code label={factor.uri} code={secret.uri} />
        <a class="text-link" href={secret.uri}>
          {factor.openApp}
        </a>
      </div>
      <CodeField value={code} onChange={setCode} hint={factor.codeHint} problem={problemAt(saving.error, "code")} />
    </FormDialog>
  );
}

/** Four characters at a time are typed without losing one's place. */
function inGroups(secret: string): string {
  return (
    secret
      .replace(/\s/g, "")
      .match(/.{1,4}/g)
      ?.join(" ") ?? ""
  );
}
