/** The words of what people may ask for, and of what is removed by itself; they come with the settings' code. */

import { count } from "./words";

/** What rows of a table stand for, in one and in many. */
const HELD: Readonly<Record<string, readonly [one: string, other: string]>> = {
  events: ["event", "events"],
  visits: ["visit", "visits"],
  rejected_events: ["refused event", "refused events"],
};

/** `12 events`: rows of a table that the API names. */
export function held(table: string, number: number, shown: string): string {
  const [one, other] = HELD[table] ?? [`row of ${table}`, `rows of ${table}`];
  return count(number, shown, one, other);
}

export const tasks = {
  waiting: "Waiting for its turn",
  running: "At work",
  progress: (name: string) => `Progress: ${name}`,
  older: (number: number, shown: string) => `Show ${count(number, shown, "older one", "older ones")}`,
};

export const exports = {
  title: "A copy of somebody’s data",
  lead: "All that is held of one signed-in user, for whoever asks what you know of them. The file is read from the store when you download it; no copy is kept.",
  add: "New export",
  none: "Nobody’s data was exported yet.",
  user: "User id",
  userHint:
    "The application’s own, as it sent it with events. Only a keyed hash of it is stored, so a slip in typing finds nobody.",
  make: "Look for it",
  name: (time: string) => `Export of ${time}`,
  nothing: "Nothing is held of this user",
  until: (day: string) => `to be downloaded until ${day}`,
  over: "no longer to be downloaded",
  lines: "JSON Lines",
  csv: "CSV (zip)",
  missing: "Not in it is what these edges may still hold. Export again once they have passed it on:",
  edge: (name: string, waiting: string, time: string) => `${name} (${waiting} waited at ${time})`,
};

export const erasures = {
  title: "Erasure",
  lead: "What was recorded of a user or in a visit goes from every store and every answer. The receipt proves it; it names nobody.",
  add: "Erase",
  none: "Nothing was erased yet.",
  subject: "What is erased",
  subjects: { user: "A user", visit: "A visit", site: "All of the site" },
  subjectHelp: {
    user: "Every visit in which the user was named goes whole, and so do the user’s events outside any visit.",
    visit: "All its events.",
    site: "Everything that was recorded so far. The site, its goals and its settings stay.",
  },
  visit: "Visit id",
  visitHint: "Stands in the visit’s details under Explore, Visits.",
  sure: "This cannot be undone.",
  make: "Erase",
  name: (what: string, time: string) => `${what} · ${time}`,
  kinds: { user: "A user", visit: "A visit", site: "All of the site", replay: "Again, after a restore" } as Readonly<
    Record<string, string>
  >,
  erased: (what: string) => `${what} erased`,
  nothing: "Nothing was held",
  receipt: "Receipt",
  receiptOf: (name: string) => `Receipt: ${name}`,
  receiptLead: "Keep it: it proves later, here, what was erased and when. It can be checked below.",
  close: "Close",
};

export const receipts = {
  title: "Check a receipt",
  lead: "Says whether a receipt was given by this installation, word by word, and for what.",
  label: "Receipt",
  submit: "Check",
  valid: "Genuine. It was given here and nothing in it was changed.",
  invalid: "Not genuine.",
  what: "What",
  site: "Site",
  when: "When",
  rows: "Erased",
  task: "Task",
  tombstone: "Tombstone",
};

export const sweep = {
  title: "What goes by itself",
  lead: "Once a day, what is older than the site keeps goes, whole visits at a time.",
  last: "Last sweep",
  never: "none yet",
  removed: "It removed",
  nothing: "nothing",
  oldest: "Oldest day left",
  empty: "no event is held",
  months: "Try another number of months",
  monthsHint: "A dry run: counts what the next sweep would remove. Nothing is changed.",
  submit: "Count",
  would: (what: string, before: string) => `It would remove ${what} of before ${before}.`,
  left: (day: string) => `The oldest day left would be ${day}.`,
  noneLeft: "No event would be left.",
  wouldNot: (day: string) => `Nothing would go: the oldest event is of ${day}.`,
  wouldNotEmpty: "Nothing would go: no event is held.",
};

export const statement = {
  title: "Record of processing",
  lead: "For you and for who asks you (Art. 30 GDPR): what these settings process, on which basis, for how long, and why no consent is asked for. Set in *italics* is what you fill in.",
  text: "Its text",
  download: "Download as Markdown",
};
