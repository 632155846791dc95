import { useEffect, useState } from "preact/hooks";
import { Door } from "../account/Door";
import { secretOfAddress } from "../account/secret";
import { ApiError, askWith } from "../api/http";
import { RoleHere } from "../api/role";
import { currentSession, type Site } from "../api/session";
import { openShare } from "../api/shares";
import { forgetAnswers, Refresh, SessionEnded } from "../api/use-ask";
import { useRefresh } from "../api/use-refresh";
import { visible } from "../format";
import { Listening } from "../live/Listening";
import { LiveNumber } from "../live/LiveNumber";
import { Overview } from "../overview/Overview";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { share as words } from "../text/people";
import { includesNow } from "../time/range";
import { Mark } from "../ui/Mark";
import { Problem } from "../ui/Problem";
import { ThemeButton } from "../ui/ThemeButton";

type Stage =
  | { readonly name: "opening" | "password" | "bad" | "ended" }
  | { readonly name: "failed"; readonly error: ApiError }
  | { readonly name: "open"; readonly site: Site; readonly title: string; readonly live: boolean };

interface Props {
  readonly view: View;
  readonly go: Go;
}

/** Where a share link leads: a site's overview for whoever has the link, perhaps in a frame of another page. */
export function Share({ view, go }: Props) {
  const [secret] = useState(secretOfAddress);
  const [stage, setStage] = useState<Stage>({ name: secret ? "opening" : "bad" });
  const [problem, setProblem] = useState("");

  const open = async (password: string) => {
    try {
      const opened = await openShare(secret, password);
      askWith(opened.token);
      const site = (await currentSession())?.sites[0];
      setStage(site ? { name: "open", site, title: visible(opened.name), live: opened.live } : { name: "ended" });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 404) setStage({ name: "bad" });
      else if (error.reason === "PASSWORD" || password) {
        setProblem(error.reason !== "PASSWORD" ? error.message : password ? words.passwordWrong : "");
        setStage({ name: "password" });
      } else setStage({ name: "failed", error });
    }
  };
  useEffect(() => {
    if (secret) open("");
  }, [secret]);

  switch (stage.name) {
    case "opening":
      return null;
    case "failed":
      return (
        <main class="sign-in">
          <Problem error={stage.error} onRetry={() => open("")} />
        </main>
      );
    case "bad":
      return <Door title={words.badLink} lead={words.badLinkHelp} />;
    case "ended":
      return <Door title={words.ended} lead={words.endedHelp} />;
    case "password":
      return (
        <Door
          title={words.title}
          lead={words.passwordLead}
          problem={problem}
          onSubmit={(form) => open(String(form.get("password")))}
        >
          <label class="field">
            {words.password}
            <input class="input" type="password" name="password" autocomplete="off" required maxLength={1000} />
          </label>
          <button class="button primary" type="submit">
            {words.open}
          </button>
        </Door>
      );
    case "open":
      return (
        <SessionEnded.Provider
          value={() => {
            forgetAnswers();
            setStage({ name: "ended" });
          }}
        >
          <Shared site={stage.site} title={stage.title} isLive={stage.live} view={view} go={go} />
        </SessionEnded.Provider>
      );
  }
}

interface SharedProps extends Props {
  readonly site: Site;
  readonly title: string;
  /** There is no live view of a part of the site. */
  readonly isLive: boolean;
}

function Shared({ site, title, isLive, view, go }: SharedProps) {
  const refresh = useRefresh(includesNow(view.range, new Date(), site.timezone));
  useEffect(() => {
    document.title = `${title} · ${text.product}`;
  }, [title]);
  return (
    <Refresh.Provider value={refresh}>
      <RoleHere.Provider value="guest">
        <Listening site={isLive ? site.id : ""}>
          <header class="header">
            <div class="header-inner">
              <Mark />
              <p class="share-name">
                <bdi>{title}</bdi>
              </p>
              {isLive && <LiveNumber worded />}
              <div class="header-end">
                <span class="share-by">{words.by}</span>
                <ThemeButton theme={view.theme} onChange={(theme) => go({ theme }, "replace")} />
              </div>
            </div>
          </header>
          <main class="page">
            <Overview site={site} view={view} go={go} />
          </main>
        </Listening>
      </RoleHere.Provider>
    </Refresh.Provider>
  );
}
