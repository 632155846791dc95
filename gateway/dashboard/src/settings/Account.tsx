import { changePassword } from "../api/session";
import { settings } from "../text/settings";
import { Field } from "../ui/Field";
import { problemAt, problemElsewhere, useSaving } from "./use-saving";

const NAMES = ["oldPassword", "newPassword"] as const;
const SHORTEST = 10;

/** The user's own password. */
export function Account() {
  const words = settings.account;
  const saving = useSaving();
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const given = new FormData(form);
    const done = await saving.run(() => changePassword(String(given.get("old")), String(given.get("new"))));
    if (done) form.reset();
  };
  return (
    <form class="card panel panel-narrow" onSubmit={submit}>
      <h2 class="panel-title">{words.title}</h2>
      <Field label={words.old} problem={problemAt(saving.error, "oldPassword")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            type="password"
            name="old"
            autocomplete="current-password"
            required
            maxLength={1000}
            onInput={saving.touch}
          />
        )}
      </Field>
      <Field label={words.new} hint={words.newHint} problem={problemAt(saving.error, "newPassword")}>
        {(ties) => (
          <input
            {...ties}
            class="input"
            type="password"
            name="new"
            autocomplete="new-password"
            required
            minLength={SHORTEST}
            maxLength={1000}
            onInput={saving.touch}
          />
        )}
      </Field>
      <div class="panel-end">
        <button class="button primary" type="submit" disabled={saving.busy}>
          {saving.busy ? settings.saving : words.change}
        </button>
        <p class="quiet" role="status">
          {saving.saved ? words.changed : ""}
        </p>
        <p class="problem" role="alert">
          {problemElsewhere(saving.error, NAMES)}
        </p>
      </div>
    </form>
  );
}
