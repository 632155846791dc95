/** The words of the audit log; they come with the settings' code. */

import { count } from "./words";

export const audit = {
  title: "Audit log",
  lead: "Every read of data and every change, also those that were refused. Nobody can change it, not even here.",
  actor: "Who",
  anybody: "Anybody",
  operation: "What",
  anything: "Anything",
  from: "From",
  to: "To",
  everySite: "Every site, and what belongs to none",
  clear: "Clear filters",
  newest: "Refresh",
  shown: (number: number, shown: string) => `${count(number, shown, "entry", "entries")} shown`,
  more: "Show older ones",
  all: "These are all.",
  none: "No entry.",
  noneHelp: "Nothing fits these filters.",
  csv: "CSV",
  lines: "NDJSON",
  kinds: {
    person: "person",
    key: "API key",
    share: "share link",
    mesh: "command line",
    nobody: "not signed in",
  } as Readonly<Record<string, string>>,
  gone: "of another site, or deleted",
  refused: (status: string) => `refused: ${status}`,
  number: "Entry",
  id: "Id",
  site: "Site",
  noSite: "none, or every one",
  network: "From",
  networkHelp: "Hashed: the same value is the same network.",
  noNetwork: "the mesh itself",
  request: "Request",
  requestOf: (number: string) => `Request of entry ${number}`,
  redacted: "Secrets are left out; who is named stands there as hmac:…",
  onlyActor: "Only who that was",
  onlyOperation: "Only this operation",
};

export const chain = {
  title: "Is the log intact?",
  lead: "Each entry is sealed together with the one before it. The check reads them all and finds what was changed, left out or put elsewhere.",
  checkpoint: "A checkpoint that you wrote down",
  checkpointHint:
    "Leave it empty to check the log alone. With one from before, it also shows that the newest entries were not cut off.",
  submit: "Verify the chain",
  busy: "Reading every entry…",
  empty: "Intact: there is no entry yet.",
  intact: (entries: string, first: string, last: string) =>
    `Intact: ${entries} entries, number ${first} to ${last}. None was changed, left out or put elsewhere.`,
  broken: (problem: string) => `Not intact: ${problem}.`,
  brokenHelp: "Somebody with access to the database or its backups wrote into it. Keep a copy, and ask who had access.",
  checked: (time: string) => `Checked ${time}.`,
  keep: "Checkpoint, to be written down elsewhere",
};
