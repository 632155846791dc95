import { useId } from "preact/hooks";
import { call } from "../api/http";
import type { Site } from "../api/session";
import { useAsk } from "../api/use-ask";
import { Field } from "../ui/Field";

interface Props {
  readonly site: Site;
  /** Whose values of the last 90 days are offered. */
  readonly dimension: "page" | "event";
  readonly label: string;
  readonly hint: string;
  readonly problem: string;
  readonly longest: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const OFFERED = 100;

/** A text for which the browser offers what the site has seen. */
export function Suggested({ site, dimension, label, hint, problem, longest, value, onChange }: Props) {
  const list = useId();
  const { answer } = useAsk(JSON.stringify(["seen", site.id, dimension]), (signal) =>
    call(
      "POST /api/v1/query",
      { site: site.id, date_range: "90d", metrics: ["visitors"], dimensions: [dimension], limit: OFFERED },
      { signal },
    ),
  );
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(ties) => (
        <>
          <input
            {...ties}
            class="input"
            list={list}
            required
            maxLength={longest}
            autocomplete="off"
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
          <datalist id={list}>
            {answer?.results.map(({ dimensions: [seen = ""] }) => (
              <option key={seen} value={seen} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
