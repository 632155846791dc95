import type { Visit } from "../../api/explore";
import type { Site } from "../../api/session";
import { formatCount, formatDuration, formatValue } from "../../format";
import type { Dimension } from "../../state/dimensions";
import type { View } from "../../state/view";
import { text } from "../../text";
import { Answer, Nothing } from "../Answer";
import { useVisits } from "./use-visits";
import { NOT_SET } from "./visit";
import { shortTime } from "./when";

const words = text.explore.visits;

interface Props {
  readonly site: Site;
  readonly view: View;
  readonly onOpen: (id: string) => void;
}

/** A row for each visit; pressing its time opens what happened in it. */
export function VisitList({ site, view, onOpen }: Props) {
  const { first, rows: visits, more, coming, problem } = useVisits(site, view);
  return (
    <Answer asked={first}>
      {() =>
        visits.length === 0 ? (
          <Nothing
            title={view.filters.length > 0 ? text.state.noMatch : words.empty}
            help={view.filters.length > 0 ? text.explore.fewerFilters : text.state.emptySite}
          />
        ) : (
          <>
            <header class="visits-head">
              <p class="quiet" role="status">
                {words.shown(visits.length, formatCount(visits.length))}
              </p>
              <button class="button bare" type="button" onClick={first.retry}>
                {words.newest}
              </button>
            </header>
            <table class="table visits-table">
              <thead>
                <tr>
                  <th scope="col">{words.started}</th>
                  <th scope="col">{words.entry}</th>
                  <th scope="col" class="visits-exit">
                    {words.exit}
                  </th>
                  <th scope="col" class="visits-source">
                    {words.source}
                  </th>
                  <th scope="col" class="visits-where">
                    {words.where}
                  </th>
                  <th scope="col" class="visits-device">
                    {words.device}
                  </th>
                  <th scope="col" class="number visits-views">
                    {words.views}
                  </th>
                  <th scope="col" class="number visits-events">
                    {words.events}
                  </th>
                  <th scope="col" class="number">
                    {words.duration}
                  </th>
                </tr>
              </thead>
              <tbody>
                {visits.map((visit) => (
                  <Row key={visit.id} visit={visit} zone={site.timezone} onOpen={() => onOpen(visit.id)} />
                ))}
              </tbody>
            </table>
            <footer class="list-foot">
              <p class="problem" role="alert">
                {problem}
              </p>
              {more ? (
                <button class="button" type="button" disabled={coming} onClick={more}>
                  {words.more}
                </button>
              ) : (
                <p class="quiet">{words.all}</p>
              )}
            </footer>
          </>
        )
      }
    </Answer>
  );
}

function Row({ visit, zone, onOpen }: { readonly visit: Visit; readonly zone: string; readonly onOpen: () => void }) {
  const when = shortTime(visit.started_at_us, zone);
  return (
    <tr class="visit-row" onClick={onOpen}>
      <th scope="row">
        <button class="visit-open" type="button" aria-label={words.open(when)}>
          {when}
        </button>
        {visit.identified && <span class="badge">{words.identified}</span>}
      </th>
      <Cell dimension="entry_page" value={visit.entry_page} />
      <Cell dimension="exit_page" value={visit.exit_page} class="visits-exit" />
      <Cell dimension="source" value={visit.source} class="visits-source" />
      <Cell dimension="country" value={visit.country} class="visits-where" />
      <Cell
        dimension="device"
        value={visit.device}
        class="visits-device"
        after={visit.browser === NOT_SET ? "" : formatValue("browser", visit.browser)}
      />
      <td class="number visits-views">{formatCount(visit.pageviews)}</td>
      <td class="number visits-events">{formatCount(visit.events)}</td>
      <td class="number">{formatDuration(visit.duration_s)}</td>
    </tr>
  );
}

interface CellProps {
  readonly dimension: Dimension;
  readonly value: string;
  readonly after?: string;
  readonly class?: string;
}

function Cell({ dimension, value, after, class: name = "" }: CellProps) {
  const shown = value === NOT_SET ? text.none : formatValue(dimension, value);
  return (
    <td class={`events-cell ${name}`} title={after ? `${shown}, ${after}` : shown}>
      <bdi>{shown}</bdi>
      {after && (
        <>
          {" "}
          <bdi class="quiet">{after}</bdi>
        </>
      )}
    </td>
  );
}
