import type { CohortAnswer, CohortQuestion } from "../../api/explore";
import { lengthInDays, type Range } from "../../time/range";
import { type Breakdown, breakdownOf } from "../Choice";
import { type Match, matchJson, type Own, readMatch, writeMatch } from "../match";

export type Period = NonNullable<CohortQuestion["period"]>;
export type Count = NonNullable<CohortQuestion["count"]>;
export type Cohort = CohortAnswer["cohorts"][number];

const PERIODS: readonly Period[] = ["day", "week", "month"];

export interface RetentionForm {
  /** What begins it; null is any event. */
  readonly begin: Match | null;
  /** What counts as a return; null is any event. */
  readonly back: Match | null;
  readonly period: Period;
  readonly count: Count;
  /** Users who began before the range count too, by their first event in it. */
  readonly firstInRange: boolean;
  /** Numbers of users in the cells, not shares. */
  readonly people: boolean;
  readonly breakdown: Breakdown | null;
}

/** The period that makes a readable number of rows of a range. */
export function fittingPeriod(range: Range): Period {
  const days = lengthInDays(range);
  if (days === null || days > 190) return "month";
  return days > 14 ? "week" : "day";
}

export function readRetention(own: Own, range: Range): RetentionForm {
  return {
    begin: readMatch(own, "begin"),
    back: readMatch(own, "back"),
    period: PERIODS.find((one) => one === own.period) ?? fittingPeriod(range),
    count: own.count === "on_or_after" ? "on_or_after" : "on",
    firstInRange: own.first === "range",
    people: own.show === "people",
    breakdown: breakdownOf(own.by),
  };
}

export function writeRetention(form: RetentionForm, range: Range): Own {
  return {
    ...writeMatch("begin", form.begin),
    ...writeMatch("back", form.back),
    ...(form.period === fittingPeriod(range) ? {} : { period: form.period }),
    ...(form.count === "on" ? {} : { count: form.count }),
    ...(form.firstInRange ? { first: "range" } : {}),
    ...(form.people ? { show: "people" } : {}),
    ...(form.breakdown ? { by: form.breakdown } : {}),
  };
}

/** The question without its scope. What has yet to be chosen is left out. */
export function retentionJson({
  begin,
  back,
  period,
  count,
  firstInRange,
  breakdown,
}: RetentionForm): Omit<CohortQuestion, "site"> {
  return {
    ...(begin?.value ? { start: matchJson(begin) } : {}),
    ...(back?.value ? { back: matchJson(back) } : {}),
    period,
    count,
    first_in_range: firstInRange,
    ...(breakdown ? { breakdown } : {}),
  };
}

export interface Returned {
  readonly back: number;
  /** Users of the cohorts that could be back by then. */
  readonly of: number;
}

/** Whether the period that a cell stands for still goes on. */
export function isOpen({ returned, unfinished }: Cohort, later: number): boolean {
  return unfinished && later === returned.length - 1;
}

/** All cohorts as one, by periods after the first; `open` counts periods too that are not over. */
export function together(cohorts: readonly Cohort[], open = false): Returned[] {
  const longest = Math.max(...cohorts.map(({ returned }) => returned.length), 0);
  return Array.from({ length: longest }, (_, later) => {
    const ripe = cohorts.filter((cohort) => later < cohort.returned.length && (open || !isOpen(cohort, later)));
    return {
      back: ripe.reduce((sum, { returned }) => sum + (returned[later] ?? 0), 0),
      of: ripe.reduce((sum, { size }) => sum + size, 0),
    };
  });
}

export interface CohortGroup {
  readonly value: string;
  readonly cohorts: readonly Cohort[];
  readonly size: number;
}

/** The cohorts from the first period on in which anybody began: of those before there is nothing to see. */
export function inhabited(cohorts: readonly Cohort[]): Cohort[] {
  const first = cohorts.filter(({ size }) => size > 0).reduce((least, { period }) => min(least, period), LAST);
  return cohorts.filter(({ period }) => period >= first);
}

/** After every day. */
const LAST = "9999-12-31";

function min(a: string, b: string): string {
  return a < b ? a : b;
}

/** By the breakdown's value, in the answer's order; without one a single group. */
export function groupsOf(cohorts: readonly Cohort[]): CohortGroup[] {
  const values = [...new Set(cohorts.map(({ value }) => value))];
  return values.map((value) => {
    const members = cohorts.filter((cohort) => cohort.value === value);
    return { value, cohorts: members, size: members.reduce((sum, { size }) => sum + size, 0) };
  });
}
