import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { SignIn } from "./account/SignIn";
import { ApiError } from "./api/http";
import { patiently } from "./api/patience";
import { currentSession, type Session, signOut } from "./api/session";
import { Sites } from "./api/sites";
import { forgetAnswers, SessionEnded } from "./api/use-ask";
import { Dashboard } from "./Dashboard";
import { useTheme } from "./state/use-theme";
import { type Go, useView } from "./state/use-view";
import type { View } from "./state/view";
import { lazily } from "./ui/lazily";
import { Problem } from "./ui/Problem";

type Stage =
  | { readonly name: "loading" }
  | { readonly name: "failed"; readonly error: ApiError }
  | { readonly name: "signed-out"; readonly expired: boolean }
  | { readonly name: "signed-in"; readonly session: Session };

interface Props {
  readonly view: View;
  readonly go: Go;
}

/** Pages that need no session, by the first part of their path: links that carry a secret behind a # lead there. */
const DOORS = new Map([
  ["join", lazily<Props>(async () => (await import("./account/Join")).Join)],
  ["reset", lazily<Props>(async () => (await import("./account/Reset")).Reset)],
  ["share", lazily<Props>(async () => (await import("./share/Share")).Share)],
]);

export function App() {
  const [view, go] = useView();
  useTheme(view.theme);
  const Content = DOORS.get(view.page) ?? Inside;
  return <Content view={view} go={go} />;
}

/** Shows the dashboard to who is signed in, and the sign-in page to everyone else. */
function Inside({ view, go }: Props) {
  const [stage, setStage] = useState<Stage>({ name: "loading" });

  const load = useCallback(() => {
    patiently(currentSession, new AbortController().signal).then(
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

  const reload = useCallback(async () => {
    const session = await currentSession();
    setStage(session ? { name: "signed-in", session } : { name: "signed-out", expired: true });
  }, []);
  const all = stage.name === "signed-in" ? stage.session.sites : undefined;
  const sites = useMemo(() => ({ all: all ?? [], reload }), [all, reload]);

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
          <Sites.Provider value={sites}>
            <Dashboard session={stage.session} view={view} go={go} onSignOut={leave} />
          </Sites.Provider>
        </SessionEnded.Provider>
      );
  }
}
