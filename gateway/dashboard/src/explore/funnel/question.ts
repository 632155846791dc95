import type { FunnelQuestion } from "../../api/explore";
import { type Breakdown, breakdownOf } from "../Choice";
import { type Match, matchJson, type Own, readMatch, UNCHOSEN, writeMatch } from "../match";

export const MOST_STEPS = 10;
const FEWEST_STEPS = 2;
/** The API's limit. */
const LONGEST_S = 366 * 86_400;

export type Order = NonNullable<FunnelQuestion["order"]>;
export type Unit = NonNullable<FunnelQuestion["unit"]>;

const ORDERS: readonly Order[] = ["ordered", "strict", "any"];
const UNITS: readonly Unit[] = ["visit", "visitor_day", "user"];

/** What the builder holds. */
export interface FunnelForm {
  /** 2–10, some yet to be chosen. */
  readonly steps: readonly Match[];
  readonly order: Order;
  readonly unit: Unit;
  /** Seconds for all steps; 0: the unit's own. */
  readonly window: number;
  readonly breakdown: Breakdown | null;
}

export function readFunnel(own: Own): FunnelForm {
  const steps: Match[] = [];
  for (let at = 1; at <= MOST_STEPS; at++) {
    const step = readMatch(own, `step${at}`);
    if (!step) break;
    steps.push(step);
  }
  while (steps.length < FEWEST_STEPS) steps.push(UNCHOSEN);
  const window = Number(own.window ?? 0);
  return {
    steps,
    order: ORDERS.find((one) => one === own.order) ?? "ordered",
    unit: UNITS.find((one) => one === own.unit) ?? "visit",
    window: Number.isInteger(window) && window > 0 && window <= LONGEST_S ? window : 0,
    breakdown: breakdownOf(own.by),
  };
}

/** The parameters that `readFunnel` reads, defaults left out. */
export function writeFunnel({ steps, order, unit, window, breakdown }: FunnelForm): Own {
  const untouched = steps.length === FEWEST_STEPS && steps.every(({ value, kind }) => !value && kind === UNCHOSEN.kind);
  return {
    ...Object.assign({}, ...(untouched ? [] : steps.map((step, at) => writeMatch(`step${at + 1}`, step)))),
    ...(order === "ordered" ? {} : { order }),
    ...(unit === "visit" ? {} : { unit }),
    ...(window ? { window: String(window) } : {}),
    ...(breakdown ? { by: breakdown } : {}),
  };
}

/** The steps that are chosen. */
export function chosenSteps({ steps }: FunnelForm): Match[] {
  return steps.filter(({ value }) => value !== "");
}

/** Whether there is enough to ask. */
export function isReady(form: FunnelForm): boolean {
  return chosenSteps(form).length >= FEWEST_STEPS;
}

/** The question without its scope and without the breakdown. */
export function funnelJson(form: FunnelForm): Omit<FunnelQuestion, "site"> {
  return {
    steps: chosenSteps(form).map(matchJson),
    order: form.order,
    unit: form.unit,
    ...(form.window ? { window_s: form.window } : {}),
  };
}

/** Where in the API's question a row of the builder stands; "" for one that is not chosen. */
export function pathOf({ steps }: FunnelForm, row: number): string {
  if (!steps[row]?.value) return "";
  return `steps[${steps.slice(0, row).filter(({ value }) => value !== "").length}]`;
}

/** The steps with the one at a row put before its forerunner. */
export function movedUp(steps: readonly Match[], row: number): Match[] {
  const moved = [...steps];
  const [step] = moved.splice(row, 1);
  if (step) moved.splice(Math.max(0, row - 1), 0, step);
  return moved;
}

/** The steps without one; two rows stay. */
export function without(steps: readonly Match[], row: number): Match[] {
  const left = steps.filter((_, at) => at !== row);
  while (left.length < FEWEST_STEPS) left.push(UNCHOSEN);
  return left;
}
