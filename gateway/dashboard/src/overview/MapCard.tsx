import type { ListAnswer } from "../api/query";
import type { Site } from "../api/session";
import { useAsk } from "../api/use-ask";
import type { WorldMapProps } from "../map/WorldMap";
import { isFiltered, toggleFilter } from "../state/filters";
import type { Go } from "../state/use-view";
import type { View } from "../state/view";
import { text } from "../text";
import { lazily } from "../ui/lazily";
import { Problem } from "../ui/Problem";
import { askList, listQuestion, scopeKey, scopeOf } from "./question";

/** There are fewer countries. */
const EVERY_COUNTRY = 300;

const WorldMap = lazily<WorldMapProps>(async () => (await import("../map/WorldMap")).WorldMap);

interface Props {
  readonly site: Site;
  readonly view: View;
  readonly whole: number | null;
  readonly go: Go;
}

/** Where visitors are, as a map; its outlines come when it is first opened. */
export function MapCard({ site, view, whole, go }: Props) {
  const { answer, error, pending, retry } = useAsk<ListAnswer>(
    JSON.stringify(["map", scopeKey(site, view)]),
    (signal) => {
      const { compare: _, ...scope } = scopeOf(site, view, new Date());
      return askList(listQuestion(scope, "country", { metrics: ["visitors"], limit: EVERY_COUNTRY }), signal);
    },
  );
  if (error && !answer) return <Problem error={error} onRetry={retry} />;
  return (
    <div class="list" aria-busy={pending}>
      {answer && answer.rows.length === 0 ? (
        <p class="list-empty quiet">{view.filters.length > 0 ? text.state.noMatch : text.state.empty}</p>
      ) : (
        <WorldMap
          rows={answer?.rows ?? []}
          whole={whole}
          filtered={(code) => isFiltered(view.filters, "country", code)}
          onPick={(code) => go({ filters: toggleFilter(view.filters, "country", code) })}
        />
      )}
    </div>
  );
}
