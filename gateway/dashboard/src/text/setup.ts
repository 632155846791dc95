/** The words of setting up, bringing history and telling visitors; they come with the settings' code. */

export const setup = {
  title: "Add it to your site",
  lead: "Choose what you use and copy it. The first view shows here by itself.",
  ways: {
    script: "Script tag",
    npm: "npm",
    react: "React",
    next: "Next.js",
    nest: "NestJS",
    node: "Node.js",
    python: "Python",
  },
  steps: {
    script: "Put this into the head of every page.",
    packageAdd: "Add the package.",
    npm: "Start it once, where your app starts.",
    react: "Put the provider around your app. Routes are counted by themselves.",
    next: "Put it into the root layout. Pages stay static.",
    nest: "Import the module and mark the handlers that count.",
    node: "Count a view for each page your server sends.",
    pip: "Add the package.",
    python: "Add the middleware of FastAPI or Starlette. Django and Flask have one, too.",
  },
  needsKey: "It needs a key that may send events, in the environment variable ANALYTICS_INGEST_KEY.",
  makeKey: "Make a key",
  oncePlace: "Count views in one place: in the browser or on the server, not in both.",
  memoryPages: "This site is set up as an app: where a click loads a page anew, each page begins a visit.",
  memoryBackend: "This site is set up as an app: events of a server belong to no visit.",
  changeIdentity: "Change what it is",
  edge: "EDGE is the address of the edge service; on one machine ready.json has it.",
  noScript: "Nothing is sent where the browser says Do Not Track or Global Privacy Control.",
  codeOf: (name: string) => `Code: ${name}`,
  status: {
    waiting: "Waiting for the first view…",
    waitingHelp:
      "Open your site in another tab once the snippet is in. Not counted: robots and headless browsers, a browser that says Do Not Track, and a page on a host that is not among the site’s domains (its console shows a 403).",
    arrived: "The first view is here.",
    arrivedAt: (page: string, time: string) => `${page} at ${time}`,
    works: "Views arrive.",
    worksHelp: (shown: string) => `${shown} views so far.`,
    lost: "The live connection is lost; trying again.",
    watch: "Watch live",
  },
};

export const history = {
  title: "Bring your history",
  lead: "A file with one JSON object a line (NDJSON), plain or as .gz. Twice is as good as once: every line has an id.",
  format: "A line looks like this",
  formatMore:
    "Required: kind, eventId, occurredAt. Finished values such as country, browser, source win; else give userAgent and ip, which are used and dropped.",
  log: "An access log of a web server is read on the machine that runs the mesh:",
  file: "File",
  choose: "Choose a file",
  keepBots: "Count bots as well",
  start: "Import",
  stop: "Stop",
  stopped: "Stopped. What was imported stays; import the file again to go on.",
  unreadable: "This file cannot be read: it is damaged, or no text.",
  failed: "It stopped here; what was imported stays. Import the file again to go on.",
  working: (share: string) => `Importing: ${share}`,
  progress: "Progress of the import",
  done: "Done.",
  read: "Lines read",
  imported: "Imported",
  duplicates: "Known already",
  ignored: "Ignored",
  rejected: "Refused",
  refusedLines: "Refused lines",
  line: (number: string) => `Line ${number}`,
  more: (count: string) => `and ${count} more`,
  open: "Open the overview of all time",
};

export const privacy = {
  title: "What is kept",
  keep: "How long events are kept",
  keepHint: "25 months are what regulators accept for audience measurement.",
  retention: "Months",
  retentionHint: "1 to 120.",
  forever: "For ever",
  months: "A number of months",
  signals: "Privacy signals",
  obey: "Do not record visitors whose browser says Do Not Track or Global Privacy Control",
  obeyHint: "Recommended. Switch it off only where the law and your notice allow it.",
  noticeTitle: "Text for your privacy notice",
  noticeLead:
    "Made from the settings of this site as they are now. It says what the software does; who you are and how to reach you stands elsewhere in your notice.",
  withUsers: "My application tells who is signed in (identify)",
  notice: {
    what: (where: string) =>
      `To understand how ${where} is used, we count visits with Analytics Mesh, software that we run ourselves. The data stays with us: it is not sold, not given to others and not combined with data of other websites.`,
    website: "this website",
    device:
      "Nothing is stored on your device and nothing that is stored there is read: no cookies, no local storage, no fingerprints.",
    collected: (page: string) =>
      `For each page seen we record ${page}, the page that led here, campaign parameters of the link, the time, country and, where known, region and city, language, and the kind of browser, system, device and screen size. We also record clicks on buttons and links, how far a page was scrolled and how long it was in view, but never what you type.`,
    path: "its address without the part after the question mark",
    pathWith: (names: string) => `its address, of the part after the question mark only ${names}`,
    fragment: " and with the part after #",
    daily:
      "To count visitors, your IP address and your browser’s name are mixed with a random number that is replaced every day and destroyed after 48 hours. The result tells visits of one day apart; after that nobody, not even we, can connect it with you or recognise you again.",
    memory:
      "To count visitors, the page keeps a random number in memory while it is open. It is gone once you close or reload the page, so nobody, not even we, can recognise you when you come back.",
    address:
      "Your IP address and your browser’s full name are used in memory alone, to find the country and the kind of browser. They are never stored.",
    users:
      "If you are signed in, we also record a pseudonym of your account as a keyed code, so that we can see how the service is used over time. You can ask us for a copy of this data or have it deleted.",
    signals:
      "If your browser sends “Do Not Track” or “Global Privacy Control”, nothing is recorded. You can object by switching either on.",
    noSignals: "You can object to this; write to us.",
    months: (count: number, shown: string) => `The data is deleted after ${shown} ${count === 1 ? "month" : "months"}.`,
    forever: "The data is kept without a time limit.",
  },
};
