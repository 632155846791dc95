import type { ComponentChildren } from "preact";
import { useContext, useState } from "preact/hooks";
import type { Site } from "../api/session";
import { changeSite, type SitePatch, Sites } from "../api/sites";
import { settings } from "../text/settings";
import { problemAt, problemElsewhere, useSaving } from "./use-saving";

/** A site's settings as they stand in the form. */
export interface Draft {
  readonly value: Required<SitePatch>;
  readonly set: (patch: SitePatch) => void;
  readonly problem: (name: keyof SitePatch) => string;
}

interface Props {
  readonly site: Site;
  readonly title: string;
  readonly lead?: string;
  /** The settings that the form shows. */
  readonly names: readonly (keyof SitePatch)[];
  readonly children: (draft: Draft) => ComponentChildren;
}

/** Some of a site's settings, saved together. */
export function SiteForm({ site, title, lead, names, children }: Props) {
  const sites = useContext(Sites);
  const saving = useSaving();
  const [patch, setPatch] = useState<SitePatch>({});
  const known = settingsOf(site);
  const value = { ...known, ...patch };
  const changed = JSON.stringify(value) !== JSON.stringify(known);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    await saving.run(async () => {
      await changeSite(site.id, patch);
      await sites.reload();
      setPatch({});
    });
  };
  const draft: Draft = {
    value,
    set: (more) => {
      saving.touch();
      setPatch((before) => ({ ...before, ...more }));
    },
    problem: (name) => problemAt(saving.error, name),
  };
  return (
    <form class="card panel" onSubmit={submit}>
      <h2 class="panel-title">{title}</h2>
      {lead && <p class="panel-lead">{lead}</p>}
      {children(draft)}
      <div class="panel-end">
        <button class="button primary" type="submit" disabled={!changed || saving.busy}>
          {saving.busy ? settings.saving : settings.save}
        </button>
        <p class="quiet" role="status">
          {saving.saved ? settings.saved : ""}
        </p>
        <p class="problem" role="alert">
          {problemElsewhere(saving.error, names)}
        </p>
      </div>
    </form>
  );
}

/** What may be changed of a site, every part given. */
export function settingsOf(site: Site): Required<SitePatch> {
  return {
    timezone: site.timezone,
    identity: site.identity,
    domains: site.domains,
    retention: site.retention,
    ignorePrivacySignals: site.ignorePrivacySignals ?? false,
    queryParameters: site.queryParameters ?? [],
    hashRouting: site.hashRouting ?? false,
    excludedIps: site.excludedIps ?? [],
    excludedPaths: site.excludedPaths ?? [],
    excludedHostnames: site.excludedHostnames ?? [],
    excludedCountries: site.excludedCountries ?? [],
    pathRules: site.pathRules ?? [],
  };
}
