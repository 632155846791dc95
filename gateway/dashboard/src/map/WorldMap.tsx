import { asNumber, type Row } from "../api/query";
import { formatMetric, formatShare, formatValue } from "../format";
import { text } from "../text";
import { COUNTRIES, HEIGHT, WIDTH } from "./world";

export interface WorldMapProps {
  /** A row for each country, the most visited first. */
  readonly rows: readonly Row[];
  /** Visitors of all countries together. */
  readonly whole: number | null;
  readonly filtered: (code: string) => boolean;
  readonly onPick: (code: string) => void;
}

/** Countries, the darker the more visitors. The list of countries tells the same in words and is there for the keyboard. */
export function WorldMap({ rows, whole, filtered, onPick }: WorldMapProps) {
  const visitors = new Map(rows.map((row) => [row.dimensions[0] ?? "", asNumber(row.metrics[0]) ?? 0]));
  const most = Math.max(...visitors.values(), 1);
  return (
    <svg class="map" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary(rows, whole)}>
      {COUNTRIES.map(([code, outline]) => {
        const count = visitors.get(code) ?? 0;
        // Square roots, so that small countries beside a large one are seen too.
        const share = count > 0 ? 12 + 88 * Math.sqrt(count / most) : 0;
        return (
          // biome-ignore lint/a11y/noStaticElementInteractions: the list of countries is there for the keyboard.
          <path
            key={code}
            class={filtered(code) ? "country filtered" : count > 0 ? "country" : "country empty"}
            d={outline}
            style={{ fill: `color-mix(in oklab, var(--accent) ${share.toFixed(0)}%, var(--land))` }}
            onClick={() => count > 0 && onPick(code)}
          >
            <title>{`${formatValue("country", code)}: ${formatMetric("visitors", count, "exact")}`}</title>
          </path>
        );
      })}
    </svg>
  );
}

function summary(rows: readonly Row[], whole: number | null): string {
  const named = rows.slice(0, 3).map((row) => {
    const count = asNumber(row.metrics[0]) ?? 0;
    const shown = whole ? formatShare(Math.min(1, count / whole)) : formatMetric("visitors", count, "exact");
    return `${formatValue("country", row.dimensions[0] ?? "")} ${shown}`;
  });
  return text.map.summary(named.join(", "));
}
