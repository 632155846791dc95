"""`./run audit`: who asked for what, is the log as it was written; and entries of commands that ask no service."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from analytics.v1 import audit_pb2, audit_pb2_grpc
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.asking import asked
from cli.credentials import load_or_make
from cli.data_directory import DataDirectory
from cli.errors import Refusal

_CALL_S, _VERIFY_S = 30.0, 3_600.0

Ready = Mapping[str, Any]


def show(ready: Ready, wanted: audit_pb2.ListAuditRequest, console: Console, *, as_json: bool) -> None:
    """The newest entries, as a table or a JSON object a line."""
    found = _ask(ready, "ListAudit", wanted, _CALL_S)
    if as_json:
        for entry in found.entries:
            console.print(json.dumps(_told(entry), ensure_ascii=False), highlight=False, markup=False, soft_wrap=True)
        return
    table = Table("number", "at (UTC)", "who", "operation", "site", "refused", "from", box=None)
    for entry in found.entries:
        who = entry.actor_name or entry.actor or _kind(entry)
        at = _time(entry.at_us).strftime("%Y-%m-%d %H:%M:%S")
        cells = (str(entry.number), at, who, entry.operation, entry.site, entry.refused, entry.network)
        table.add_row(*(Text("".join(filter(str.isprintable, cell))) for cell in cells))
    console.print(table)


def verify(ready: Ready, checkpoint: str, console: Console) -> bool:
    """Read the whole chain; says what is wrong, or where it ends, to be kept elsewhere. False if it is not intact."""
    request = audit_pb2.VerifyAuditRequest()
    if checkpoint:
        number, _, digest = checkpoint.partition(":")
        try:
            request.checkpoints.add(number=int(number), digest=bytes.fromhex(digest))
        except ValueError:
            raise Refusal(f'--checkpoint "{checkpoint[:80]}" is not NUMBER:DIGEST, as --verify printed it') from None
    found = _ask(ready, "VerifyAudit", request, _VERIFY_S)
    if not found.intact:
        console.print(Text(f"not intact: {found.problem}", "red"))
        return False
    last = f"{found.last.number}:{found.last.digest.hex()}"
    console.print(
        f"intact: {found.entries:,} entries from {found.first:,}; keep {last}", highlight=False, soft_wrap=True
    )
    return True


def record(data: DataDirectory, ready: Ready, operation: str, site: str = "") -> None:
    """An entry for a command that reads the stores itself. Raises Refusal where it cannot be written."""
    entry = audit_pb2.AuditEntry(actor_kind=audit_pb2.AuditEntry.ACTOR_MESH, operation=operation, site=site)
    mesh_token = load_or_make(data.secrets, stores_exist=True).mesh_token
    _ask(ready, "AppendAudit", audit_pb2.AppendAuditRequest(entries=[entry]), _CALL_S, mesh_token)


def _ask(ready: Ready, method: str, request: Any, timeout_s: float, token: str = "") -> Any:
    def call(channel: Any, metadata: Any) -> Any:
        return getattr(audit_pb2_grpc.AuditServiceStub(channel), method)(request, metadata=metadata, timeout=timeout_s)

    return asked(ready, call, token)


def _told(entry: audit_pb2.AuditEntry) -> dict[str, object]:
    return {
        "number": entry.number,
        "at": _time(entry.at_us).isoformat().replace("+00:00", "Z"),
        "kind": _kind(entry),
        "actor": entry.actor,
        "name": entry.actor_name,
        "operation": entry.operation,
        "site": entry.site,
        "request": json.loads(entry.request or "{}"),
        "refused": entry.refused,
        "from": entry.network,
    }


def _kind(entry: audit_pb2.AuditEntry) -> str:
    return audit_pb2.AuditEntry.Actor.Name(entry.actor_kind).removeprefix("ACTOR_").lower()


def _time(us: int) -> datetime:
    return datetime.fromtimestamp(us / 1e6, UTC)
