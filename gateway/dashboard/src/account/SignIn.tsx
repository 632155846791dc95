import { useState } from "preact/hooks";
import { ApiError } from "../api/http";
import { type Session, signIn } from "../api/session";
import { text } from "../text";
import { CodeField } from "./CodeField";
import { Door } from "./Door";

interface Props {
  /** True when a session was there before and has ended. */
  readonly expired: boolean;
  readonly onSession: (session: Session) => void;
}

/** E-mail and password, then a code where the account asks for one. */
export function SignIn({ expired, onSession }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(expired ? text.signIn.expired : "");
  /** What was right already, while a code is asked for. */
  const [known, setKnown] = useState<{ readonly email: string; readonly password: string } | null>(null);
  const [code, setCode] = useState("");

  const enter = async (email: string, password: string) => {
    setBusy(true);
    setProblem("");
    try {
      onSession(await signIn(email, password, code));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setBusy(false);
      if (error.status !== 401) return setProblem(error.message);
      if (error.reason !== "TOTP") {
        setKnown(null);
        return setProblem(text.signIn.wrong);
      }
      if (known) setProblem(text.signIn.codeWrong);
      setKnown({ email, password });
      setCode("");
    }
  };
  const button = (
    <button class="button primary" type="submit" disabled={busy}>
      {busy ? text.signIn.busy : text.signIn.submit}
    </button>
  );

  if (known) {
    return (
      <Door
        key="code"
        title={text.signIn.codeTitle}
        lead={text.signIn.codeLead}
        problem={problem}
        onSubmit={() => enter(known.email, known.password)}
      >
        <CodeField value={code} onChange={setCode} />
        {button}
        <button
          class="button bare"
          type="button"
          onClick={() => {
            setKnown(null);
            setCode("");
            setProblem("");
          }}
        >
          {text.signIn.back}
        </button>
      </Door>
    );
  }
  return (
    <Door
      key="password"
      title={text.signIn.title}
      lead={text.signIn.lead}
      problem={problem}
      onSubmit={(form) => enter(String(form.get("email")), String(form.get("password")))}
    >
      <label class="field">
        {text.signIn.email}
        <input class="input" type="email" name="email" autocomplete="username" required maxLength={254} />
      </label>
      <label class="field">
        {text.signIn.password}
        <input
          class="input"
          type="password"
          name="password"
          autocomplete="current-password"
          required
          maxLength={1000}
        />
      </label>
      {button}
      <p class="sign-in-note">{text.signIn.forgot}</p>
    </Door>
  );
}
