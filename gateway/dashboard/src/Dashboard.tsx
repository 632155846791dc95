import { useEffect } from "preact/hooks";
import type { Session, Site } from "./api/session";
import { useLive } from "./api/use-live";
import { Refresh } from "./api/use-query";
import { useRefresh } from "./api/use-refresh";
import { Header } from "./Header";
import { LiveView } from "./live/LiveView";
import { Overview } from "./overview/Overview";
import type { Go } from "./state/use-view";
import type { View } from "./state/view";
import { text } from "./text";
import { includesNow } from "./time/range";

interface Props {
  readonly session: Session;
  readonly view: View;
  readonly go: Go;
  readonly onSignOut: () => void;
}

export function Dashboard({ session, view, go, onSignOut }: Props) {
  const site = session.sites.find((one) => one.id === view.site) ?? (view.site ? undefined : session.sites[0]);
  const live = useLive(site?.id ?? "");
  const refresh = useRefresh(site !== undefined && includesNow(view.range, new Date(), site.timezone));
  useEffect(() => {
    document.title = site ? `${site.id} · ${text.product}` : text.product;
  }, [site]);

  return (
    <Refresh.Provider value={refresh}>
      <a class="skip" href="#numbers">
        {text.skip}
      </a>
      <Header sites={session.sites} site={site} view={view} go={go} live={live} onSignOut={onSignOut} />
      <main id="numbers" class="page" tabIndex={-1}>
        {site ? <Numbers site={site} view={view} go={go} live={live} /> : <NoSite session={session} view={view} />}
      </main>
    </Refresh.Provider>
  );
}

function Numbers(props: { site: Site; view: View; go: Go; live: ReturnType<typeof useLive> }) {
  const { site, view, go, live } = props;
  return view.page === "live" ? (
    <LiveView key={site.id} site={site} live={live} />
  ) : (
    <Overview key={site.id} site={site} view={view} go={go} />
  );
}

function NoSite({ session, view }: { session: Session; view: View }) {
  return (
    <div class="card message">
      <p>{session.sites.length === 0 ? text.state.noSites : text.state.unknownSite(view.site)}</p>
    </div>
  );
}
