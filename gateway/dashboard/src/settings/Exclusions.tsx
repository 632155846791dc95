import { formatValue } from "../format";
import type { PageProps } from "../pages";
import { settings } from "../text/settings";
import { suggestCountries } from "./countries";
import { ListField } from "./ListField";
import { SiteForm } from "./SiteForm";

/** What is not counted, and which pages count as one. */
export function Exclusions({ site }: PageProps) {
  const words = settings.exclusions;
  return (
    <>
      <SiteForm
        site={site}
        title={words.title}
        lead={words.lead}
        names={["excludedIps", "excludedPaths", "excludedHostnames", "excludedCountries"]}
      >
        {({ value, set, problem }) => (
          <>
            <ListField
              label={words.ips}
              hint={words.ipsHint}
              problem={problem("excludedIps")}
              values={value.excludedIps}
              onChange={(excludedIps) => set({ excludedIps })}
            />
            <ListField
              label={words.paths}
              hint={words.pathsHint}
              problem={problem("excludedPaths")}
              values={value.excludedPaths}
              onChange={(excludedPaths) => set({ excludedPaths })}
            />
            <ListField
              label={words.hostnames}
              hint={words.hostnamesHint}
              problem={problem("excludedHostnames")}
              values={value.excludedHostnames}
              onChange={(excludedHostnames) => set({ excludedHostnames })}
            />
            <ListField
              label={words.countries}
              hint={words.countriesHint}
              problem={problem("excludedCountries")}
              values={value.excludedCountries}
              onChange={(excludedCountries) => set({ excludedCountries })}
              labelOf={(code) => formatValue("country", code)}
              suggest={suggestCountries}
            />
          </>
        )}
      </SiteForm>
      <SiteForm site={site} title={words.rules} lead={words.rulesLead} names={["pathRules"]}>
        {({ value, set, problem }) => (
          <ListField
            label={words.rulesLabel}
            hint={words.rulesHint}
            problem={problem("pathRules")}
            values={value.pathRules}
            onChange={(pathRules) => set({ pathRules })}
          />
        )}
      </SiteForm>
    </>
  );
}
