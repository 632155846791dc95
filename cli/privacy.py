"""`./run export-user`, `erase`, `erasures`, `verify-receipt`, `retention`: people's rights from the command line."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

from analytics.v1 import privacy_pb2, privacy_pb2_grpc, query_pb2, query_pb2_grpc
from rich.console import Console
from rich.table import Table

from cli.asking import asked
from cli.errors import Refusal, reason
from mesh.channel import connect

_CALL_S, _DOWNLOAD_S, _SEEN_S = 30.0, 3_600.0, 300.0
_LOOK_EVERY_S = 0.2
_STONES_AT_ONCE = 10_000
_KINDS = privacy_pb2.PrivacyTaskKind
_ERASURES = (
    privacy_pb2.PRIVACY_TASK_KIND_ERASE_USER,
    privacy_pb2.PRIVACY_TASK_KIND_ERASE_VISIT,
    privacy_pb2.PRIVACY_TASK_KIND_ERASE_SITE,
    privacy_pb2.PRIVACY_TASK_KIND_REPLAY,
)

Ready = Mapping[str, Any]
T = TypeVar("T")


def export_user(ready: Ready, site: str, user: str, file: Path, console: Console) -> None:
    """Write all that is held of a user: JSON Lines, or a ZIP of CSV where the name ends in .zip."""

    async def look(stub: Any, token: Any) -> privacy_pb2.PrivacyTask:
        request = privacy_pb2.CreateExportRequest(site=site, user_id=user)
        made = await stub.CreateExport(request, metadata=token, timeout=_CALL_S)
        return await _done(stub, token, made.task, console)

    done = _run(ready, look)
    kind = privacy_pb2.EXPORT_FORMAT_CSV_ZIP if file.suffix == ".zip" else privacy_pb2.EXPORT_FORMAT_JSON_LINES
    request = privacy_pb2.DownloadExportRequest(id=done.id, format=kind)
    with _new(file) as out:

        async def download(stub: Any, token: Any) -> None:
            async for piece in stub.DownloadExport(request, metadata=token, timeout=_DOWNLOAD_S):
                out.write(piece.content)

        _run(ready, download)
    found = f"visits: {done.rows['visits']:,}, events outside any: {done.rows['events']:,}"
    console.print(f"{file}: {found}", highlight=False, soft_wrap=True)
    for edge in done.edges:
        if not edge.drained:
            console.print(
                f"edge {edge.edge_id} may hold more: {edge.waiting_events:,} events waited there at "
                f"{_time(edge.heard_at_us)}; export again once it has drained",
                highlight=False,
            )


def erase(ready: Ready, wanted: privacy_pb2.CreateErasureRequest, console: Console) -> None:
    """Erase, wait until no answer shows it any more, say what went, print the receipt."""

    async def work(stub: Any, token: Any) -> privacy_pb2.PrivacyTask:
        made = await stub.CreateErasure(wanted, metadata=token, timeout=_CALL_S)
        done = await _done(stub, token, made.task, console)
        if done.position:
            async with connect(ready["query"]) as channel:
                answers: Any = query_pb2_grpc.QueryServiceStub(channel)
                request = query_pb2.AwaitRequest(position=done.position)
                await answers.Await(request, metadata=token, timeout=_SEEN_S)
        return done

    done = _run(ready, work)
    words = Console(stderr=True, highlight=False)  # what is kept of this is the receipt alone
    for name, rows in sorted(done.rows.items()):
        words.print(f"{name}: {rows:,} rows erased")
    if not done.rows:
        words.print("nothing was held")
    words.print(f"receipt of {done.id}, to be kept:")
    print(done.receipt)


def list_erasures(ready: Ready, site: str, console: Console) -> None:
    async def work(stub: Any, token: Any) -> Any:
        request = privacy_pb2.ListPrivacyTasksRequest(site=site, kinds=_ERASURES)
        return await stub.ListPrivacyTasks(request, metadata=token, timeout=_CALL_S)

    table = Table(box=None, pad_edge=False)
    for title in ("task", "site", "what", "state", "made", "rows"):
        table.add_column(title, overflow="fold")
    for task in _run(ready, work).tasks:
        words = _KINDS.Name(task.kind).removeprefix("PRIVACY_TASK_KIND_").lower().replace("_", " ")
        state = privacy_pb2.PrivacyTaskState.Name(task.state).removeprefix("PRIVACY_TASK_STATE_").lower()
        rows = ", ".join(f"{name} {count:,}" for name, count in sorted(task.rows.items()))
        table.add_row(task.id, task.site, words, state, _time(task.created_at_us), rows)
    console.print(table, markup=False)


def save_tombstones(ready: Ready, file: Path, console: Console) -> None:
    """Write every tombstone, one JSON object a line: what a restore from an older backup replays."""

    count = 0
    with _new(file) as out:

        async def work(stub: Any, token: Any) -> None:
            nonlocal count
            request = privacy_pb2.ListTombstonesRequest()
            async for page in stub.ListTombstones(request, metadata=token, timeout=_DOWNLOAD_S):
                for stone in page.tombstones:
                    line = {"site": stone.site_number, "digest": stone.digest.hex(), "before_us": stone.before_us}
                    out.write(json.dumps(line).encode() + b"\n")
                    count += 1

        _run(ready, work)
    console.print(f"{count:,} tombstones: {file}", highlight=False)


def replay_tombstones(ready: Ready, file: Path, console: Console) -> None:
    """Erase again what the tombstones of a file stand for, and wait for it."""
    stones: list[privacy_pb2.Tombstone] = []
    try:
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            try:
                told = json.loads(line)
                digest = bytes.fromhex(told["digest"])
                stones.append(
                    privacy_pb2.Tombstone(site_number=told["site"], digest=digest, before_us=told["before_us"])
                )
            except (ValueError, KeyError, TypeError):
                raise Refusal(f"{file}: line {number} is no tombstone of ./run erasures --save") from None
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {reason(error)}") from None

    async def work(stub: Any, token: Any) -> list[privacy_pb2.PrivacyTask]:
        tasks: list[privacy_pb2.PrivacyTask] = []
        for start in range(0, len(stones), _STONES_AT_ONCE):
            request = privacy_pb2.ReplayTombstonesRequest(tombstones=stones[start : start + _STONES_AT_ONCE])
            tasks += (await stub.ReplayTombstones(request, metadata=token, timeout=_CALL_S)).tasks
        return [await _done(stub, token, task, console) for task in tasks]

    done = _run(ready, work)
    console.print(f"{len(stones):,} tombstones replayed", highlight=False)
    for task in done:
        rows = ", ".join(f"{name} {count:,}" for name, count in sorted(task.rows.items()))
        console.print(f"site {task.site}: {rows or 'nothing had come back'}", highlight=False)


def verify_receipt(ready: Ready, receipt: str, console: Console) -> bool:
    """Print what a receipt says; False if it is none of this mesh's."""

    async def work(stub: Any, token: Any) -> Any:
        request = privacy_pb2.VerifyReceiptRequest(receipt=receipt.strip())
        return await stub.VerifyReceipt(request, metadata=token, timeout=_CALL_S)

    found = _run(ready, work)
    if not found.valid:
        console.print(f"not valid: {found.reason}", markup=False, highlight=False)
        return False
    rows = ", ".join(f"{name} {count:,}" for name, count in sorted(found.rows.items())) or "nothing was held"
    console.print(f"valid: {found.id}, site {found.site}, {_time(found.erased_at_us)}: {rows}", highlight=False)
    return True


def show_retention(ready: Ready, site: str, months: int, console: Console) -> None:
    """Print the last sweep, and what the next one (or other months) would remove."""

    async def work(stub: Any, token: Any) -> tuple[Any, Any]:
        kept = privacy_pb2.GetRetentionRequest(site=site)
        tried = privacy_pb2.PreviewRetentionRequest(site=site, months=months)
        return (
            await stub.GetRetention(kept, metadata=token, timeout=_CALL_S),
            await stub.PreviewRetention(tried, metadata=token, timeout=_SEEN_S),
        )

    last, would = _run(ready, work)
    rows = ", ".join(f"{name} {count:,}" for name, count in sorted(last.rows.items())) or "nothing"
    swept = f"{_time(last.swept_at_us)}: {rows}" if last.swept_at_us else "none yet"
    console.print(f"kept: {f'{last.months} months' if last.months else 'for ever'}", highlight=False)
    console.print(f"last sweep: {swept}; oldest day left {last.oldest_day or 'none'}", highlight=False)
    until = f"of before {_time(would.before_us)}" if would.before_us else "(kept for ever)"
    console.print(
        f"now would go: {would.events:,} events of {would.visits:,} visits {until}; oldest day "
        f"{would.oldest_day or 'none'} → {would.oldest_day_left or 'none'}",
        highlight=False,
    )


def subject_text(given: str) -> str:
    """A user id; "-" is read from the standard input, since arguments are seen by everybody on the machine."""
    return sys.stdin.readline().rstrip("\n") if given == "-" else given


async def _done(stub: Any, token: Any, task: privacy_pb2.PrivacyTask, console: Console) -> privacy_pb2.PrivacyTask:
    """The task once it is done, however long that takes; Ctrl-C leaves it running."""
    request = privacy_pb2.GetPrivacyTaskRequest(id=task.id)
    with console.status(task.id) as shown:
        while task.state != privacy_pb2.PRIVACY_TASK_STATE_DONE:
            await asyncio.sleep(_LOOK_EVERY_S)
            task = (await stub.GetPrivacyTask(request, metadata=token, timeout=_CALL_S)).task
            events = task.rows.get("events", 0)
            shown.update(f"{task.id}: {task.visits_done:,} of {task.visits_found:,} visits, {events:,} events")
    return task


def _run(ready: Ready, work: Callable[[Any, Any], Awaitable[T]]) -> T:
    return asked(ready, lambda channel, token: work(privacy_pb2_grpc.PrivacyServiceStub(channel), token))


@contextmanager
def _new(file: Path) -> Generator[IO[bytes]]:
    """A new file that only its owner reads; half-written it does not stay. Raises Refusal where it cannot be made."""
    try:
        with open(file, "xb", opener=lambda path, flags: os.open(path, flags, 0o600)) as out:
            try:
                yield out
            except BaseException:
                file.unlink()
                raise
    except OSError as error:
        raise Refusal(f"{file} cannot be written: {reason(error)}") from None


def _time(at_us: int) -> str:
    return datetime.fromtimestamp(at_us / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
