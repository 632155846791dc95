import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Asked } from "../../api/use-ask";
import { formatCount } from "../../format";
import { tasks as words } from "../../text/rights";
import { Icon, type IconName } from "../../ui/Icon";
import { Entries, Entry } from "../Entries";

/** As many are shown at first. */
const NEWEST = 5;

interface Task {
  readonly id: string;
  readonly state: "waiting" | "running" | "done";
  readonly visitsFound: number;
  readonly visitsDone: number;
}

/** What is said of a task that is done. */
interface Done {
  readonly about: string;
  readonly actions?: ComponentChildren;
  readonly more?: ComponentChildren;
}

interface Props<T extends Task> {
  readonly title: string;
  readonly lead: string;
  /** What the button that asks for one says. */
  readonly add: string;
  readonly icon: IconName;
  readonly none: string;
  readonly asked: Asked<readonly T[]>;
  readonly nameOf: (task: T) => string;
  readonly done: (task: T) => Done;
  readonly onAdd: () => void;
}

/** Tasks that are worked off in the background, with how far each is. */
export function TaskList<T extends Task>({ title, lead, add, icon, none, asked, nameOf, done, onAdd }: Props<T>) {
  const [all, setAll] = useState(false);
  const tasks = asked.answer ?? [];
  const shown = all ? tasks : tasks.slice(0, NEWEST);
  const hidden = tasks.length - shown.length;
  return (
    <Entries
      title={title}
      lead={lead}
      action={
        <button class="button" type="button" onClick={onAdd}>
          <Icon name={icon} /> {add}
        </button>
      }
      none={<p>{none}</p>}
      entries={
        asked.answer &&
        shown.map((task) => {
          const name = nameOf(task);
          const { about, actions, more } =
            task.state === "done"
              ? done(task)
              : { about: words[task.state], more: <Progress name={name} of={task} />, actions: null };
          return <Entry key={task.id} name={name} about={about} actions={actions} more={more} />;
        })
      }
      after={
        hidden > 0 && (
          <button class="button bare small" type="button" onClick={() => setAll(true)}>
            {words.older(hidden, formatCount(hidden))}
          </button>
        )
      }
      error={asked.error}
      onRetry={asked.retry}
    />
  );
}

/** Without a value until something was found: how much there is to do is not known before. */
function Progress({ name, of: { visitsFound, visitsDone } }: { readonly name: string; readonly of: Task }) {
  const value = visitsFound > 0 ? { max: visitsFound, value: visitsDone } : {};
  return <progress class="progress" aria-label={words.progress(name)} {...value} />;
}
