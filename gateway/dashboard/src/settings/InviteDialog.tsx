import { useContext, useState } from "preact/hooks";
import { invite, type PersonRole } from "../api/people";
import { may, Reader, roleAt } from "../api/role";
import type { Site } from "../api/session";
import { visible } from "../format";
import { people, roles } from "../text/people";
import { CheckField, Field, RadioField } from "../ui/Field";
import { CodeDialog } from "./CodeDialog";
import { FormDialog } from "./FormDialog";
import { PERSON_ROLES } from "./person";
import { problemAt, useSaving } from "./use-saving";

interface Props {
  readonly site: Site;
  readonly onMade: () => void;
  readonly onClose: () => void;
}

/** Makes an invitation, then shows its link until it is put away. */
export function InviteDialog({ site, onMade, onClose }: Props) {
  const saving = useSaving();
  const ownsAll = may(roleAt(useContext(Reader), null), "owner");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<PersonRole>("viewer");
  const [everySite, setEverySite] = useState(false);
  const [link, setLink] = useState("");

  if (link) {
    return (
      <CodeDialog
        title={people.linkTitle}
        lead={people.linkLead(visible(email))}
        label={people.link}
        code={link}
        done={people.done}
        onClose={onClose}
      />
    );
  }
  const submit = () =>
    saving.run(async () => {
      setLink((await invite({ email, role, site: everySite ? null : site.id })).link);
      onMade();
    });
  return (
    <FormDialog
      title={people.inviteTitle}
      submit={people.makeLink}
      saving={saving}
      names={["email", "role"]}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label={people.email} problem={problemAt(saving.error, "email")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            type="email"
            required
            maxLength={254}
            autocomplete="off"
            value={email}
            onInput={(event) => setEmail(event.currentTarget.value)}
          />
        )}
      </Field>
      <RadioField
        label={people.role}
        problem={problemAt(saving.error, "role")}
        value={role}
        options={PERSON_ROLES.map((value) => ({ value, label: roles[value], hint: people.roleHelp[value] }))}
        onChange={setRole}
      />
      {ownsAll && <CheckField label={people.everySite} checked={everySite} onChange={setEverySite} />}
    </FormDialog>
  );
}
