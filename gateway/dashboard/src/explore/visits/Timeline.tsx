import type { VisitEvent } from "../../api/explore";
import { formatDuration, formatMetric, formatShare, visible } from "../../format";
import { text } from "../../text";

const words = text.explore.visits;

interface Props {
  readonly events: readonly VisitEvent[];
  /** When the visit began, µs since the epoch. */
  readonly from: number;
}

/** What happened, from the first to the last, each with the time since the start. */
export function Timeline({ events, from }: Props) {
  return (
    <ol class="timeline">
      {events.map((event) => (
        <li key={event.id} class={`moment moment-${event.kind}`}>
          <span class="moment-time">{formatDuration(Math.max(0, event.occurred_at_us - from) / 1_000_000)}</span>
          <div class="moment-what">
            <p>
              <span class="moment-kind">{words.kinds[event.kind]}</span> <bdi>{what(event)}</bdi>
              {event.revenue && <span class="badge">{formatMetric("total_revenue", event.revenue, "exact")}</span>}
            </p>
            <Beside event={event} />
          </div>
        </li>
      ))}
    </ol>
  );
}

/** The thing that was viewed, clicked or done. */
function what(event: VisitEvent): string {
  switch (event.kind) {
    case "pageview":
      return visible(event.page);
    case "click":
      return [event.element_text, event.element_id && `#${event.element_id}`, event.href]
        .filter(Boolean)
        .map(visible)
        .join(" · ");
    case "scroll":
      return words.scrolledTo(formatShare(event.scroll_depth / 100));
    case "engagement":
      return words.lookedFor(formatDuration(event.engaged_ms / 1000));
    case "exposure":
      return words.variant(visible(event.props.experiment ?? ""), visible(event.props.variant ?? ""));
    case "custom":
      return visible(event.name);
    default:
      return "";
  }
}

/** Title and properties, and where it happened if that is not said already. */
function Beside({ event }: { readonly event: VisitEvent }) {
  const props = event.kind === "exposure" ? [] : Object.entries(event.props);
  const where = event.kind === "pageview" ? event.page_title : event.page;
  if (!where && props.length === 0) return null;
  return (
    <p class="moment-beside quiet">
      {where && <bdi>{visible(where)}</bdi>}
      {props.map(([key, value]) => (
        <bdi key={key} class="moment-prop">
          {visible(key)}: <b>{visible(value)}</b>
        </bdi>
      ))}
    </p>
  );
}
