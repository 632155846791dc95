import type { LiveEvent } from "../api/live";
import { formatValue } from "../format";
import { text } from "../text";
import { wallTime } from "../time/wall";

interface Props {
  readonly events: readonly LiveEvent[];
  /** The site's time zone. */
  readonly zone: string;
}

/** The last events, newest first. */
export function LiveEvents({ events, zone }: Props) {
  return (
    <section class="card live-events">
      <h2 class="card-title">{text.live.events}</h2>
      {events.length === 0 ? (
        <p class="quiet">{text.live.quiet}</p>
      ) : (
        <table class="table events-table">
          <thead>
            <tr>
              <th scope="col">{text.live.time}</th>
              <th scope="col">{text.live.event}</th>
              <th scope="col">{text.dimensions.page}</th>
              <th scope="col">{text.live.where}</th>
              <th scope="col">{text.dimensions.source}</th>
              <th scope="col">{text.dimensions.browser}</th>
            </tr>
          </thead>
          <tbody>
            {events.map((event, at) => (
              <tr key={`${event.occurredAt.getTime()} ${at}`}>
                <td class="number-start">{wallTime(event.occurredAt, zone).slice(11)}</td>
                <Cell>{formatValue("event", event.name)}</Cell>
                <Cell>{event.page && formatValue("page", event.page)}</Cell>
                <Cell>{formatValue("country", event.country)}</Cell>
                <Cell>{event.source && formatValue("source", event.source)}</Cell>
                <Cell>{event.browser && formatValue("browser", event.browser)}</Cell>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Cell({ children }: { readonly children: string }) {
  return (
    <td class="events-cell" title={children}>
      <bdi>{children || text.none}</bdi>
    </td>
  );
}
