import { useContext, useState } from "preact/hooks";
import { may, RoleHere } from "../api/role";
import { removeSite, Sites } from "../api/sites";
import type { PageProps } from "../pages";
import { openedPage } from "../state/view";
import { settings } from "../text/settings";
import { CheckField } from "../ui/Field";
import { Confirm } from "./Confirm";
import { IdentityChoice } from "./IdentityChoice";
import { ListField } from "./ListField";
import { SiteForm } from "./SiteForm";
import { TimezoneField } from "./TimezoneField";

/** What a site is, what counts as a page, and the way to be rid of it. */
export function General({ site, view, go }: PageProps) {
  const words = settings.general;
  const owns = may(useContext(RoleHere), "owner");
  return (
    <>
      <SiteForm site={site} title={words.about} names={["timezone", "domains", "identity"]}>
        {({ value, set, problem }) => (
          <>
            <ListField
              label={words.domains}
              hint={words.domainsHint}
              problem={problem("domains")}
              values={value.domains}
              onChange={(domains) => set({ domains })}
            />
            <TimezoneField
              value={value.timezone}
              problem={problem("timezone")}
              onChange={(timezone) => set({ timezone })}
            />
            <IdentityChoice
              value={value.identity}
              onChange={(identity) => set({ identity })}
              note={settings.identity.changed}
            />
          </>
        )}
      </SiteForm>
      <SiteForm site={site} title={words.pages} lead={words.pagesLead} names={["queryParameters", "hashRouting"]}>
        {({ value, set, problem }) => (
          <>
            <ListField
              label={words.parameters}
              hint={words.parametersHint}
              problem={problem("queryParameters")}
              values={value.queryParameters}
              onChange={(queryParameters) => set({ queryParameters })}
            />
            <CheckField
              label={words.hashRouting}
              hint={words.hashRoutingHint}
              checked={value.hashRouting}
              onChange={(hashRouting) => set({ hashRouting })}
            />
          </>
        )}
      </SiteForm>
      {owns && <Danger site={site} view={view} go={go} />}
    </>
  );
}

function Danger({ site, view, go }: PageProps) {
  const sites = useContext(Sites);
  const [asking, setAsking] = useState(false);
  const remove = async () => {
    await removeSite(site.id);
    await sites.reload();
    go({ ...openedPage(view, "settings", "sites"), site: "", filters: [] });
  };
  return (
    <section class="card panel panel-danger" aria-labelledby="danger">
      <h2 class="panel-title" id="danger">
        {settings.general.danger}
      </h2>
      <div class="panel-row">
        <p class="panel-lead">{settings.general.deleteLead}</p>
        <button class="button danger-quiet" type="button" onClick={() => setAsking(true)}>
          {settings.general.delete}
        </button>
      </div>
      {asking && (
        <Confirm
          title={settings.general.deleteTitle(site.id)}
          consequence={settings.general.deleteSure}
          typed={site.id}
          onRemove={remove}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}
