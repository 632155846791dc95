import { useRef } from "preact/hooks";
import type { LiveEvent } from "../api/live";
import { formatValue, visible } from "../format";
import { text } from "../text";
import { wallTime } from "../time/wall";

interface Props {
  /** Newest first. */
  readonly events: readonly LiveEvent[];
  /** The site's time zone. */
  readonly zone: string;
}

/** The last events, newest first; those that come while one looks on are lit up for a moment. */
export function LiveEvents({ events, zone }: Props) {
  const first = useRef(events[0]?.occurredAt.getTime() ?? 0);
  return (
    <section class="card live-events">
      <h2 class="card-title">{text.live.events}</h2>
      {events.length === 0 && <p class="quiet list-empty">{text.live.quiet}</p>}
      <ol class="stream">
        {keyed(events).map(([key, event]) => (
          <Event key={key} event={event} zone={zone} fresh={event.occurredAt.getTime() > first.current} />
        ))}
      </ol>
    </section>
  );
}

function Event({ event, zone, fresh }: { readonly event: LiveEvent; readonly zone: string; readonly fresh: boolean }) {
  const { occurredAt, name, page, country, source, browser, device } = event;
  const about = [
    country && formatValue("country", country),
    source && formatValue("source", source),
    browser && formatValue("browser", browser),
    device && formatValue("device", device),
  ];
  return (
    <li class={fresh ? "stream-event fresh" : "stream-event"}>
      <time class="stream-time" dateTime={occurredAt.toISOString()}>
        {wallTime(occurredAt, zone).slice(11)}
      </time>
      <span class={name in text.live.kinds ? "stream-kind" : "stream-kind own"}>
        <bdi>{text.live.kinds[name] ?? visible(name)}</bdi>
      </span>
      <bdi class="stream-page">{page ? formatValue("page", page) : text.none}</bdi>
      <bdi class="stream-about">{about.filter(Boolean).join(" · ")}</bdi>
    </li>
  );
}

/** Events with keys that stay theirs as newer ones come. */
function keyed(events: readonly LiveEvent[]): [string, LiveEvent][] {
  const seen = new Map<string, number>();
  return events
    .toReversed()
    .map((event): [string, LiveEvent] => {
      const same = `${event.occurredAt.getTime()} ${event.name} ${event.page}`;
      seen.set(same, (seen.get(same) ?? 0) + 1);
      return [`${same} ${seen.get(same)}`, event];
    })
    .toReversed();
}
