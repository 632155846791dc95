import { visible } from "../format";
import { settings } from "../text/settings";
import { FieldGroup } from "../ui/Field";
import { type Suggestion, ValuesInput } from "../ui/ValuesInput";

interface Props {
  readonly label: string;
  readonly hint: string;
  readonly problem: string;
  readonly values: readonly string[];
  readonly onChange: (values: string[]) => void;
  readonly labelOf?: (value: string) => string;
  readonly suggest?: (typed: string) => Promise<readonly Suggestion[]>;
}

/** A list of typed values. */
export function ListField({ label, hint, problem, values, onChange, labelOf = visible, suggest }: Props) {
  return (
    <FieldGroup label={label} hint={hint} problem={problem}>
      <ValuesInput
        label={label}
        values={values}
        labelOf={labelOf}
        onChange={(changed) => onChange(changed.map((value) => value.trim()).filter(Boolean))}
        suggest={suggest ?? null}
        free={true}
        placeholder={settings.addAnother}
      />
    </FieldGroup>
  );
}
