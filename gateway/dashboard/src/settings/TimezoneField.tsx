import { settings } from "../text/settings";
import { Field } from "../ui/Field";

interface Props {
  readonly value: string;
  readonly problem: string;
  readonly onChange: (timezone: string) => void;
}

/** The reader's own time zone, for a new site. */
export function ownTimezone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

/** `Europe/Berlin` by continents, as the browser knows them; the present one is always among them. */
export function TimezoneField({ value, problem, onChange }: Props) {
  const names = [...new Set(["UTC", value, ...Intl.supportedValuesOf("timeZone")])];
  const areas = [...new Set(names.map(areaOf))];
  return (
    <Field label={settings.general.timezone} hint={settings.general.timezoneHint} problem={problem}>
      {(ties) => (
        <select {...ties} class="select" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
          {areas.map((area) => (
            <optgroup key={area} label={area}>
              {names
                .filter((name) => areaOf(name) === area)
                .map((name) => (
                  <option key={name} value={name}>
                    {name.replaceAll("_", " ")}
                  </option>
                ))}
            </optgroup>
          ))}
        </select>
      )}
    </Field>
  );
}

function areaOf(name: string): string {
  return name.includes("/") ? name.slice(0, name.indexOf("/")) : "UTC";
}
