import { formatCount } from "../format";
import { text } from "../text";

const MINUTES = 30;

/** Views of each of the last 30 minutes as bars, the running one last. */
export function Minutes({ views }: { readonly views: readonly number[] }) {
  const shown = [...Array<number>(MINUTES).fill(0), ...views].slice(-MINUTES);
  const most = Math.max(...shown, 1);
  const sum = shown.reduce((total, count) => total + count, 0);
  return (
    <figure class="minutes">
      <figcaption>{text.live.perMinute}</figcaption>
      <div class="minute-bars" role="img" aria-label={text.live.perMinuteSummary(formatCount(sum))}>
        {shown.map((count, at) => (
          <span key={at} class="minute" title={`${text.live.minutesAgo(MINUTES - 1 - at)}: ${formatCount(count)}`}>
            <span class="minute-bar" style={{ blockSize: `${(100 * count) / most}%` }} />
          </span>
        ))}
      </div>
      <div class="minute-axis quiet" aria-hidden="true">
        <span>{text.live.minutesAgo(MINUTES)}</span>
        <span>{text.live.minutesAgo(0)}</span>
      </div>
    </figure>
  );
}
