import { useContext } from "preact/hooks";
import { may, RoleHere } from "../api/role";
import type { PageProps } from "../pages";
import { setup } from "../text/setup";
import { Code } from "../ui/Code";
import { PageLink } from "../ui/PageLink";
import { Tabs } from "../ui/Tabs";
import { FirstView } from "./FirstView";
import { BACKENDS, snippets, WAYS, type Way } from "./snippets";

/** What to put into a site so that it is counted, and whether it arrives. */
export function Setup({ site, view, go }: PageProps) {
  const way = WAYS.find((one) => one === view.own.with) ?? "script";
  return (
    <>
      <FirstView site={site} view={view} go={go} />
      <section class="card panel-tabs" aria-labelledby="setup">
        <header class="panel-tabs-head">
          <h2 class="panel-title" id="setup">
            {setup.title}
          </h2>
          <p class="panel-lead">{setup.lead}</p>
        </header>
        <Tabs
          label={setup.title}
          value={way}
          options={WAYS.map((value) => ({ value, label: setup.ways[value] }))}
          onChange={(chosen) => go({ own: chosen === "script" ? {} : { with: chosen } }, "replace")}
        >
          <div class="setup-steps">
            {snippets(way, location.origin, site.id).map(({ step, code }) => (
              <div key={step} class="setup-step">
                <p>{setup.steps[step]}</p>
                <Code label={setup.codeOf(setup.steps[step])} code={code} />
              </div>
            ))}
            <Notes way={way} site={site} view={view} go={go} />
          </div>
        </Tabs>
      </section>
    </>
  );
}

/** What else this way needs, and what follows from the site's identity mode. */
function Notes({ way, site, view, go }: PageProps & { readonly way: Way }) {
  const backend = BACKENDS.includes(way);
  const sets = may(useContext(RoleHere), "admin");
  return (
    <ul class="notes">
      {backend && (
        <li>
          {setup.needsKey}{" "}
          {sets && (
            <PageLink class="text-link" page="settings" place="keys" view={view} go={go}>
              {setup.makeKey}
            </PageLink>
          )}
        </li>
      )}
      <li>{backend ? setup.oncePlace : setup.noScript}</li>
      {site.identity === "memory" && (backend || way === "script") && (
        <li>
          {backend ? setup.memoryBackend : setup.memoryPages}{" "}
          {sets && (
            <PageLink class="text-link" page="settings" place="general" view={view} go={go}>
              {setup.changeIdentity}
            </PageLink>
          )}
        </li>
      )}
      {way === "python" && <li>{setup.edge}</li>}
    </ul>
  );
}
