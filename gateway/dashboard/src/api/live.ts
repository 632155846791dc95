/** One snapshot of what is happening (contract: RealtimeService.Watch). */
export interface Snapshot {
  /** When it was made. */
  readonly asOf: Date;
  readonly visitorsNow: number;
  /** 30 numbers, the oldest minute first, the last one still running. */
  readonly viewsPerMinute: readonly number[];
  readonly pages: readonly LiveCount[];
  readonly sources: readonly LiveCount[];
  readonly countries: readonly LiveCount[];
  /** Newest first. */
  readonly events: readonly LiveEvent[];
}

/** What the socket says. Not fresh: the services behind it cannot be heard; it then may come without a snapshot. */
export interface LiveMessage {
  readonly fresh: boolean;
  readonly snapshot: Snapshot | null;
}

export interface LiveCount {
  readonly value: string;
  readonly count: number;
}

export interface LiveEvent {
  readonly occurredAt: Date;
  readonly name: string;
  readonly page: string;
  readonly country: string;
  readonly source: string;
  readonly browser: string;
  readonly device: string;
}

type Json = Readonly<Record<string, unknown>>;

export function parseMessage(message: string): LiveMessage {
  const json = JSON.parse(message) as Json;
  return { fresh: json.fresh === true, snapshot: "visitors_now" in json ? parseSnapshot(json) : null };
}

function parseSnapshot(json: Json): Snapshot {
  return {
    asOf: new Date(number(json.as_of_us) / 1000),
    visitorsNow: number(json.visitors_now),
    viewsPerMinute: list(json.views_per_minute).map(number),
    pages: list(json.pages).map(parseCount),
    sources: list(json.sources).map(parseCount),
    countries: list(json.countries).map(parseCount),
    events: list(json.events).map(parseEvent),
  };
}

function parseCount(item: unknown): LiveCount {
  const { value, count } = item as Json;
  return { value: string(value), count: number(count) };
}

function parseEvent(item: unknown): LiveEvent {
  const event = item as Json;
  return {
    occurredAt: new Date(number(event.occurred_at_us) / 1000),
    name: string(event.name),
    page: string(event.page),
    country: string(event.country),
    source: string(event.source),
    browser: string(event.browser),
    device: string(event.device),
  };
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function number(value: unknown): number {
  return Number(value ?? 0) || 0;
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}
