"""What a site's measurement processes and why no consent is asked for, in Markdown, from its settings as they are.

For whoever runs the site: a record of processing (Art. 30 GDPR) with its reasons. What visitors are told is a text of
its own, which the dashboard makes (`dashboard/src/settings/notice.ts`); both state the same facts. Sources of the law:
docs/privacy.md, "Why no consent banner".
"""

from collections.abc import Iterable
from typing import Final

from analytics.v1 import event_pb2, site_pb2

ACCEPTED_MONTHS: Final = 25
"""The longest retention that regulators accept for audience measurement without consent (CNIL)."""

_HEAD = """\
Made by the software from the settings of this site as they are now. It says what the software does, and how we
read the law; it is not legal advice. Set in *italics* is what the software cannot know and you fill in. The
accounts of those who read the numbers are a processing of their own and not described here."""

_WHO = """\
- Controller: *name and contact of whoever runs the site; its representative and data protection officer, if
  any*.
- People concerned: visitors of the site."""

_SEEN = """\
- The page that led here, without its query; the link's campaign parameters (`utm_…`, `source`, `ref`).
  Advertising click ids tell paid from unpaid and are then dropped.
- When; the page's title; clicks on elements (id, tag, role, text of at most 100 characters, a link's target
  without its query), how far a page was scrolled, and how long it was in view. Never what is typed into a form.
- Kind and version of browser and system, kind of device, class of screen size, language.
- Country, from the address. Region and city only where the operator gave the software a database of cities;
  nothing finer.
- Events, properties and amounts of money that the application chooses to send. *Say which, and keep people out
  of them.*
- If the application sends a signed-in user's id: a keyed hash of it (HMAC-SHA-256 under a key of this site
  alone), never the id. Events of that user can then be told together over time.
- IP address and full browser name (user agent): used in memory for the above and against floods, never stored
  readable: not in a database, a log or a backup. An event that waits, or that could not be stored, rests with
  them encrypted (AES-256-GCM)."""

_DAILY = """\
Mode `daily`: a visitor is HMAC-SHA-256 of address, browser name and site under a random salt, cut to 16 bytes.
Each site and UTC day has a salt of its own, stored only encrypted under a key outside the database and
destroyed after 48 hours. Until then the value is a pseudonym; afterwards, in our reading, nobody can connect it
with a person (recital 26 GDPR), and no two days can be joined, but for a visit under way at midnight. Events
keep the mode that they were recorded in."""

_MEMORY = """\
Mode `memory`: a visitor is one load of a page. The script makes a random number and keeps it in the page's own
memory, for as long as the page is open (a new one after 30 minutes without an event); it is written nowhere on
the device and is gone when the page is closed or loaded anew. No address goes into it, and no two visits can be
joined. Events keep the mode that they were recorded in."""

_PURPOSE = """\
To count visits and see how the site is used, so that it can be run and made better. Not for advertising, not
for profiles, not for decisions about anybody; nothing is combined with data of other sites."""

_BASIS = """\
- If the application sends user ids: following a signed-in person over time goes beyond counting an audience.
  *Give that its own basis (contract, legitimate interests, or consent) and tell people.*"""

_CONSENT = """\
Art. 5(3) of Directive 2002/58/EC (in Germany § 25 TDDDG, until 2024 TTDSG) asks for consent before something is
stored on a visitor's device, or something already stored there is read. This software stores nothing there: no
cookie, no local or session storage, no IndexedDB, no cache trick, and it takes no fingerprint. It uses what a
browser sends with any request for a page, and what the page knows of itself. In our reading neither is covered,
so no consent is needed. This is said of the software's own script: *another product's script that sends here
may store something; look at it.*

Where that can be seen differently: the European Data Protection Board reads the rule widely (Guidelines 2/2023,
version 2 of 7 October 2024): what a script has a browser send, such as the screen's width, or a number in
working memory, may count. Who follows that reading relies on an exemption for measuring an audience where there
is one: in France (CNIL, deliberation 2020-091, Art. 5, and its text of July 2025), in the United Kingdom (Data
(Use and Access) Act 2025, Schedule A1 of PECR, paragraph 5). Held against what they ask:

- For the operator alone, statistics alone, no id shared between sites, place no finer than city: met by the
  software.
- User ids, if the application sends them: outside these exemptions."""

_INFORMED = "- Visitors are informed: *put the notice that the dashboard makes into your privacy notice.*"

_RECIPIENTS = """\
- Recipients: none. The software calls no other server, sends no mail, and loads nothing from elsewhere. Answers
  are shown to the accounts, keys and share links that the operator made.
- Processors: none by the software; it runs on the operator's own machines. *If they are rented, or a proxy
  stands in front, name their provider and the contract (Art. 28 GDPR).*
- Transfer to third countries: none by the software. *State where your machines stand.*"""

_RIGHTS = """\
- Information: the notice for visitors, made in the dashboard (Privacy).
- Access (Art. 15): `./run export-user` or `POST /api/v1/privacy/exports` gives all that is held of a user id.
- Erasure (Art. 17): `./run erase` or `POST /api/v1/privacy/erasures`, with a signed receipt: whole visits of a
  user id, or one visit. Nothing of them comes back from a queue, nor from a backup that is restored with its
  tombstones.
- Visits without a user id: the operator cannot tell whose they are, and need not find out (Art. 11 GDPR)."""

_SECURITY = """\
- User ids only as keyed hashes; keys and salts encrypted under a key outside the database; waiting events
  encrypted.
- Access by accounts with roles for each site, argon2id, a second factor, sessions that can be revoked; API keys
  with a scope and an end, stored as hashes.
- Services listen on the machine itself; between machines they speak mutual TLS. *TLS towards browsers ends at
  your proxy.*
- Bounded requests, limits by address and site, a strict content security policy, values shown as text."""


def statement_of(site: site_pb2.Site) -> str:
    """The whole text. Values that somebody typed stand in code spans; of excluded addresses the number is told."""
    daily = site.identity == event_pb2.IDENTITY_MODE_DAILY
    hosts = _listed(site.domains) or "any host that sends with this site's id"
    parts = {
        "1. Who": _WHO,
        "2. What is measured": f"- Pages of: {hosts}.\n- Days are those of {_code(site.timezone or 'UTC')}.",
        "3. What is processed": "\n".join((*_pages(site), _SEEN)),
        "4. How a visitor is counted": _DAILY if daily else _MEMORY,
        "5. What is left out": "\n".join(_left_out(site)),
        "6. Purpose": _PURPOSE,
        "7. Legal basis": f"{_balance(site)}\n{_BASIS}",
        "8. Why no consent is asked for": "\n".join((_CONSENT, _exempt_retention(site), _objection(site), _INFORMED)),
        "9. How long": "\n".join(_kept(site, daily)),
        "10. Recipients, processors, places": _RECIPIENTS,
        "11. Rights": f"{_RIGHTS}\n{_objecting(site)}",
        "12. Security": _SECURITY,
    }
    sections = "\n\n".join(f"## {title}\n\n{text}" for title, text in parts.items())
    return f"# Record of processing: audience measurement of {_code(site.id)}\n\n{_HEAD}\n\n{sections}\n"


def _pages(site: site_pb2.Site) -> list[str]:
    kept = f"of its query only {_listed(site.query_parameters)}" if site.query_parameters else "without its query"
    fragment = "with the part after `#`" if site.hash_routing else "without the part after `#`"
    lines = [f"- The address of each page seen, {kept}, {fragment}."]
    if site.path_rules:
        lines.append(f"- Pages stored as one, so that parts of their paths are not kept: {_listed(site.path_rules)}.")
    return lines


def _left_out(site: site_pb2.Site) -> list[str]:
    signals = "Visits of browsers that send Do Not Track (`DNT: 1`) or Global Privacy Control (`Sec-GPC: 1`)"
    lines = [
        f"- {signals}: recorded all the same, as this site is set."
        if site.ignore_privacy_signals
        else f"- {signals}: the script sends nothing, and what comes anyway is dropped but for a bare count."
    ]
    if site.excluded_ips:
        lines.append(f"- Own traffic by address: {len(site.excluded_ips)} addresses or networks are listed.")
    for words, entries in (
        ("Pages", site.excluded_paths),
        ("Hosts", site.excluded_hostnames),
        ("Visits from countries", site.excluded_countries),
    ):
        if entries:
            lines.append(f"- {words}: {_listed(entries)}.")
    if site.domains:
        lines.append("- Pages of other hosts than those of section 2.")
    lines.append("- Bots that say so, and prefetches.")
    return lines


def _balance(site: site_pb2.Site) -> str:
    objecting = "how people object is yours to say" if site.ignore_privacy_signals else "objecting is easy"
    return (
        "- Art. 6(1)(f) GDPR, legitimate interests: to know how one's own site is used. In the balance: nobody without "
        f"a user id is recognised later, nothing leaves the operator, and {objecting} (section 11). *Confirm it.*"
    )


def _exempt_retention(site: site_pb2.Site) -> str:
    if not site.retention_months:
        return f"- Kept for at most {ACCEPTED_MONTHS} months: **not met**, this site keeps for ever."
    met = "met" if site.retention_months <= ACCEPTED_MONTHS else "**not met**"
    return f"- Kept for at most {ACCEPTED_MONTHS} months: {met}, this site keeps {_months(site)}."


def _objection(site: site_pb2.Site) -> str:
    if site.ignore_privacy_signals:
        return "- A free and simple way to object: **not met by the software**; the browser's signals are switched off."
    return "- A free and simple way to object: met, by Do Not Track or Global Privacy Control."


def _objecting(site: site_pb2.Site) -> str:
    if site.ignore_privacy_signals:
        return (
            "- Objection (Art. 21): browsers' signals are not followed at this site. *Offer another way*, such as a "
            "switch that calls the script's `optOut()` on each page."
        )
    return "- Objection (Art. 21): by switching on Do Not Track or Global Privacy Control; nobody need be asked."


def _kept(site: site_pb2.Site, daily: bool) -> list[str]:
    if site.retention_months:
        events = f"{_months(site)}; once a day whole visits that are older are deleted, in both databases"
    else:
        events = "for ever, as this site is set. *Give a reason (Art. 5(1)(e) GDPR), or set a number of months*"
    lines = [f"- Events and visits: {events}.", "- Events that could not be stored, encrypted: as long."]
    if daily:
        lines.append("- Salts of a day: 48 hours, and in no backup.")
    return [
        *lines,
        "- Prepared exports: 7 days. *Backups: keep them no longer than a month, and the tombstones with them.*",
    ]


def _months(site: site_pb2.Site) -> str:
    return "1 month" if site.retention_months == 1 else f"{site.retention_months} months"


def _listed(values: Iterable[str]) -> str:
    return ", ".join(_code(value) for value in values)


def _code(text: str) -> str:
    """A code span that its own text cannot end, and that no line of it can."""
    text = " ".join(text.split())
    if "`" not in text:
        return f"`{text}`"
    longest = max(len(run) for run in "".join(c if c == "`" else " " for c in text).split())
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}"
