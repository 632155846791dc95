import { type Dimension, isCampaign, LISTS, type ListName } from "../state/dimensions";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { Select } from "../ui/Select";
import { Tabs } from "../ui/Tabs";
import { List } from "./List";
import type { Scope } from "./question";
import type { TotalsByMetric } from "./totals";

interface Props {
  readonly name: ListName;
  readonly view: View;
  readonly scope: Scope;
  readonly totals: TotalsByMetric;
  readonly shownWarnings: readonly string[];
  readonly go: Go;
}

type Tab = keyof typeof text.tabs;

/** The five UTM parameters share one tab. */
function tabOf(dimension: Dimension): Tab {
  return isCampaign(dimension) ? "campaigns" : (dimension as Tab);
}

/** Lists of one subject, one at a time; the URL remembers which. */
export function ListCard({ name, view, scope, totals, shownWarnings, go }: Props) {
  const dimensions: readonly Dimension[] = LISTS[name];
  const shown = view.lists[name];
  const tabs = [...new Set(dimensions.map(tabOf))];
  const show = (dimension: Dimension) => go({ lists: { ...view.lists, [name]: dimension } }, "replace");
  const campaigns = dimensions.filter(isCampaign);

  const list = (
    <>
      {isCampaign(shown) && (
        <Select
          label={text.lists.parameter}
          value={shown}
          options={campaigns.map((value) => ({ value, label: text.dimensions[value] }))}
          onChange={show}
        />
      )}
      <List
        key={shown}
        dimension={shown}
        view={view}
        scope={scope}
        totals={totals}
        shownWarnings={shownWarnings}
        go={go}
      />
    </>
  );
  return (
    <section class={`card list-card list-card-${name}`} aria-labelledby={`list-${name}`}>
      <h2 class="card-title" id={`list-${name}`}>
        {text.lists[name]}
      </h2>
      {tabs.length === 1 ? (
        list
      ) : (
        <Tabs
          label={text.lists[name]}
          value={tabOf(shown)}
          options={tabs.map((value) => ({ value, label: text.tabs[value] }))}
          onChange={(tab) => {
            const first = dimensions.find((dimension) => tabOf(dimension) === tab);
            if (first) show(first);
          }}
        >
          {list}
        </Tabs>
      )}
    </section>
  );
}
