import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { ApiError } from "../api/http";
import { text } from "../text";
import { Problem } from "../ui/Problem";

interface Props {
  readonly title: string;
  readonly lead: string;
  /** The button that makes one. */
  readonly action?: ComponentChildren;
  readonly none: ComponentChildren;
  /** Null while they are not known. */
  readonly entries: readonly ComponentChildren[] | null;
  /** Stands below the last one. */
  readonly after?: ComponentChildren;
  readonly error: ApiError | null;
  readonly onRetry: () => void;
}

/** A list of what was defined, or what to do where nothing is. */
export function Entries({ title, lead, action, none, entries, after, error, onRetry }: Props) {
  const section = useRef<HTMLElement>(null);
  const length = entries?.length ?? 0;
  const before = useRef(length);
  // Whoever deletes one by keyboard goes on in the list, not at the top of the page.
  useEffect(() => {
    if (length < before.current && document.activeElement === document.body) section.current?.focus();
    before.current = length;
  }, [length]);
  return (
    <section class="card panel panel-list" aria-label={title} ref={section} tabIndex={-1}>
      <header class="panel-row">
        <div>
          <h2 class="panel-title">{title}</h2>
          <p class="panel-lead">{lead}</p>
        </div>
        {action}
      </header>
      {error && entries === null ? (
        <Problem error={error} onRetry={onRetry} />
      ) : entries === null ? (
        <div class="skeleton entry-skeleton" role="status" aria-label={text.state.loading} />
      ) : entries.length === 0 ? (
        <div class="entries-none">{none}</div>
      ) : (
        <>
          <ul class="entries">{entries}</ul>
          {after}
        </>
      )}
    </section>
  );
}

interface EntryProps {
  readonly name: string;
  readonly about: ComponentChildren;
  readonly actions: ComponentChildren;
  /** Stands below what it is. */
  readonly more?: ComponentChildren;
}

/** One of them: its name, what it is, and what can be done with it. */
export function Entry({ name, about, actions, more }: EntryProps) {
  return (
    <li class="entry">
      <div class="entry-text">
        <p class="entry-name">
          <bdi>{name}</bdi>
        </p>
        <p class="entry-about">{about}</p>
        {more}
      </div>
      <div class="entry-actions">{actions}</div>
    </li>
  );
}
