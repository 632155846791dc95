import { settings } from "../text/settings";
import { addDays, today } from "../time/wall";
import { Field } from "../ui/Field";
import { formatDay } from "./dates";

type Choice = keyof typeof settings.keys.expiry;

/** When something ends; `day` counts where a day was chosen. */
export interface Expiry {
  readonly choice: Choice;
  readonly day: string;
}

const CHOICES = Object.keys(settings.keys.expiry) as Choice[];
const DAYS: Readonly<Record<Choice, number | null>> = { never: null, days30: 30, days90: 90, year: 365, date: null };

export const NEVER: Expiry = { choice: "never", day: addDays(today(new Date(), "UTC"), 30) };

interface Props {
  readonly value: Expiry;
  readonly problem: string;
  readonly onChange: (expiry: Expiry) => void;
}

export function ExpiryField({ value, problem, onChange }: Props) {
  const words = settings.keys;
  return (
    <div class="form-row">
      <Field label={words.expires} problem={problem}>
        {(ties) => (
          <select
            {...ties}
            class="select"
            value={value.choice}
            onChange={(event) => onChange({ ...value, choice: event.currentTarget.value as Choice })}
          >
            {CHOICES.map((choice) => (
              <option key={choice} value={choice}>
                {words.expiry[choice]}
              </option>
            ))}
          </select>
        )}
      </Field>
      {value.choice === "date" && (
        <Field label={words.expiryDay}>
          {(ties) => (
            <input
              {...ties}
              class="input"
              type="date"
              required
              min={today(new Date(), "UTC")}
              value={value.day}
              onInput={(event) => onChange({ ...value, day: event.currentTarget.value })}
            />
          )}
        </Field>
      )}
    </div>
  );
}

/** What was chosen for something that ends at an instant, null for never. */
export function expiryOf(instant: string | null): Expiry {
  return instant ? { choice: "date", day: instant.slice(0, 10) } : NEVER;
}

/** `Ends: Dec 5, 2026`, `Ends: ended Nov 5, 2026`, `Ends: never`. */
export function saidEnd(instant: string | null | undefined): string {
  const { expires, ended, never } = settings.keys;
  const day = formatDay(instant);
  const over = instant && Date.parse(instant) <= Date.now();
  return `${expires}: ${over ? ended(day) : day || never}`;
}

/** The instant of the end, "" for never. Of a day it is the end, in UTC. */
export function endOf({ choice, day }: Expiry): string {
  const days = DAYS[choice];
  if (choice === "date") return day && `${day}T23:59:59Z`;
  return days === null ? "" : `${addDays(today(new Date(), "UTC"), days)}T23:59:59Z`;
}
