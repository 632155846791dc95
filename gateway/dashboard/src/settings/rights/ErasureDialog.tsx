import { useContext, useState } from "preact/hooks";
import { erase, type Subject } from "../../api/privacy";
import { may, RoleHere } from "../../api/role";
import type { Site } from "../../api/session";
import { forgetAnswers } from "../../api/use-ask";
import { erasures as words } from "../../text/rights";
import { Field, RadioField } from "../../ui/Field";
import { FormDialog } from "../FormDialog";
import { TypedField } from "../TypedField";
import { problemAt, useSaving } from "../use-saving";
import { UserField } from "./UserField";

type Kind = keyof typeof words.subjects;

interface Props {
  readonly site: Site;
  readonly onMade: () => void;
  readonly onClose: () => void;
}

/** Asks what to erase; for all of the site its name has to be typed. */
export function ErasureDialog({ site, onMade, onClose }: Props) {
  const owns = may(useContext(RoleHere), "owner");
  const saving = useSaving();
  const [kind, setKind] = useState<Kind>("user");
  const [user, setUser] = useState("");
  const [visit, setVisit] = useState("");
  const [typed, setTyped] = useState("");
  const kinds: readonly Kind[] = owns ? ["user", "visit", "site"] : ["user", "visit"];

  const submit = async () => {
    const subject: Subject =
      kind === "user" ? { userId: user } : kind === "visit" ? { visitId: visit.trim() } : { wholeSite: true };
    if (!(await saving.run(() => erase(site.id, subject)))) return;
    forgetAnswers();
    onMade();
  };
  return (
    <FormDialog
      title={words.title}
      submit={words.make}
      danger
      held={kind === "site" && typed.trim() !== site.id}
      saving={saving}
      names={["userId", "visitId"]}
      onSubmit={submit}
      onClose={onClose}
    >
      <RadioField
        label={words.subject}
        value={kind}
        options={kinds.map((value) => ({ value, label: words.subjects[value], hint: words.subjectHelp[value] }))}
        onChange={(chosen) => {
          saving.touch();
          setKind(chosen);
        }}
      />
      {kind === "user" && <UserField value={user} problem={problemAt(saving.error, "userId")} onChange={setUser} />}
      {kind === "visit" && (
        <Field label={words.visit} hint={words.visitHint} problem={problemAt(saving.error, "visitId")}>
          {(ties) => (
            <input
              {...ties}
              class="input"
              required
              maxLength={100}
              autocomplete="off"
              spellcheck={false}
              value={visit}
              onInput={(event) => setVisit(event.currentTarget.value)}
            />
          )}
        </Field>
      )}
      {kind === "site" && <TypedField word={site.id} value={typed} onChange={setTyped} />}
      <p class="problem">{words.sure}</p>
    </FormDialog>
  );
}
