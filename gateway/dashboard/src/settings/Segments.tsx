import { useState } from "preact/hooks";
import { renameSegment, type Segment } from "../api/definitions";
import { describe } from "../filters/describe";
import { useSegments } from "../filters/use-segments";
import { visible } from "../format";
import type { PageProps } from "../pages";
import { readFilters } from "../state/read-filter";
import { text } from "../text";
import { settings } from "../text/settings";
import { Field } from "../ui/Field";
import { IconButton } from "../ui/IconButton";
import { PageLink } from "../ui/PageLink";
import { Confirm } from "./Confirm";
import { Entries, Entry } from "./Entries";
import { FormDialog } from "./FormDialog";
import { problemAt, useSaving } from "./use-saving";

/** Saved filters: look at, rename, delete. They are made where filters are set. */
export function Segments({ site, view, go }: PageProps) {
  const words = settings.segments;
  const segments = useSegments(site);
  const [open, setOpen] = useState<{ readonly what: "rename" | "remove"; readonly segment: Segment } | null>(null);
  const close = () => setOpen(null);
  return (
    <>
      <Entries
        title={words.title}
        lead={words.lead}
        none={
          <>
            <p>{words.none}</p>
            <PageLink class="button" page="" view={view} go={go}>
              {words.toOverview}
            </PageLink>
          </>
        }
        entries={
          segments.all?.map((segment) => {
            const name = visible(segment.name);
            const filters = [{ operator: "is", dimension: "segment", values: [segment.id] }] as const;
            return (
              <Entry
                key={segment.id}
                name={name}
                about={describeAll(segment)}
                actions={
                  <>
                    <PageLink
                      class="button bare small"
                      page=""
                      view={{ ...view, filters }}
                      go={go}
                      hint={words.openOf(name)}
                    >
                      {words.open}
                    </PageLink>
                    <IconButton
                      icon="edit"
                      label={words.renameOf(name)}
                      onClick={() => setOpen({ what: "rename", segment })}
                    />
                    <IconButton
                      icon="remove"
                      label={settings.removeOf(name)}
                      onClick={() => setOpen({ what: "remove", segment })}
                    />
                  </>
                }
              />
            );
          }) ?? null
        }
        error={segments.error}
        onRetry={segments.retry}
      />
      {open?.what === "remove" && (
        <Confirm
          title={words.removeTitle(visible(open.segment.name))}
          consequence={words.removeSure}
          onRemove={() => segments.remove(open.segment.id)}
          onClose={close}
        />
      )}
      {open?.what === "rename" && (
        <Rename
          segment={open.segment}
          onRenamed={() => {
            segments.retry();
            close();
          }}
          onClose={close}
        />
      )}
    </>
  );
}

function describeAll({ filters }: Segment): string {
  const read = readFilters(filters);
  return read
    ? read.map((filter) => describe(filter, () => null)).join(` ${text.filters.and} `)
    : visible(JSON.stringify(filters));
}

interface RenameProps {
  readonly segment: Segment;
  readonly onRenamed: () => void;
  readonly onClose: () => void;
}

function Rename({ segment, onRenamed, onClose }: RenameProps) {
  const words = settings.segments;
  const saving = useSaving();
  const [name, setName] = useState(segment.name);
  const submit = async () => {
    if (await saving.run(() => renameSegment(segment.id, name))) onRenamed();
  };
  return (
    <FormDialog
      title={words.renameTitle}
      submit={settings.save}
      saving={saving}
      names={["name"]}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label={words.name} problem={problemAt(saving.error, "name")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            required
            maxLength={120}
            autocomplete="off"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        )}
      </Field>
    </FormDialog>
  );
}
