import type { ComponentChildren } from "preact";
import { useContext, useState } from "preact/hooks";
import { type Invitation, type Person, peopleOf, removePerson, setRole, uninvite } from "../api/people";
import { may, Reader, roleAt } from "../api/role";
import { useAsk } from "../api/use-ask";
import { visible } from "../format";
import type { PageProps } from "../pages";
import { roles, people as words } from "../text/people";
import { settings } from "../text/settings";
import { Icon } from "../ui/Icon";
import { IconButton } from "../ui/IconButton";
import { Confirm } from "./Confirm";
import { formatDay } from "./dates";
import { Entries, Entry } from "./Entries";
import { InviteDialog } from "./InviteDialog";
import { givenRole } from "./person";
import { ResetDialog } from "./ResetDialog";
import { RolesDialog } from "./RolesDialog";

type Open =
  | { readonly what: "invite" }
  | { readonly what: "roles" | "reset" | "remove"; readonly person: Person }
  | { readonly what: "uninvite"; readonly invitation: Invitation };

/** Who may see the site and what they may do, with those who are invited. */
export function People({ site }: PageProps) {
  const reader = useContext(Reader);
  const ownsAll = may(roleAt(reader, null), "owner");
  const asked = useAsk(JSON.stringify(["people", site.id]), (signal) => peopleOf(site.id, signal));
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const changed = () => {
    asked.retry();
    close();
  };
  const person = (one: Person) => {
    const email = visible(one.email);
    const self = one.id === reader?.id;
    const removable = !self && (ownsAll || givenRole(one, site.id) !== null);
    return (
      <Entry
        key={one.id}
        name={self ? `${email} (${words.you})` : email}
        about={<About person={one} site={site.id} />}
        actions={
          <>
            <IconButton
              icon="edit"
              label={words.rolesOf(email)}
              onClick={() => setOpen({ what: "roles", person: one })}
            />
            {ownsAll && !self && (
              <IconButton
                icon="key"
                label={words.resetOf(email)}
                onClick={() => setOpen({ what: "reset", person: one })}
              />
            )}
            {removable && (
              <IconButton
                icon="remove"
                label={settings.removeOf(email)}
                onClick={() => setOpen({ what: "remove", person: one })}
              />
            )}
          </>
        }
      />
    );
  };
  const invited = (one: Invitation) => (
    <Entry
      key={one.id}
      name={visible(one.email)}
      about={
        <>
          <Tag>{words.invited}</Tag> {roles[one.role]} · {one.site === null ? words.every : words.here} ·{" "}
          {words.until(formatDay(one.expiresAt))}
        </>
      }
      actions={
        <IconButton
          icon="remove"
          label={words.uninviteOf(visible(one.email))}
          onClick={() => setOpen({ what: "uninvite", invitation: one })}
        />
      }
    />
  );
  return (
    <>
      <Entries
        title={words.title}
        lead={words.lead}
        action={
          <button class="button primary" type="button" onClick={() => setOpen({ what: "invite" })}>
            <Icon name="plus" /> {words.invite}
          </button>
        }
        none={<p>{words.none}</p>}
        entries={asked.answer && [...asked.answer.people.map(person), ...asked.answer.invitations.map(invited)]}
        error={asked.error}
        onRetry={asked.retry}
      />
      {open?.what === "invite" && <InviteDialog site={site} onMade={asked.retry} onClose={close} />}
      {open?.what === "roles" && (
        <RolesDialog person={open.person} site={site} ownsAll={ownsAll} onSaved={changed} onClose={close} />
      )}
      {open?.what === "reset" && <ResetDialog person={open.person} onClose={close} />}
      {open?.what === "remove" && (
        <Confirm
          title={words.removeTitle(visible(open.person.email))}
          consequence={ownsAll ? words.removeAccount : words.removeHere}
          onRemove={async () => {
            await (ownsAll ? removePerson(open.person.id) : setRole(open.person.id, site.id, null));
            asked.retry();
          }}
          onClose={close}
        />
      )}
      {open?.what === "uninvite" && (
        <Confirm
          title={words.uninviteTitle(visible(open.invitation.email))}
          consequence={words.uninviteSure}
          onRemove={async () => {
            await uninvite(open.invitation.id);
            asked.retry();
          }}
          onClose={close}
        />
      )}
    </>
  );
}

function Tag({ children }: { readonly children: ComponentChildren }) {
  return <span class="tag">{children}</span>;
}

function About({ person, site }: { readonly person: Person; readonly site: string }) {
  const [here, everywhere] = [givenRole(person, site), givenRole(person, null)];
  const parts = [
    here && `${roles[here]} · ${words.here}`,
    everywhere && `${roles[everywhere]} · ${words.every}`,
    person.totp && words.totp,
    person.lastUsedAt ? words.used(formatDay(person.lastUsedAt)) : words.never,
  ];
  return parts.filter(Boolean).join(" · ");
}
