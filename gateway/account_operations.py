"""The part of the table of operations that is about people, with the schemas of its answers."""

from typing import Any

from gateway.accounts import (
    AcceptInvitation,
    Accounts,
    Code,
    InvitationSecret,
    NewPassword,
    Password,
    PasswordAndCode,
    ResetPassword,
    SignIn,
)
from gateway.client_ip import ClientAddress
from gateway.message_schemas import TEXT, WHOLE, list_of, shape
from gateway.openapi import Handler, Operation, Schema
from gateway.peers import Peers
from gateway.people import NewInvitation, NewReset, People, RolePatch
from gateway.schemas import SITE

_INSTANT: Schema = {"type": "string", "format": "date-time"}
_INSTANT_OR_NULL: Schema = {"type": ["string", "null"], "format": "date-time"}
_TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
_FLAG: Schema = {"type": "boolean"}
_ROLE: Schema = {"enum": ["viewer", "analyst", "admin", "owner"]}

_ROLES = list_of(shape(("site", "role"), site=_TEXT_OR_NULL, role=_ROLE))
_ACCOUNT: Schema = {
    **shape(
        ("id", "email", "roles", "totp", "session", "recoveryCodes"),
        id=TEXT,
        email=TEXT,
        roles=_ROLES,
        totp=_FLAG,
        session=TEXT,
        recoveryCodes=WHOLE,
    ),
    "description": "null for a key or a share link.",
}
_SIGNED_IN = shape(("expiresAt",), expiresAt=_INSTANT)
_WHO = shape(("sites", "account"), sites=list_of(SITE), account={"oneOf": [_ACCOUNT, {"type": "null"}]})
_SESSION = shape(
    ("id", "label", "current", "createdAt", "lastUsedAt", "expiresAt"),
    id=TEXT,
    label=TEXT,
    current=_FLAG,
    createdAt=_INSTANT,
    lastUsedAt={**_INSTANT, "description": "The hour alone."},
    expiresAt=_INSTANT,
)
_SECRET = shape(("secret", "uri"), secret=TEXT, uri=TEXT)
_CODES = shape(("recoveryCodes",), recoveryCodes=list_of(TEXT))
_USER = shape(
    ("id", "email", "roles", "totp", "createdAt", "lastUsedAt"),
    id=TEXT,
    email=TEXT,
    roles=_ROLES,
    totp=_FLAG,
    createdAt=_INSTANT,
    lastUsedAt=_INSTANT_OR_NULL,
)
_LINK = shape(("link", "expiresAt"), link=TEXT, expiresAt=_INSTANT)
_INVITATION_NAMES = ("id", "email", "site", "role", "expiresAt", "createdAt")
_INVITATION_PARTS: dict[str, Schema] = {
    "id": TEXT,
    "email": TEXT,
    "site": _TEXT_OR_NULL,
    "role": _ROLE,
    "expiresAt": _INSTANT,
    "createdAt": _INSTANT,
}
_OFFER = shape(
    ("email", "site", "role", "known", "expiresAt"),
    email=TEXT,
    site=_TEXT_OR_NULL,
    role=_ROLE,
    known=_FLAG,
    expiresAt=_INSTANT,
)
_OF_ONE_SITE = (("site", "Only what concerns this site. Default: everything, for owners of every site.", False),)
_GUESSED = (400, 401, 403, 404, 429)
_ALTERED = (400, 401, 403, 404, 412)


def account_operations(peers: Peers, addresses: ClientAddress) -> tuple[Operation, ...]:
    """The operations, bound to the writer behind the gateway."""
    return (
        *_account(Accounts(peers, addresses)),
        *_people(People(peers, addresses)),
    )


def _account(accounts: Accounts) -> tuple[Operation, ...]:
    def account(method: str, path: str, summary: str, handler: Handler, **more: Any) -> Operation:
        return Operation(method, f"/api/v1/{path}", summary, handler, tag="Account", **more)

    guessed: dict[str, Any] = {"open": True, "refusals": _GUESSED}
    return (
        account("POST", "session", "Sign in", accounts.sign_in, body=SignIn, answer=_SIGNED_IN, **guessed),
        account("GET", "session", "Who is signed in, and their sites", accounts.who_am_i, answer=_WHO),
        account("DELETE", "session", "Sign out", accounts.sign_out, status=204),
        account(
            "GET",
            "sessions",
            "Where one is signed in",
            accounts.list_sessions,
            answer=shape(("sessions",), sessions=list_of(_SESSION)),
        ),
        account("DELETE", "sessions", "End all other sessions of one's own", accounts.revoke_others, status=204),
        account("DELETE", "sessions/{id}", "End a session of one's own", accounts.revoke_session, status=204),
        account(
            "POST",
            "account/password",
            "Change the password",
            accounts.change_password,
            body=NewPassword,
            status=204,
            refusals=_GUESSED,
        ),
        account(
            "POST",
            "account/password/reset",
            "Set the password by a link",
            accounts.reset_password,
            body=ResetPassword,
            status=204,
            **guessed,
        ),
        account(
            "POST",
            "account/totp",
            "Make a secret for an authenticator app",
            accounts.begin_totp,
            body=Password,
            answer=_SECRET,
            refusals=(*_ALTERED, 429),
        ),
        account(
            "POST",
            "account/totp/confirm",
            "Turn the second factor on; the recovery codes are shown this once",
            accounts.confirm_totp,
            body=Code,
            answer=_CODES,
            refusals=_ALTERED,
        ),
        account(
            "POST",
            "account/totp/remove",
            "Turn the second factor off",
            accounts.remove_totp,
            body=PasswordAndCode,
            status=204,
            refusals=_GUESSED,
        ),
        account(
            "POST",
            "account/recovery-codes",
            "Make new recovery codes; they are shown this once",
            accounts.renew_recovery_codes,
            body=PasswordAndCode,
            answer=_CODES,
            refusals=(*_ALTERED, 429),
        ),
        account(
            "POST",
            "invitations/preview",
            "What an invitation offers",
            accounts.preview_invitation,
            body=InvitationSecret,
            answer=_OFFER,
            **guessed,
        ),
        account(
            "POST",
            "invitations/accept",
            "Use an invitation up and sign in",
            accounts.accept_invitation,
            body=AcceptInvitation,
            answer=_SIGNED_IN,
            **guessed,
        ),
    )


def _people(people: People) -> tuple[Operation, ...]:
    def manage(method: str, path: str, summary: str, handler: Handler, **more: Any) -> Operation:
        return Operation(method, f"/api/v1/{path}", summary, handler, tag="People", **more)

    listed = {"parameters": _OF_ONE_SITE}
    made = shape((*_INVITATION_NAMES, "link"), **_INVITATION_PARTS, link=TEXT)
    invitations = list_of(shape(_INVITATION_NAMES, **_INVITATION_PARTS))
    users = shape(("users",), users=list_of(_USER))
    return (
        manage("GET", "users", "List people", people.list_users, answer=users, **listed),
        manage(
            "PATCH",
            "users/{id}",
            "Give a person a role at a site, or take it away",
            people.set_role,
            body=RolePatch,
            status=204,
            refusals=_ALTERED,
        ),
        manage("DELETE", "users/{id}", "Remove an account", people.delete_user, status=204, refusals=_ALTERED),
        manage(
            "POST",
            "users/{id}/password-reset",
            "Make a link by which a person sets a new password; it is shown this once",
            people.create_reset,
            body=NewReset,
            answer=_LINK,
            status=201,
        ),
        manage(
            "GET",
            "invitations",
            "List open invitations",
            people.list_invitations,
            answer=shape(("invitations",), invitations=invitations),
            **listed,
        ),
        manage(
            "POST",
            "invitations",
            "Invite somebody; the link is shown this once",
            people.create_invitation,
            body=NewInvitation,
            answer=made,
            status=201,
        ),
        manage("DELETE", "invitations/{id}", "Take an invitation back", people.delete_invitation, status=204),
    )
