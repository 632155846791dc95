import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Asked } from "../api/use-ask";
import { settings } from "../text/settings";
import { Icon } from "../ui/Icon";
import { IconButton } from "../ui/IconButton";
import { Confirm } from "./Confirm";
import { Entries, Entry } from "./Entries";

interface Words {
  readonly title: string;
  readonly lead: string;
  readonly add: string;
  readonly none: string;
  readonly removeTitle: (name: string) => string;
  readonly removeSure: string;
}

interface Props<T> {
  readonly words: Words;
  readonly asked: Asked<readonly T[]>;
  /** For people, with nothing invisible. */
  readonly nameOf: (one: T) => string;
  readonly about: (one: T) => ComponentChildren;
  /** Whether one can be changed once it is made. */
  readonly changes: boolean;
  /** What makes one, or changes the one that is given. */
  readonly dialog: (one: T | null, close: () => void) => ComponentChildren;
  /** Throws ApiError. */
  readonly remove: (id: string) => Promise<void>;
}

type Open<T> = { readonly what: "edit"; readonly one: T | null } | { readonly what: "remove"; readonly one: T };

/** What was defined of a site, each to be made, changed and deleted. */
export function Definitions<T extends { readonly id: string }>(props: Props<T>) {
  const { words, asked, nameOf, about, changes, dialog, remove } = props;
  const [open, setOpen] = useState<Open<T> | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Entries
        title={words.title}
        lead={words.lead}
        action={
          <button class="button primary" type="button" onClick={() => setOpen({ what: "edit", one: null })}>
            <Icon name="plus" /> {words.add}
          </button>
        }
        none={<p>{words.none}</p>}
        entries={
          asked.answer?.map((one) => (
            <Entry
              key={one.id}
              name={nameOf(one)}
              about={about(one)}
              actions={
                <>
                  {changes && (
                    <IconButton
                      icon="edit"
                      label={settings.editOf(nameOf(one))}
                      onClick={() => setOpen({ what: "edit", one })}
                    />
                  )}
                  <IconButton
                    icon="remove"
                    label={settings.removeOf(nameOf(one))}
                    onClick={() => setOpen({ what: "remove", one })}
                  />
                </>
              }
            />
          )) ?? null
        }
        error={asked.error}
        onRetry={asked.retry}
      />
      {open?.what === "edit" && dialog(open.one, close)}
      {open?.what === "remove" && (
        <Confirm
          title={words.removeTitle(nameOf(open.one))}
          consequence={words.removeSure}
          onRemove={async () => {
            await remove(open.one.id);
            asked.retry();
          }}
          onClose={close}
        />
      )}
    </>
  );
}
