import { useContext, useEffect, useRef } from "preact/hooks";
import { may, Reader, RoleHere, roleAt } from "../api/role";
import { Refresh } from "../api/use-ask";
import type { PageProps } from "../pages";
import { text } from "../text";
import { settings } from "../text/settings";
import { PageLink } from "../ui/PageLink";
import { NewSite } from "./NewSite";
import { OwnAccount } from "./OwnAccount";
import { SiteList } from "./SiteList";
import { SECTIONS } from "./sections";

const FIRST = "general";

/** Everything that can be set: of the site, and of all sites. */
export function Settings({ site, view, go }: PageProps) {
  const role = useContext(RoleHere);
  const makesSites = may(roleAt(useContext(Reader), null), "admin");
  const sections = SECTIONS.filter(({ needs }) => may(role, needs));
  const first = sections.some(({ place }) => place === FIRST) ? FIRST : (sections[0]?.place ?? "account");
  const here = { ...view, place: view.place || first };
  const section = sections.find(({ place }) => place === here.place);
  const title = section?.title ?? titleOf(here.place);
  const link = (place: string, name: string) => (
    <PageLink
      key={place}
      class="settings-link"
      page="settings"
      place={place}
      here={here.place.split("/")[0] === place}
      view={view}
      go={go}
    >
      {name}
    </PageLink>
  );
  const Content = section?.content;
  const nav = useRef<HTMLElement>(null);
  // On a phone the links are a row that is wider than the screen.
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>("[aria-current]");
    if (current) nav.current?.scrollTo({ left: current.offsetLeft - 24 });
  }, [here.place]);
  return (
    <div class="settings">
      <nav class="settings-nav" ref={nav} aria-label={settings.label}>
        <p class="settings-group">{site.id}</p>
        {sections.map(({ place, title: name }) => link(place, name))}
        <p class="settings-group">{settings.allSites}</p>
        {link("sites", settings.sections.sites)}
        {link("account", settings.sections.account)}
      </nav>
      <div class="settings-body">
        <h1 class="unseen">{`${settings.label}: ${title}`}</h1>
        {Content ? (
          // What is set does not move by itself, and each reading of it may be an entry of the audit log.
          <Refresh.Provider value={0}>
            <Content key={here.place} site={site} view={view} go={go} />
          </Refresh.Provider>
        ) : here.place === "sites" ? (
          <SiteList view={view} go={go} />
        ) : here.place === "sites/new" && makesSites ? (
          <NewSite view={view} go={go} />
        ) : here.place === "account" ? (
          <OwnAccount />
        ) : (
          <div class="card message">
            <p class="message-title">{settings.noSuchSection}</p>
            <p>{text.state.noPageHelp}</p>
          </div>
        )}
      </div>
    </div>
  );
}

function titleOf(place: string): string {
  if (place === "sites/new") return settings.sites.new;
  return place === "account" ? settings.sections.account : settings.sections.sites;
}
