import { goalsOf } from "../../api/definitions";
import type { Site } from "../../api/session";
import { useAsk } from "../../api/use-ask";
import { visible } from "../../format";
import { text } from "../../text";
import type { Match } from "../match";

/** Goals that are offered. */
const OFFERED = 4;

interface Props {
  readonly site: Site;
  readonly onChoose: (steps: readonly Match[]) => void;
}

/** Funnels that need one press: from anywhere to each goal. */
export function Suggestions({ site, onChoose }: Props) {
  const { answer } = useAsk(JSON.stringify(["goals", site.id]), (signal) => goalsOf(site.id, signal));
  if (!answer) return null;
  if (answer.length === 0) return <p class="quiet">{text.explore.noGoals}</p>;
  return (
    <>
      <p class="quiet">{text.explore.funnel.suggested}</p>
      <p class="message-actions">
        {answer.slice(0, OFFERED).map(({ id, name }) => (
          <button
            key={id}
            class="button"
            type="button"
            onClick={() =>
              onChoose([
                { kind: "page", value: "*", where: [] },
                { kind: "goal", value: name, where: [] },
              ])
            }
          >
            <bdi>{text.explore.funnel.toGoal(visible(name))}</bdi>
          </button>
        ))}
      </p>
    </>
  );
}
