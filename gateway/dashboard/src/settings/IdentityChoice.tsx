import { useId } from "preact/hooks";
import type { Identity } from "../api/sites";
import { settings } from "../text/settings";

interface Props {
  readonly value: Identity;
  readonly onChange: (identity: Identity) => void;
  readonly note: string;
}

const IDENTITIES: readonly Identity[] = ["daily", "memory"];

/** Asks what is measured, and says what follows from it for the numbers. */
export function IdentityChoice({ value, onChange, note }: Props) {
  const id = useId();
  return (
    <fieldset class="form-field form-group">
      <legend class="form-label">{settings.identity.question}</legend>
      <p class="form-hint">{settings.identity.lead}</p>
      <div class="identity-modes">
        {IDENTITIES.map((identity) => {
          const { title, what, consequences } = settings.identity[identity];
          return (
            <div key={identity} class={value === identity ? "identity chosen" : "identity"}>
              <div class="identity-head">
                <input
                  type="radio"
                  name={id}
                  id={`${id}-${identity}`}
                  aria-describedby={`${id}-${identity}-what`}
                  checked={value === identity}
                  onChange={() => onChange(identity)}
                />
                <label class="identity-title" for={`${id}-${identity}`}>
                  {title}
                </label>
              </div>
              <div class="identity-what" id={`${id}-${identity}-what`}>
                <p>{what}</p>
                <ul class="identity-list">
                  {consequences.map((one) => (
                    <li key={one}>{one}</li>
                  ))}
                </ul>
              </div>
            </div>
          );
        })}
      </div>
      <p class="form-hint">{note}</p>
    </fieldset>
  );
}
