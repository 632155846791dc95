import { useCallback, useEffect, useState } from "preact/hooks";
import { SignIn } from "./account/SignIn";
import { ApiError } from "./api/http";
import { currentSession, type Session, signOut } from "./api/session";
import { forgetAnswers, SessionEnded } from "./api/use-ask";
import { Dashboard } from "./Dashboard";
import { useTheme } from "./state/use-theme";
import { useView } from "./state/use-view";
import { Problem } from "./ui/Problem";

type Stage =
  | { readonly name: "loading" }
  | { readonly name: "failed"; readonly error: ApiError }
  | { readonly name: "signed-out"; readonly expired: boolean }
  | { readonly name: "signed-in"; readonly session: Session };

/** Shows the dashboard to who is signed in, and the sign-in page to everyone else. */
export function App() {
  const [stage, setStage] = useState<Stage>({ name: "loading" });
  const [view, go] = useView();
  useTheme(view.theme);

  const load = useCallback(() => {
    currentSession().then(
      (session) => setStage(session ? { name: "signed-in", session } : { name: "signed-out", expired: false }),
      (error: unknown) => {
        if (error instanceof ApiError) setStage({ name: "failed", error });
        else throw error;
      },
    );
  }, []);
  useEffect(load, [load]);

  const ended = useCallback(() => {
    forgetAnswers();
    setStage({ name: "signed-out", expired: true });
  }, []);
  const leave = useCallback(async () => {
    await signOut().catch(() => undefined);
    forgetAnswers();
    setStage({ name: "signed-out", expired: false });
  }, []);

  switch (stage.name) {
    case "loading":
      return null;
    case "failed":
      return (
        <main class="sign-in">
          <Problem error={stage.error} onRetry={load} />
        </main>
      );
    case "signed-out":
      return <SignIn expired={stage.expired} onSession={(session) => setStage({ name: "signed-in", session })} />;
    case "signed-in":
      return (
        <SessionEnded.Provider value={ended}>
          <Dashboard session={stage.session} view={view} go={go} onSignOut={leave} />
        </SessionEnded.Provider>
      );
  }
}
