import { useState } from "preact/hooks";
import { resetPassword } from "../api/account";
import { ApiError } from "../api/http";
import type { Go } from "../state/use-view";
import { join, reset } from "../text/people";
import { Door } from "./Door";
import { NewPassword } from "./NewPassword";
import { secretOfAddress } from "./secret";

/** Where a reset link leads: takes a new password. */
export function Reset({ go }: { readonly go: Go }) {
  const [secret] = useState(secretOfAddress);
  const [stage, setStage] = useState<"asked" | "busy" | "done" | "bad">(secret ? "asked" : "bad");
  const [problem, setProblem] = useState("");

  if (stage === "done" || stage === "bad") {
    const done = stage === "done";
    return (
      <Door
        title={done ? reset.done : reset.badLink}
        lead={done ? reset.doneHelp : reset.badLinkHelp}
        onSubmit={() => go({ page: "", place: "", own: {} }, "replace")}
      >
        <button class={done ? "button primary" : "button"} type="submit">
          {join.toSignIn}
        </button>
      </Door>
    );
  }
  const submit = async (form: FormData) => {
    setStage("busy");
    setProblem("");
    try {
      await resetPassword(secret, String(form.get("password")));
      setStage("done");
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setStage(error.status === 404 ? "bad" : "asked");
      setProblem(error.message);
    }
  };
  return (
    <Door title={reset.title} lead={reset.lead} problem={problem} onSubmit={submit}>
      <NewPassword label={reset.password} />
      <button class="button primary" type="submit" disabled={stage === "busy"}>
        {stage === "busy" ? reset.busy : reset.submit}
      </button>
    </Door>
  );
}
