"""`./run users`: who may sign in, inviting somebody, and a new password for who lost theirs."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import grpc
from analytics.v1 import account_pb2, account_pb2_grpc
from rich.console import Console
from rich.table import Table

from cli.asking import asked
from cli.errors import Refusal

_LIMIT_S = 20.0
ROLES = {
    "viewer": account_pb2.ROLE_VIEWER,
    "analyst": account_pb2.ROLE_ANALYST,
    "admin": account_pb2.ROLE_ADMIN,
    "owner": account_pb2.ROLE_OWNER,
}


def show_users(ready: Mapping[str, Any], console: Console) -> None:
    """Print everybody with their roles. Raises Refusal with what the writer says."""

    async def ask(channel: grpc.aio.Channel, metadata: Any) -> account_pb2.ListUsersResponse:
        stub: Any = account_pb2_grpc.UserServiceStub(channel)
        return await stub.ListUsers(account_pb2.ListUsersRequest(), metadata=metadata, timeout=_LIMIT_S)

    table = Table("e-mail", "roles", "second factor", "last used", box=None, pad_edge=False)
    for user in asked(ready, ask).users:
        roles = ", ".join(f"{_word(grant.role)} of {grant.site or 'every site'}" for grant in user.grants)
        seen = _instant(user.last_used_us) if user.last_used_us else "-"
        table.add_row(user.email, roles or "none", "yes" if user.totp else "no", seen)
    console.print(table, markup=False)


def invite(ready: Mapping[str, Any], email: str, role: str, site: str, console: Console) -> None:
    """Print a link by which somebody comes in. Raises Refusal for an unknown role and with what the writer says."""
    if role not in ROLES:
        raise Refusal(f"--role: {role!r} is no role; give one of {', '.join(ROLES)}")

    async def ask(channel: grpc.aio.Channel, metadata: Any) -> account_pb2.CreateInvitationResponse:
        stub: Any = account_pb2_grpc.InvitationServiceStub(channel)
        invitation = account_pb2.Invitation(email=email, role=ROLES[role], site=site)
        request = account_pb2.CreateInvitationRequest(invitation=invitation)
        return await stub.CreateInvitation(request, metadata=metadata, timeout=_LIMIT_S)

    made = asked(ready, ask)
    _print_link(console, f"{ready['gateway']}/join#{made.secret}", made.invitation.expires_at_us)


def reset_password(ready: Mapping[str, Any], email: str, remove_totp: bool, console: Console) -> None:
    """Print a link by which a person sets a new password. Raises Refusal with what the writer says."""

    async def ask(channel: grpc.aio.Channel, metadata: Any) -> account_pb2.CreatePasswordResetResponse:
        stub: Any = account_pb2_grpc.UserServiceStub(channel)
        request = account_pb2.CreatePasswordResetRequest(id=email, remove_totp=remove_totp)
        return await stub.CreatePasswordReset(request, metadata=metadata, timeout=_LIMIT_S)

    made = asked(ready, ask)
    _print_link(console, f"{ready['gateway']}/reset#{made.secret}", made.expires_at_us)


def _print_link(console: Console, link: str, until_us: int) -> None:
    console.print(link, markup=False, highlight=False, soft_wrap=True)
    console.print(f"works once, until {_instant(until_us)}; give it to nobody else", highlight=False)


def _word(role: int) -> str:
    return next((word for word, number in ROLES.items() if number == role), "nothing")


def _instant(us: int) -> str:
    return datetime.fromtimestamp(us / 1e6, UTC).strftime("%Y-%m-%d %H:%M UTC")
