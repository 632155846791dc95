import { Change } from "../../overview/Change";

interface Props {
  /** In %. */
  readonly now: number;
  /** Of the compared period; null where there is none. */
  readonly before: number | null;
}

/** How many points a share has changed, to a tenth. */
export function RateChange({ now, before }: Props) {
  if (before === null) return null;
  const change = Math.round(10 * (now - before)) / 10;
  return <Change metric="conversion_rate" value={now} before={before} change={change} />;
}
