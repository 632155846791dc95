import { type Goal, goalsOf } from "../api/definitions";
import type { Site } from "../api/session";
import { useAsk } from "../api/use-ask";
import { type Dimension, keyOf, LISTS, type Listed, type ListName } from "../state/dimensions";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { Icon } from "../ui/Icon";
import { Select } from "../ui/Select";
import { Tabs } from "../ui/Tabs";
import { List } from "./List";
import { MapCard } from "./MapCard";
import { PropertyKey } from "./PropertyKey";
import type { Total } from "./totals";
import type { Page } from "./use-page";

interface Props {
  readonly name: ListName;
  readonly site: Site;
  readonly view: View;
  readonly page: Page;
  readonly visitors: Total | null;
  readonly go: Go;
}

type Tab = keyof typeof text.tabs;

function isCampaign(listed: Listed): boolean {
  return listed.startsWith("utm_");
}

/** The five UTM parameters share one tab, and so do all properties. */
function tabOf(listed: Listed): Tab {
  if (keyOf(listed)[0] === "prop:") return "prop:";
  return isCampaign(listed) ? "campaigns" : (listed as Tab);
}

/** What a card shows beside plain lists. */
const MORE: Readonly<Record<ListName, readonly Listed[]>> = {
  sources: [],
  pages: [],
  locations: ["map"],
  devices: [],
  events: ["prop:"],
};

/** Lists of one subject, one at a time; the URL remembers which. */
export function ListCard({ name, site, view, page, visitors, go }: Props) {
  const dimensions: readonly Listed[] = [...LISTS[name], ...MORE[name]];
  const shown = view.lists[name];
  const tabs = [...new Set(dimensions.map(tabOf))];
  const show = (listed: Listed) => go({ lists: { ...view.lists, [name]: listed } }, "replace");

  return (
    <section class={`card list-card list-card-${name}`} aria-labelledby={`list-${name}`}>
      <h2 class="unseen" id={`list-${name}`}>
        {text.lists[name]}
      </h2>
      {shown !== "prop:" && shown !== "map" && (
        <button
          class="button bare icon details-button"
          type="button"
          aria-label={text.lists.detailsOf(text.tabs[tabOf(shown)])}
          title={text.lists.detailsOf(text.tabs[tabOf(shown)])}
          onClick={() => go({ details: shown })}
        >
          <Icon name="expand" />
        </button>
      )}
      <Tabs
        label={text.lists[name]}
        value={tabOf(shown)}
        options={tabs.map((value) => ({ value, label: text.tabs[value] }))}
        onChange={(tab) => {
          const first = dimensions.find((listed) => tabOf(listed) === tab);
          if (first) show(first);
        }}
      >
        {isCampaign(shown) && <Parameter shown={shown as Dimension} onChange={show} />}
        {tabOf(shown) === "prop:" && <Property site={site} listed={shown} onChoose={show} />}
        {shown === "prop:" ? (
          <div class="list">
            <p class="list-empty quiet">{text.lists.propertyAsk}</p>
          </div>
        ) : shown === "map" ? (
          <MapCard site={site} view={view} whole={visitors?.value ?? null} go={go} />
        ) : (
          <List key={shown} dimension={shown} site={site} view={view} page={page} visitors={visitors} go={go} />
        )}
      </Tabs>
    </section>
  );
}

function Parameter({ shown, onChange }: { shown: Dimension; onChange: (shown: Dimension) => void }) {
  const options = LISTS.sources.filter(isCampaign).map((value) => ({ value, label: text.dimensions[value] }));
  return (
    <div class="list-tools">
      <Select
        label={text.lists.parameter}
        value={shown}
        options={options as { value: Dimension; label: string }[]}
        onChange={onChange}
      />
    </div>
  );
}

/** Goals tell which properties matter here. */
function Property({ site, listed, onChoose }: { site: Site; listed: Listed; onChoose: (listed: Listed) => void }) {
  const { answer } = useAsk(JSON.stringify(["goals", site.id]), (signal) => goalsOf(site.id, signal));
  return <PropertyKey listed={listed} known={propertiesOf(answer ?? [])} onChoose={onChoose} />;
}

function propertiesOf(goals: readonly Goal[]): string[] {
  const written = JSON.stringify(goals.map((goal) => goal.filters));
  return [
    ...new Set(
      [...written.matchAll(/"prop:((?:[^"\\]|\\.)+)"/g)].map(([, key = ""]) => JSON.parse(`"${key}"`) as string),
    ),
  ];
}
