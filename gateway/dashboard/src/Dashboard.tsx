import { useEffect, useRef } from "preact/hooks";
import { may, Reader, RoleHere, roleAt } from "./api/role";
import type { Session } from "./api/session";
import { Refresh } from "./api/use-ask";
import { useRefresh } from "./api/use-refresh";
import { Header } from "./Header";
import { Listening } from "./live/Listening";
import { PAGES } from "./pages";
import type { Go } from "./state/use-view";
import type { View } from "./state/view";
import { text } from "./text";
import { includesNow } from "./time/range";
import { lazily } from "./ui/lazily";
import { NoPage } from "./ui/NoPage";

const NewSite = lazily(async () => (await import("./settings/NewSite")).NewSite);

interface Props {
  readonly session: Session;
  readonly view: View;
  readonly go: Go;
  readonly onSignOut: () => void;
}

/** Header and the page that the address names. */
export function Dashboard({ session, view, go, onSignOut }: Props) {
  const site = session.sites.find((one) => one.id === view.site) ?? (view.site ? undefined : session.sites[0]);
  const refresh = useRefresh(site !== undefined && includesNow(view.range, new Date(), site.timezone));
  const entry = PAGES.find(({ name }) => name === view.page);
  const main = useFocusOnChange(`${view.page}/${view.place}`);

  useEffect(() => {
    document.title = [entry?.title, site?.id, text.product].filter(Boolean).join(" · ");
  }, [entry, site]);

  const Content = entry?.content;
  return (
    <Refresh.Provider value={refresh}>
      <Listening site={site?.id ?? ""}>
        <a class="skip" href="#numbers">
          {text.skip}
        </a>
        <Header sites={session.sites} site={site} view={view} go={go} onSignOut={onSignOut} />
        <main id="numbers" class="page" tabIndex={-1} ref={main}>
          {!Content ? (
            <NoPage view={view} go={go} />
          ) : site ? (
            <Reader.Provider value={session.account}>
              <RoleHere.Provider value={roleAt(session.account, site.id)}>
                <Content key={site.id} site={site} view={view} go={go} />
              </RoleHere.Provider>
            </Reader.Provider>
          ) : (
            <NoSite session={session} view={view} go={go} />
          )}
        </main>
      </Listening>
    </Refresh.Provider>
  );
}

/** An element that gets the focus when another page is shown, so that readers by ear and keyboard are where the eye is. */
function useFocusOnChange(page: string) {
  const element = useRef<HTMLElement>(null);
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    element.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [page]);
  return element;
}

/** Without any site the first one is made here. */
function NoSite({ session, view, go }: { session: Session; view: View; go: Go }) {
  if (session.sites.length === 0 && !may(roleAt(session.account, null), "admin")) {
    return (
      <div class="card message alone">
        <p class="message-title">{text.state.noSites}</p>
        <p>{text.state.noSitesHelp}</p>
      </div>
    );
  }
  if (session.sites.length === 0) {
    return (
      <div class="first-site">
        <h1 class="unseen">{text.product}</h1>
        <NewSite view={view} go={go} />
      </div>
    );
  }
  return (
    <div class="card message alone">
      <p>{text.state.unknownSite(view.site)}</p>
    </div>
  );
}
