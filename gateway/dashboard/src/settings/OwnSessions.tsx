import { useContext } from "preact/hooks";
import { endOtherSessions, endSession, type OwnSession, ownSessions } from "../api/account";
import { Reader } from "../api/role";
import { useAsk } from "../api/use-ask";
import { visible } from "../format";
import { sessions as words } from "../text/people";
import { formatDay, formatTime } from "./dates";
import { Entries, Entry } from "./Entries";
import { useSaving } from "./use-saving";

/** Where one is signed in, each to be ended. */
export function OwnSessions() {
  const account = useContext(Reader);
  const asked = useAsk(JSON.stringify(["sessions", account?.id]), ownSessions);
  const saving = useSaving();
  const end = (action: () => Promise<void>) => async () => {
    if (await saving.run(action)) asked.retry();
  };
  const others = asked.answer?.some(({ current }) => !current);
  return (
    <>
      <Entries
        title={words.title}
        lead={words.lead}
        action={
          others && (
            <button class="button" type="button" disabled={saving.busy} onClick={end(endOtherSessions)}>
              {words.endOthers}
            </button>
          )
        }
        none={null}
        entries={
          asked.answer?.map((one) => (
            <Entry
              key={one.id}
              name={nameOf(one)}
              about={`${words.used(formatTime(one.lastUsedAt))} · ${words.began(formatDay(one.createdAt))}`}
              actions={
                !one.current && (
                  <button
                    class="button small"
                    type="button"
                    aria-label={words.endOf(nameOf(one))}
                    disabled={saving.busy}
                    onClick={end(() => endSession(one.id))}
                  >
                    {words.end}
                  </button>
                )
              }
            />
          )) ?? null
        }
        error={asked.error}
        onRetry={asked.retry}
      />
      {saving.error && (
        <p class="problem" role="alert">
          {saving.error.message}
        </p>
      )}
    </>
  );
}

function nameOf({ label, current }: OwnSession): string {
  const name = label ? visible(label) : words.unknown;
  return current ? `${name} (${words.current})` : name;
}
