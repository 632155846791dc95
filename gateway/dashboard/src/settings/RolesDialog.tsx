import { useState } from "preact/hooks";
import { type Person, type PersonRole, setRole } from "../api/people";
import type { Site } from "../api/session";
import { visible } from "../format";
import { people, roles } from "../text/people";
import { settings } from "../text/settings";
import { Field } from "../ui/Field";
import { FormDialog } from "./FormDialog";
import { givenRole, PERSON_ROLES } from "./person";
import { useSaving } from "./use-saving";

interface Props {
  readonly person: Person;
  readonly site: Site;
  /** Whether the reader may give roles at every site. */
  readonly ownsAll: boolean;
  readonly onSaved: () => void;
  readonly onClose: () => void;
}

/** What a person may do at this site, and at every one. */
export function RolesDialog({ person, site, ownsAll, onSaved, onClose }: Props) {
  const saving = useSaving();
  const before = { here: givenRole(person, site.id), everywhere: givenRole(person, null) };
  const [here, setHere] = useState(before.here);
  const [everywhere, setEverywhere] = useState(before.everywhere);
  const submit = async () => {
    const done = await saving.run(async () => {
      if (here !== before.here) await setRole(person.id, site.id, here);
      if (everywhere !== before.everywhere) await setRole(person.id, null, everywhere);
    });
    if (done) onSaved();
  };
  return (
    <FormDialog
      title={<bdi>{people.rolesOf(visible(person.email))}</bdi>}
      submit={settings.save}
      saving={saving}
      names={[]}
      onSubmit={submit}
      onClose={onClose}
    >
      <div class="form-row">
        <RoleField label={people.at(site.id)} value={here} onChange={setHere} />
        {ownsAll && <RoleField label={people.atEvery} value={everywhere} onChange={setEverywhere} />}
      </div>
      <p class="form-hint">{people.greater}</p>
    </FormDialog>
  );
}

interface FieldProps {
  readonly label: string;
  readonly value: PersonRole | null;
  readonly onChange: (role: PersonRole | null) => void;
}

function RoleField({ label, value, onChange }: FieldProps) {
  return (
    <Field label={label} hint={value ? people.roleHelp[value] : people.noRoleHelp}>
      {(ties) => (
        <select
          {...ties}
          class="select"
          value={value ?? ""}
          onChange={(event) => onChange((event.currentTarget.value || null) as PersonRole | null)}
        >
          <option value="">{people.noRole}</option>
          {PERSON_ROLES.map((role) => (
            <option key={role} value={role}>
              {roles[role]}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
