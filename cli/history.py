"""`./run import`: a file of history sent to the gateway in chunks, and the balance of what became of it."""

import gzip
import hashlib
import json
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli import access_log
from cli.errors import Refusal, detail, reason

_CHUNK_LINES = 2_500
_CHUNK_BYTES = 8 * 1024 * 1024
_LINE_BYTES = 64 * 1024  # the gateway takes no longer ones
_CHUNK_LIMIT_S = 300.0
_RETRY_FOR_S = 60.0
_SHOWN = 20

_AWAY = (429, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Line:
    """One event to send, and the number of the file's line that it came from."""

    number: int
    text: bytes


@dataclass(slots=True)
class Balance:
    """What became of each line of the file. lines = blank + skipped + unparsed + imported + duplicates + ignored +
    rejected."""

    lines: int = 0
    blank: int = 0
    imported: int = 0
    duplicates: int = 0
    ignored: int = 0
    ignored_reasons: Counter[str] = field(default_factory=lambda: Counter[str]())
    rejected: list[tuple[int, str]] = field(default_factory=list)
    skipped: Counter[str] = field(default_factory=lambda: Counter[str]())
    unparsed: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Door:
    """Where history goes: the gateway's import, for one site, under one name."""

    gateway: str
    token: str
    site: str
    import_id: str
    keep_bots: bool

    def send(self, chunk: list[Line]) -> dict[str, Any]:
        """The gateway's balance. Sending again changes nothing, so a mesh that is away is asked again for a minute.

        Raises Refusal when it refuses, or stays away.
        """
        wanted = {"site": self.site, "import_id": self.import_id, "keep_bots": str(self.keep_bots).lower()}
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/x-ndjson"}
        body = b"\n".join(line.text for line in chunk)
        url = f"{self.gateway}/api/v1/import?{urllib.parse.urlencode(wanted)}"
        deadline = time.monotonic() + _RETRY_FOR_S
        while True:
            try:
                asked = urllib.request.Request(url, body, headers)
                with urllib.request.urlopen(asked, timeout=_CHUNK_LIMIT_S) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                if error.code not in _AWAY or time.monotonic() > deadline:
                    raise Refusal(f"the mesh refuses the import ({error.code}): {detail(error)}") from None
            except OSError as error:
                if time.monotonic() > deadline:
                    raise Refusal(f"the mesh does not answer: {reason(error)}") from None
            time.sleep(0.5)


def import_access_log(file: Path, door: Door, host: str, console: Console) -> Balance:
    """Import a log in the common or combined format, of pages on `host`. Raises Refusal if the file cannot be read."""
    balance = Balance()
    return _import(file, door, _events_of_log(_lines(file), door.site, host, balance), balance, console)


def import_events(file: Path, door: Door, console: Console) -> Balance:
    """Import NDJSON, one event a line. Raises Refusal if the file cannot be read."""
    balance = Balance()
    return _import(file, door, _events_as_they_are(_lines(file), balance), balance, console)


def import_id_of(file: Path) -> str:
    """The name an import gets: the same for the same file. Raises Refusal if it cannot be read."""
    try:
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {reason(error)}") from None
    return f"{file.name[:40]}-{digest[:12]}"


def show(balance: Balance, console: Console) -> None:
    """Print the balance: every line of the file is in exactly one row."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    table.add_row("lines read", f"{balance.lines:,}")
    table.add_row("imported", f"{balance.imported:,}")
    table.add_row("duplicates", f"{balance.duplicates:,}")
    for name, count in balance.ignored_reasons.most_common():
        table.add_row(f"ignored: {name}", f"{count:,}")
    table.add_row("rejected", f"{len(balance.rejected):,}")
    for name, count in balance.skipped.most_common():
        table.add_row(f"skipped: {name}", f"{count:,}")
    table.add_row("not parsed", f"{len(balance.unparsed):,}")
    table.add_row("blank", f"{balance.blank:,}")
    console.print(table)
    for number, why in sorted(balance.rejected)[:_SHOWN]:
        console.print(f"line {number} rejected: {why}", markup=False, highlight=False)
    if len(balance.rejected) > _SHOWN:
        console.print(f"… and {len(balance.rejected) - _SHOWN} more rejected")
    if balance.unparsed:
        numbers = ", ".join(map(str, balance.unparsed[:_SHOWN]))
        more = f" … and {len(balance.unparsed) - _SHOWN} more" if len(balance.unparsed) > _SHOWN else ""
        console.print(f"not parsed: lines {numbers}{more}", highlight=False)


def _import(file: Path, door: Door, events: Iterator[Line], balance: Balance, console: Console) -> Balance:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task(f"{file.name}", total=sum(1 for _ in _lines(file)))
        for chunk in _chunks(events):
            _count(door.send(chunk), chunk, balance)
            progress.update(task, completed=balance.lines)
        progress.update(task, completed=balance.lines)
    return balance


def _count(answer: dict[str, Any], chunk: list[Line], balance: Balance) -> None:
    balance.imported += answer["imported"]
    balance.duplicates += answer["duplicates"]
    balance.ignored += answer["ignored"]
    balance.ignored_reasons.update(answer["ignoredReasons"])
    # the gateway counts the lines of a chunk; people know the lines of their file
    balance.rejected += [(chunk[refused["line"] - 1].number, refused["reason"]) for refused in answer["rejected"]]


def _chunks(events: Iterable[Line]) -> Iterator[list[Line]]:
    chunk: list[Line] = []
    size = 0
    for line in events:
        if chunk and (len(chunk) == _CHUNK_LINES or size + len(line.text) > _CHUNK_BYTES):
            yield chunk
            chunk, size = [], 0
        chunk.append(line)
        size += len(line.text) + 1
    if chunk:
        yield chunk


def _events_of_log(lines: Iterable[bytes], site: str, host: str, balance: Balance) -> Iterator[Line]:
    ids = access_log.LineIds(site)
    for number, raw in enumerate(lines, start=1):
        balance.lines += 1
        text = raw.decode(errors="replace").rstrip("\r\n")
        if not text.strip():
            balance.blank += 1
            continue
        request = access_log.parse(text) if len(raw) <= _LINE_BYTES else None
        if request is None:
            balance.unparsed.append(number)
        elif why := access_log.skip_reason(request):
            balance.skipped[why] += 1
        else:
            event = access_log.event(request, host, ids.of(text))
            sent = json.dumps(event, ensure_ascii=False).encode()
            if len(sent) <= _LINE_BYTES:
                yield Line(number, sent)
            else:
                balance.unparsed.append(number)


def _events_as_they_are(lines: Iterable[bytes], balance: Balance) -> Iterator[Line]:
    for number, raw in enumerate(lines, start=1):
        balance.lines += 1
        line = raw.rstrip(b"\r\n")
        if not line.strip():
            balance.blank += 1
        elif len(line) > _LINE_BYTES:
            balance.rejected.append((number, f"the line has more than {_LINE_BYTES:,} bytes"))
        else:
            yield Line(number, line)


def _lines(file: Path) -> Iterator[bytes]:
    """The lines of a file, unpacked where it is a gzip by its first bytes. Raises Refusal if it cannot be read."""
    try:
        with file.open("rb") as probe:
            packed = probe.read(2) == b"\x1f\x8b"
        with cast(IO[bytes], gzip.open(file, "rb") if packed else file.open("rb")) as stream:
            yield from stream
    except (OSError, EOFError, zlib.error) as error:
        words = reason(error) if isinstance(error, OSError) else f"the gzip breaks off ({error})"
        raise Refusal(f"{file} cannot be read: {words}") from None
