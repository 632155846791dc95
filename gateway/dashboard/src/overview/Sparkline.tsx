import type { Point } from "./points";

const HEIGHT = 100;

/** The course of a number in small, without what still runs; decoration beside the number itself. */
export function Sparkline({ points }: { readonly points: readonly Point[] }) {
  const finished = points.filter(({ running }) => !running);
  if (finished.length < 2) return <svg class="sparkline" aria-hidden="true" />;
  const most = Math.max(...finished.map(({ value }) => value ?? 0), 1e-9);
  const places = finished.map(({ value }, at) => {
    const x = (100 * at) / (finished.length - 1);
    return `${x.toFixed(2)},${(HEIGHT - ((value ?? 0) / most) * (HEIGHT - 8) - 4).toFixed(2)}`;
  });
  return (
    <svg class="sparkline" viewBox={`0 0 100 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <polygon class="sparkline-area" points={`0,${HEIGHT} ${places.join(" ")} 100,${HEIGHT}`} />
      <polyline class="sparkline-line" points={places.join(" ")} />
    </svg>
  );
}
