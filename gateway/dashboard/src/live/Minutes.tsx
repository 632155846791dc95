import { formatCount } from "../format";
import { text } from "../text";

const MINUTES = 30;
/** Minutes ago that the axis names. */
const NAMED = [30, 20, 10, 0];

/** Views of each of the last 30 minutes as bars, the running one last. */
export function Minutes({ views }: { readonly views: readonly number[] }) {
  const shown = [...Array<number>(MINUTES).fill(0), ...views].slice(-MINUTES);
  const top = ceilingOf(Math.max(...shown));
  const sum = shown.reduce((total, count) => total + count, 0);
  return (
    <figure class="minutes">
      <figcaption class="minutes-head">
        <span class="live-label">{text.live.perMinute}</span>
        <span class="quiet">{text.live.perMinuteSummary(sum, formatCount(sum))}</span>
      </figcaption>
      <div class="minutes-chart" aria-hidden="true">
        <div class="minutes-scale">
          <span>{formatCount(top)}</span>
          <span>{top % 2 === 0 ? formatCount(top / 2) : ""}</span>
          <span>0</span>
        </div>
        <div class="minute-bars">
          {shown.map((count, at) => (
            <span key={at} class="minute">
              <span class="minute-bar" style={{ blockSize: `${(100 * count) / top}%` }} />
              <span class="minute-tip">
                <b>{text.live.minute(count, formatCount(count))}</b> {text.live.minutesAgo(MINUTES - 1 - at)}
              </span>
            </span>
          ))}
        </div>
        <div class="minutes-axis">
          {NAMED.map((minutes) => (
            <span key={minutes}>{text.live.minutesAgo(minutes)}</span>
          ))}
        </div>
      </div>
      <table class="unseen">
        <caption>{text.live.perMinute}</caption>
        <tbody>
          {shown.map((count, at) => (
            <tr key={at}>
              <th scope="row">{text.live.minutesAgo(MINUTES - 1 - at)}</th>
              <td>{formatCount(count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** The next of 4, 10, 20, 40, 100, …: the scale then stands still while numbers move. */
export function ceilingOf(most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [4, 10, 20]) if (most <= step * power) return step * power;
  }
}
