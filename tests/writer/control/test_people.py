"""Roles, invitations, sessions and password resets: who may do what to whom."""

import asyncio
from typing import Any

import grpc
import pytest
from analytics.v1 import account_pb2, annotation_pb2, definition_pb2, share_pb2, site_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from mesh.clock import DAY, HOUR
from mesh.errors import MeshError
from tests.writer.control.conftest import MESH_TOKEN, PASSWORD
from writer.control.people import INVITATION_LIFE_US, RESET_LIFE_US
from writer.control.throttle import ACCOUNT_FROM_ADDRESS

GUEST, VIEWER, ANALYST = account_pb2.ROLE_GUEST, account_pb2.ROLE_VIEWER, account_pb2.ROLE_ANALYST
ADMIN, OWNER = account_pb2.ROLE_ADMIN, account_pb2.ROLE_OWNER
DENIED, NOWHERE = grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND
AUTHENTICATED = grpc.StatusCode.UNAUTHENTICATED


async def code_of(control: Any, method: Any, request: Any, token: str) -> grpc.StatusCode | None:
    try:
        await control.call(method, request, token)
    except MeshError as error:
        return error.code
    return None


@pytest.fixture(scope="module")
async def ours(control: Any) -> str:
    await control.site("ours")
    await control.site("theirs")
    return "ours"


async def test_each_role_does_what_it_is_for_at_its_site_and_nothing_at_another(control: Any, ours: str) -> None:
    mask = FieldMask(paths=["hash_routing"])

    def calls(site: str, name: str) -> list[tuple[int, Any, Any]]:
        goal = definition_pb2.Goal(site=site, name=name, event="e")
        note = annotation_pb2.Annotation(site=site, text=name, date="2026-01-31")
        key = site_pb2.Key(name=name, site=site, scope=site_pb2.KEY_SCOPE_READ)
        invitation = account_pb2.Invitation(email=f"{name}@example.org", site=site, role=VIEWER)
        update = site_pb2.UpdateSiteRequest(site=site_pb2.Site(id=site), update_mask=mask)
        return [
            (VIEWER, control.goals.ListGoals, definition_pb2.ListGoalsRequest(site=site)),
            (VIEWER, control.annotations.ListAnnotations, annotation_pb2.ListAnnotationsRequest(site=site)),
            (ANALYST, control.goals.CreateGoal, definition_pb2.CreateGoalRequest(goal=goal)),
            (
                ANALYST,
                control.annotations.CreateAnnotation,
                annotation_pb2.CreateAnnotationRequest(annotation=note),
            ),
            (ADMIN, control.keys.CreateKey, site_pb2.CreateKeyRequest(key=key)),
            (ADMIN, control.sites.UpdateSite, update),
            (OWNER, control.users.ListUsers, account_pb2.ListUsersRequest(site=site)),
            (
                OWNER,
                control.invitations.CreateInvitation,
                account_pb2.CreateInvitationRequest(invitation=invitation),
            ),
        ]

    for role in (VIEWER, ANALYST, ADMIN, OWNER):
        session = await control.session(role, ours)
        name = f"by-{account_pb2.Role.Name(role).lower()}"
        for least, method, request in calls(ours, name):
            expected = None if role >= least else DENIED
            assert await code_of(control, method, request, session) == expected
        for least, method, request in calls("theirs", name):
            expected = NOWHERE if role >= least else DENIED
            assert await code_of(control, method, request, session) == expected


async def test_a_role_at_one_site_does_not_count_at_another_where_one_has_a_lesser(control: Any, ours: str) -> None:
    id = await control.user("two@example.org", role=ADMIN, site=ours)
    await control.call(control.users.SetRole, account_pb2.SetRoleRequest(id=id, site="theirs", role=VIEWER))
    session = (await control.sign_in("two@example.org")).session
    theirs = definition_pb2.Goal(site="theirs", name="Theirs", event="e")
    made = (await control.call(control.goals.CreateGoal, definition_pb2.CreateGoalRequest(goal=theirs))).goal
    key = (await control.key(site_pb2.KEY_SCOPE_READ, "theirs"))[0]
    assert (
        await code_of(control, control.goals.ListGoals, definition_pb2.ListGoalsRequest(site="theirs"), session) is None
    )
    for method, request in (
        (control.goals.DeleteGoal, definition_pb2.DeleteGoalRequest(id=made.id)),
        (control.keys.DeleteKey, site_pb2.DeleteKeyRequest(id=key.id)),
        (control.keys.ListKeys, site_pb2.ListKeysRequest(site="theirs")),
    ):
        assert await code_of(control, method, request, session) == DENIED
    listed = await control.call(control.keys.ListKeys, site_pb2.ListKeysRequest(), session)
    assert {each.site for each in listed.keys} == {ours}
    sites = (await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), session)).sites
    assert {site.id for site in sites} == {ours, "theirs"}


async def test_no_admin_makes_a_key_that_can_do_more_than_they_can(control: Any) -> None:
    session = await control.session(ADMIN)

    def new(scope: int) -> site_pb2.CreateKeyRequest:
        return site_pb2.CreateKeyRequest(key=site_pb2.Key(name="All", scope=scope))  # pyright: ignore[reportArgumentType]

    assert await code_of(control, control.keys.CreateKey, new(site_pb2.KEY_SCOPE_ADMIN), session) == DENIED
    assert await code_of(control, control.keys.CreateKey, new(site_pb2.KEY_SCOPE_READ), session) is None


async def test_only_an_owner_removes_a_site(control: Any) -> None:
    await control.site("closing")
    request = site_pb2.DeleteSiteRequest(id="closing")
    admin, owner = await control.session(ADMIN, "closing"), await control.session(OWNER, "closing")
    assert await code_of(control, control.sites.DeleteSite, request, admin) == DENIED
    assert await code_of(control, control.sites.DeleteSite, request, owner) is None
    assert await code_of(control, control.sites.ListSites, site_pb2.ListSitesRequest(), owner) == DENIED
    await control.site("closing")  # nobody who had a role at the old one has it at the new one
    assert await code_of(control, control.sites.DeleteSite, request, owner) == DENIED


async def invite(control: Any, email: str, role: int = VIEWER, site: str = "ours") -> str:
    wanted = account_pb2.Invitation(email=email, role=role, site=site)  # pyright: ignore[reportArgumentType]
    request = account_pb2.CreateInvitationRequest(invitation=wanted)
    return (await control.call(control.invitations.CreateInvitation, request)).secret


async def accept(control: Any, secret: str, password: str = PASSWORD, code: str = "") -> Any:
    request = account_pb2.AcceptInvitationRequest(secret=secret, password=password, code=code)
    return await control.call(control.accounts.AcceptInvitation, request, MESH_TOKEN)


async def accept_refused(control: Any, secret: str, password: str = PASSWORD) -> MeshError:
    request = account_pb2.AcceptInvitationRequest(secret=secret, password=password)
    return await control.refused(control.accounts.AcceptInvitation, request, MESH_TOKEN)


async def test_an_invitation_makes_an_account_once(control: Any, ours: str) -> None:
    secret = await invite(control, "New@Example.org", ANALYST)
    assert secret.startswith("am_invite_")
    seen = await control.call(
        control.accounts.PreviewInvitation, account_pb2.PreviewInvitationRequest(secret=secret), MESH_TOKEN
    )
    assert (seen.email, seen.site, seen.role, seen.known) == ("new@example.org", ours, ANALYST, False)
    listed = await control.call(control.invitations.ListInvitations, account_pb2.ListInvitationsRequest(site=ours))
    assert secret not in str(listed) and "new@example.org" in {each.email for each in listed.invitations}
    session = (await accept(control, secret)).session
    account = await control.call(control.accounts.GetAccount, account_pb2.GetAccountRequest(), session)
    assert list(account.user.grants) == [account_pb2.Grant(site=ours, role=ANALYST)]
    assert (await accept_refused(control, secret)).code == NOWHERE
    assert (await control.sign_in("new@example.org")).session


async def test_two_who_accept_at_once_make_one_account(control: Any, ours: str) -> None:
    secret = await invite(control, "race@example.org")
    results = await asyncio.gather(*(accept(control, secret) for _ in range(2)), return_exceptions=True)
    assert sorted(isinstance(each, MeshError) for each in results) == [False, True]


async def test_an_invitation_expires_is_taken_back_and_replaced(control: Any, ours: str) -> None:
    expired = await invite(control, "late@example.org")
    control.now_us += INVITATION_LIFE_US
    assert (await accept_refused(control, expired)).code == NOWHERE
    first, second = await invite(control, "twice@example.org"), await invite(control, "twice@example.org", ADMIN)
    assert (await accept_refused(control, first)).code == NOWHERE
    listed = await control.call(control.invitations.ListInvitations, account_pb2.ListInvitationsRequest(site=ours))
    (kept,) = [each for each in listed.invitations if each.email == "twice@example.org"]
    assert kept.role == ADMIN
    stranger = await control.session(OWNER, "theirs")
    request = account_pb2.DeleteInvitationRequest(id=kept.id)
    assert await code_of(control, control.invitations.DeleteInvitation, request, stranger) == NOWHERE
    await control.call(control.invitations.DeleteInvitation, request)
    assert (await accept_refused(control, second)).code == NOWHERE


async def test_who_has_an_account_proves_it_and_keeps_the_greater_role(control: Any, ours: str) -> None:
    await control.user("here@example.org", role=ADMIN, site=ours)
    secret = await invite(control, "here@example.org", VIEWER)
    assert (await accept_refused(control, secret, "somebody else's")).code == AUTHENTICATED
    session = (await accept(control, secret)).session
    account = await control.call(control.accounts.GetAccount, account_pb2.GetAccountRequest(), session)
    assert list(account.user.grants) == [account_pb2.Grant(site=ours, role=ADMIN)]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"email": "nobody"}, "invitation.email"),
        ({"role": GUEST}, "invitation.role"),
        ({"role": 0}, "invitation.role"),
        ({"role": 9}, "invitation.role"),
    ],
)
async def test_a_wrong_invitation_is_refused_at_its_field(control: Any, fields: dict[str, Any], field: str) -> None:
    wanted = account_pb2.Invitation(**({"email": "a@example.org", "role": VIEWER} | fields))
    request = account_pb2.CreateInvitationRequest(invitation=wanted)
    error = await control.refused(control.invitations.CreateInvitation, request)
    assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)


async def test_an_owner_of_one_site_invites_to_no_other_and_manages_no_account(control: Any, ours: str) -> None:
    session = await control.session(OWNER, ours)
    colleague = await control.user("colleague@example.org", role=VIEWER, site=ours)
    await control.call(control.users.SetRole, account_pb2.SetRoleRequest(id=colleague, site="theirs", role=ADMIN))
    stranger = await control.user("stranger@example.org", role=VIEWER, site="theirs")
    (seen,) = [
        user
        for user in (
            await control.call(control.users.ListUsers, account_pb2.ListUsersRequest(site=ours), session)
        ).users
        if user.email == "colleague@example.org"
    ]
    assert list(seen.grants) == [account_pb2.Grant(site=ours, role=VIEWER)]

    def invitation(site: str) -> account_pb2.CreateInvitationRequest:
        wanted = account_pb2.Invitation(email="x@example.org", role=OWNER, site=site)
        return account_pb2.CreateInvitationRequest(invitation=wanted)

    set_role = account_pb2.SetRoleRequest
    for method, request, code in (
        (control.users.SetRole, set_role(id=colleague, site=ours, role=ANALYST), None),
        (control.users.SetRole, set_role(id=stranger, site=ours, role=ANALYST), NOWHERE),
        (control.users.SetRole, set_role(id=colleague, site="theirs", role=VIEWER), NOWHERE),
        (control.users.SetRole, set_role(id=colleague, role=OWNER), DENIED),
        (control.users.ListUsers, account_pb2.ListUsersRequest(), DENIED),
        (control.users.ListUsers, account_pb2.ListUsersRequest(site="theirs"), NOWHERE),
        (control.users.DeleteUser, account_pb2.DeleteUserRequest(id=colleague), DENIED),
        (control.users.CreatePasswordReset, account_pb2.CreatePasswordResetRequest(id=colleague), DENIED),
        (control.invitations.CreateInvitation, invitation("theirs"), NOWHERE),
        (control.invitations.CreateInvitation, invitation(""), DENIED),
        (control.invitations.ListInvitations, account_pb2.ListInvitationsRequest(), DENIED),
    ):
        assert await code_of(control, method, request, session) == code


async def test_a_changed_role_ends_the_persons_sessions(control: Any, ours: str) -> None:
    id = await control.user("raised@example.org", role=VIEWER, site=ours)
    before = (await control.sign_in("raised@example.org")).session
    await control.call(control.users.SetRole, account_pb2.SetRoleRequest(id=id, site=ours, role=OWNER))
    account = account_pb2.GetAccountRequest()
    assert await code_of(control, control.accounts.GetAccount, account, before) == AUTHENTICATED
    after = (await control.sign_in("raised@example.org")).session
    await control.call(control.users.SetRole, account_pb2.SetRoleRequest(id=id, site=ours), after)
    gone = (await control.call(control.accounts.GetAccount, account, after)).user  # one's own session goes on
    assert not gone.grants
    goals = definition_pb2.ListGoalsRequest(site=ours)
    assert await code_of(control, control.goals.ListGoals, goals, after) == DENIED


async def test_somebody_always_owns_every_site(control: Any) -> None:
    users = (await control.call(control.users.ListUsers, account_pb2.ListUsersRequest())).users
    owners = [user for user in users if account_pb2.Grant(role=OWNER) in user.grants]
    last = owners.pop() if owners else None
    for user in owners:
        await control.call(control.users.DeleteUser, account_pb2.DeleteUserRequest(id=user.id))
    id = last.id if last else await control.user("last@example.org")
    for method, request in (
        (control.users.DeleteUser, account_pb2.DeleteUserRequest(id=id)),
        (control.users.SetRole, account_pb2.SetRoleRequest(id=id, role=ADMIN)),
        (control.users.SetRole, account_pb2.SetRoleRequest(id=id)),
    ):
        error = await control.refused(method, request)
        assert (error.code, error.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "LAST_OWNER")


async def test_a_reset_sets_a_password_once_and_ends_all_sessions(control: Any) -> None:
    await control.user("forgot@example.org")
    session = (await control.sign_in("forgot@example.org")).session
    request = account_pb2.CreatePasswordResetRequest(id="Forgot@example.org")
    secret = (await control.call(control.users.CreatePasswordReset, request)).secret

    def use(secret: str, password: str = "a better password") -> account_pb2.ResetPasswordRequest:
        return account_pb2.ResetPasswordRequest(secret=secret, new_password=password)

    reset = control.accounts.ResetPassword
    assert await code_of(control, reset, use(secret, "short"), MESH_TOKEN) == grpc.StatusCode.INVALID_ARGUMENT
    assert await code_of(control, reset, use(secret), MESH_TOKEN) is None
    assert await code_of(control, reset, use(secret), MESH_TOKEN) == NOWHERE
    assert (
        await code_of(control, control.accounts.GetAccount, account_pb2.GetAccountRequest(), session) == AUTHENTICATED
    )
    assert (await control.sign_in("forgot@example.org", "a better password")).session
    late = (await control.call(control.users.CreatePasswordReset, request)).secret
    control.now_us += RESET_LIFE_US
    assert await code_of(control, reset, use(late), MESH_TOKEN) == NOWHERE


async def test_sessions_are_seen_and_ended_by_their_own_person_alone(control: Any) -> None:
    await control.user("many@example.org")
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    here = (await control.sign_in("many@example.org", user_agent=agent)).session
    there = (await control.sign_in("many@example.org")).session
    stranger = await control.session(OWNER)
    control.now_us += DAY + HOUR // 2
    await control.call(control.accounts.GetAccount, account_pb2.GetAccountRequest(), here)
    listing = account_pb2.ListSessionsRequest()
    sessions = (await control.call(control.accounts.ListSessions, listing, here)).sessions
    (mine,) = [each for each in sessions if each.current]
    (other,) = [each for each in sessions if not each.current]
    assert (mine.label, mine.last_used_us) == ("Firefox on Linux", control.now_us - HOUR // 2)
    async with control.pool.acquire() as connection:
        row = await connection.fetchrow("SELECT * FROM sessions WHERE id = $1", mine.id)
    assert "140" not in str(dict(row)) and here not in str(dict(row))
    revoke = account_pb2.RevokeSessionRequest(id=other.id)
    assert await code_of(control, control.accounts.RevokeSession, revoke, stranger) == NOWHERE
    assert await code_of(control, control.accounts.RevokeSession, revoke, here) is None
    assert await code_of(control, control.accounts.ListSessions, listing, there) == AUTHENTICATED
    more = (await control.sign_in("many@example.org")).session
    await control.call(control.accounts.RevokeSession, account_pb2.RevokeSessionRequest(), here)
    assert await code_of(control, control.accounts.ListSessions, listing, more) == AUTHENTICATED
    assert await code_of(control, control.accounts.ListSessions, listing, here) is None


async def test_a_new_sign_in_ends_the_session_it_replaces(control: Any) -> None:
    await control.user("again@example.org")
    old = (await control.sign_in("again@example.org")).session
    new = (await control.sign_in("again@example.org", replaced_session=old)).session
    account = account_pb2.GetAccountRequest()
    assert await code_of(control, control.accounts.GetAccount, account, old) == AUTHENTICATED
    assert await code_of(control, control.accounts.GetAccount, account, new) is None


async def test_guessing_is_slowed_down_for_the_guesser_and_for_nobody_else(control: Any) -> None:
    await control.user("target@example.org")
    await control.user("neighbour@example.org")

    async def guess(email: str) -> grpc.StatusCode | None:
        request = account_pb2.SignInRequest(email=email, password="a wrong guess", address="203.0.113.66")
        return await code_of(control, control.accounts.SignIn, request, MESH_TOKEN)

    for email in ("target@example.org", "nobody-at-all@example.org"):
        codes = [await guess(email) for _ in range(ACCOUNT_FROM_ADDRESS.burst + 1)]
        assert codes == [AUTHENTICATED] * ACCOUNT_FROM_ADDRESS.burst + [grpc.StatusCode.RESOURCE_EXHAUSTED]
    assert (await control.sign_in("target@example.org", address="198.51.100.1")).session
    assert (await control.sign_in("neighbour@example.org", address="203.0.113.66")).session


async def test_a_nul_in_a_name_of_anything_is_refused_and_breaks_nothing(control: Any) -> None:
    session = await control.session(OWNER)
    for method, request in (
        (control.accounts.RevokeSession, account_pb2.RevokeSessionRequest(id="a\0")),
        (control.users.SetRole, account_pb2.SetRoleRequest(id="target@example.org", site="a\0", role=VIEWER)),
        (control.invitations.DeleteInvitation, account_pb2.DeleteInvitationRequest(id="a\0")),
        (control.shares.DeleteShare, share_pb2.DeleteShareRequest(id="a\0")),
        (control.annotations.ListAnnotations, annotation_pb2.ListAnnotationsRequest(site="a\0")),
        (control.annotations.DeleteAnnotation, annotation_pb2.DeleteAnnotationRequest(id="a\0")),
        (control.goals.DeleteGoal, definition_pb2.DeleteGoalRequest(id="a\0")),
        (control.keys.DeleteKey, site_pb2.DeleteKeyRequest(id="a\0")),
        (control.sites.DeleteSite, site_pb2.DeleteSiteRequest(id="a\0")),
    ):
        assert await code_of(control, method, request, session) == grpc.StatusCode.INVALID_ARGUMENT
