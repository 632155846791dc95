import { useEffect, useState } from "preact/hooks";
import { acceptInvitation, type Offer, previewInvitation } from "../api/account";
import { ApiError } from "../api/http";
import type { Go } from "../state/use-view";
import { text } from "../text";
import { join, roles } from "../text/people";
import { CodeField } from "./CodeField";
import { Door } from "./Door";
import { NewPassword } from "./NewPassword";
import { secretOfAddress } from "./secret";

/** Where an invitation leads: says what it offers, takes a password, and lets in. */
export function Join({ go }: { readonly go: Go }) {
  const [secret] = useState(secretOfAddress);
  const [offer, setOffer] = useState<Offer | null>(null);
  const [problem, setProblem] = useState("");
  const [bad, setBad] = useState(!secret);
  const [busy, setBusy] = useState(false);
  const [asksCode, setAsksCode] = useState(false);
  const [code, setCode] = useState("");
  const home = () => go({ page: "", place: "", own: {} }, "replace");
  const failed = (error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    setBusy(false);
    if (error.status === 404) setBad(true);
    else if (error.reason === "TOTP") {
      if (asksCode) setProblem(text.signIn.codeWrong);
      setAsksCode(true);
      setCode("");
    } else setProblem(error.status === 401 ? join.wrong : error.message);
  };

  useEffect(() => {
    if (secret) previewInvitation(secret).then(setOffer, failed);
  }, [secret]);

  if (bad) {
    return (
      <Door title={join.badLink} lead={join.badLinkHelp} onSubmit={home}>
        <button class="button" type="submit">
          {join.toSignIn}
        </button>
      </Door>
    );
  }
  if (!offer) return problem ? <Door title={join.title} problem={problem} /> : null;
  const enter = (form: FormData) => {
    setBusy(true);
    setProblem("");
    acceptInvitation(secret, String(form.get("password")), code).then(home, failed);
  };
  return (
    <Door
      title={join.title}
      lead={join.lead(roles[offer.role], offer.site ?? join.everySite)}
      problem={problem}
      onSubmit={enter}
    >
      {offer.known && <p>{join.known}</p>}
      <label class="field">
        {join.email}
        <input class="input" type="email" autocomplete="username" readOnly value={offer.email} />
      </label>
      {offer.known ? (
        <label class="field">
          {join.password}
          <input
            class="input"
            type="password"
            name="password"
            autocomplete="current-password"
            required
            maxLength={1000}
          />
        </label>
      ) : (
        <NewPassword label={join.choose} />
      )}
      {asksCode && <CodeField value={code} onChange={setCode} />}
      <button class="button primary" type="submit" disabled={busy}>
        {busy ? join.busy : join.submit}
      </button>
    </Door>
  );
}
