import type { Site } from "./api/session";
import { LiveNumber } from "./live/LiveNumber";
import { PAGES } from "./pages";
import type { Go } from "./state/use-view";
import type { View } from "./state/view";
import { text } from "./text";
import { Mark } from "./ui/Mark";
import { PageLink } from "./ui/PageLink";
import { Select } from "./ui/Select";
import { ThemeButton } from "./ui/ThemeButton";

interface Props {
  readonly sites: readonly Site[];
  readonly site: Site | undefined;
  readonly view: View;
  readonly go: Go;
  readonly onSignOut: () => void;
}

export function Header({ sites, site, view, go, onSignOut }: Props) {
  const choices = sites.map(({ id }) => ({ value: id, label: id }));
  if (!site) choices.unshift({ value: view.site, label: view.site });
  return (
    <header class="header">
      <div class="header-inner">
        <Mark />
        {sites.length > 0 && (
          <>
            <Select
              label={text.nav.site}
              value={site?.id ?? view.site}
              options={choices}
              onChange={(id) => go({ site: id, filters: [], details: null })}
            />
            <nav class="nav" aria-label={text.nav.label}>
              {PAGES.map(({ name, title }) => (
                <PageLink key={name} class="nav-link" page={name} view={view} go={go}>
                  {title}
                  {name === "live" && <LiveNumber />}
                </PageLink>
              ))}
            </nav>
          </>
        )}
        <div class="header-end">
          <ThemeButton theme={view.theme} onChange={(theme) => go({ theme }, "replace")} />
          <button class="button bare" type="button" onClick={onSignOut}>
            {text.signOut}
          </button>
        </div>
      </div>
    </header>
  );
}
