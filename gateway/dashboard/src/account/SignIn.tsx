import { useState } from "preact/hooks";
import { ApiError } from "../api/http";
import { type Session, signIn } from "../api/session";
import { text } from "../text";
import { Mark } from "../ui/Mark";

interface Props {
  /** True when a session was there before and has ended. */
  readonly expired: boolean;
  readonly onSession: (session: Session) => void;
}

export function SignIn({ expired, onSession }: Props) {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(expired ? text.signIn.expired : "");

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setBusy(true);
    try {
      onSession(await signIn(String(form.get("email")), String(form.get("password"))));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.status === 401 ? text.signIn.wrong : error.message);
      setBusy(false);
    }
  };

  return (
    <main class="sign-in">
      <form class="card sign-in-form" onSubmit={submit}>
        <Mark />
        <h1>{text.signIn.title}</h1>
        <p class="quiet">{text.signIn.lead}</p>
        <p class="problem" role="alert">
          {problem}
        </p>
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
        <button class="button primary" type="submit" disabled={busy}>
          {busy ? text.signIn.busy : text.signIn.submit}
        </button>
      </form>
    </main>
  );
}
