import { useState } from "preact/hooks";
import { type Person, resetLink } from "../api/people";
import { visible } from "../format";
import { people } from "../text/people";
import { CheckField } from "../ui/Field";
import { CodeDialog } from "./CodeDialog";
import { FormDialog } from "./FormDialog";
import { useSaving } from "./use-saving";

/** Makes a link by which a person sets a new password, then shows it until it is put away. */
export function ResetDialog({ person, onClose }: { readonly person: Person; readonly onClose: () => void }) {
  const saving = useSaving();
  const [removeTotp, setRemoveTotp] = useState(false);
  const [link, setLink] = useState("");
  const email = visible(person.email);
  if (link) {
    return (
      <CodeDialog
        title={people.linkTitle}
        lead={people.resetLinkLead(email)}
        label={people.link}
        code={link}
        done={people.done}
        onClose={onClose}
      />
    );
  }
  return (
    <FormDialog
      title={people.resetTitle}
      submit={people.makeLink}
      saving={saving}
      names={[]}
      onSubmit={() => saving.run(async () => setLink((await resetLink(person.id, removeTotp)).link))}
      onClose={onClose}
    >
      <p>{people.resetLead(email)}</p>
      {person.totp && (
        <CheckField
          label={people.resetTotp}
          hint={people.resetTotpHint}
          checked={removeTotp}
          onChange={setRemoveTotp}
        />
      )}
    </FormDialog>
  );
}
