"""People: signing in and out, changing a password."""

import asyncio
import statistics
import time
from typing import Any

import grpc
import pytest
from analytics.v1 import account_pb2, site_pb2
from argon2 import PasswordHasher

from mesh.errors import MeshError
from writer.control.passwords import MAX_WAITING, Passwords, checked_email
from writer.control.sign_in import SESSION_LIFE_US

MESH_TOKEN = "mesh-token-of-the-tests"
PASSWORD = "correct horse battery"
WRONG = "this e-mail address and password do not belong together"


async def sign_in(control: Any, email: str, password: str = PASSWORD) -> account_pb2.SignInResponse:
    request = account_pb2.SignInRequest(email=email, password=password)
    return await control.call(control.accounts.SignIn, request, MESH_TOKEN)


async def refused(control: Any, method: Any, request: Any) -> MeshError:
    return await control.refused(method, request, MESH_TOKEN)


async def works(control: Any, session: str) -> bool:
    try:
        await control.call(control.sites.ListSites, site_pb2.ListSitesRequest(), session)
    except MeshError as error:
        assert error.code == grpc.StatusCode.UNAUTHENTICATED
        return False
    return True


@pytest.mark.parametrize("email", ["", "ada", "@example.org", "ada@", "a b@example.org", "a" * 249 + "@x.org"])
def test_what_is_no_address_is_refused(email: str) -> None:
    with pytest.raises(MeshError) as caught:
        checked_email(email)
    assert caught.value.field == "email"


async def test_a_session_administers_every_site_for_fourteen_days(control: Any) -> None:
    await control.user("ada@example.org", PASSWORD)
    signed = await sign_in(control, " ADA@Example.org ")
    assert signed.session.startswith("am_session_") and len(signed.session) == len("am_session_") + 43
    assert signed.expires_at_us == control.now_us + SESSION_LIFE_US
    await control.call(control.keys.ListKeys, site_pb2.ListKeysRequest(), signed.session)
    control.now_us += SESSION_LIFE_US - 1
    assert await works(control, signed.session)
    control.now_us += 1
    assert not await works(control, signed.session)


async def test_a_sign_in_forgets_sessions_that_have_expired(control: Any) -> None:
    await control.user("tidy@example.org", PASSWORD)
    await sign_in(control, "tidy@example.org")
    control.now_us += SESSION_LIFE_US
    await sign_in(control, "tidy@example.org")
    async with control.pool.acquire() as connection:
        count = await connection.fetchval(
            "SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = 'tidy@example.org'"
        )
    assert count == 1


async def test_an_unknown_address_and_a_wrong_password_get_the_same_answer(control: Any) -> None:
    await control.user("known@example.org", PASSWORD)
    errors = [
        await refused(control, control.accounts.SignIn, account_pb2.SignInRequest(email=email, password="wrong one"))
        for email in ("known@example.org", "unknown@example.org")
    ]
    assert {(error.code, str(error)) for error in errors} == {(grpc.StatusCode.UNAUTHENTICATED, WRONG)}


async def test_an_unknown_address_takes_as_long_as_a_wrong_password() -> None:
    passwords = Passwords()
    known = await passwords.hash(PASSWORD)
    assert known.startswith("$argon2id$")
    await passwords.matches(None, "warm")

    async def seconds(password_hash: str | None) -> float:
        began = time.process_time()  # of all threads: argon2 runs in one of its own
        assert not await passwords.matches(password_hash, "wrong one")
        return time.process_time() - began

    times = [(await seconds(known), await seconds(None)) for _ in range(5)]
    wrong, unknown = (statistics.median(column) for column in zip(*times, strict=True))
    assert 0.3 < unknown / wrong < 3


async def test_a_crowd_at_the_door_is_told_to_come_back_and_costs_no_memory() -> None:
    passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    await passwords.matches(None, "warm")
    crowd = (passwords.matches(None, "guess") for _ in range(MAX_WAITING + 5))
    results = await asyncio.gather(*crowd, return_exceptions=True)
    refused = [each for each in results if isinstance(each, MeshError)]
    assert [each.code for each in refused] == [grpc.StatusCode.RESOURCE_EXHAUSTED] * 5
    assert results.count(False) == MAX_WAITING


async def test_no_password_matches_where_nobody_is() -> None:
    assert not await Passwords().matches(None, "nobody's")


async def test_a_damaged_hash_matches_no_password() -> None:
    assert not await Passwords().matches("$argon2id$torn", PASSWORD)


async def test_a_password_that_is_too_long_is_refused_before_it_costs_anything(control: Any) -> None:
    request = account_pb2.SignInRequest(email="ada@example.org", password="x" * 1_001)
    error = await refused(control, control.accounts.SignIn, request)
    assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, "password")


async def test_a_sign_out_ends_the_session_at_once_and_may_be_repeated(control: Any) -> None:
    await control.user("leaving@example.org", PASSWORD)
    session = (await sign_in(control, "leaving@example.org")).session
    assert await works(control, session)
    for _ in range(2):
        await control.call(control.accounts.SignOut, account_pb2.SignOutRequest(session=session), MESH_TOKEN)
        assert not await works(control, session)


async def test_a_changed_password_ends_the_persons_other_sessions(control: Any) -> None:
    await control.user("changing@example.org", PASSWORD)
    await control.user("bystander@example.org", PASSWORD)
    here, there = [(await sign_in(control, "changing@example.org")).session for _ in range(2)]
    other = (await sign_in(control, "bystander@example.org")).session
    request = account_pb2.ChangePasswordRequest(session=here, old_password=PASSWORD, new_password="a better password")
    renewed = (await control.call(control.accounts.ChangePassword, request, MESH_TOKEN)).session
    assert [await works(control, session) for session in (renewed, here, there, other)] == [True, False, False, True]
    assert (await sign_in(control, "changing@example.org", "a better password")).session
    old = account_pb2.SignInRequest(email="changing@example.org", password=PASSWORD)
    assert (await refused(control, control.accounts.SignIn, old)).code == grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("not the old one", "a better password", "old_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "x" * 9, "new_password"),
        (PASSWORD, "x" * 1_001, "new_password"),
        ("x" * 1_001, "a better password", "old_password"),
    ],
)
async def test_a_password_change_is_refused_at_its_field(control: Any, old: str, new: str, field: str) -> None:
    email = f"{abs(hash((old, new)))}@example.org"
    await control.user(email, PASSWORD)
    session = (await sign_in(control, email)).session
    request = account_pb2.ChangePasswordRequest(session=session, old_password=old, new_password=new)
    error = await refused(control, control.accounts.ChangePassword, request)
    assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, field)
    assert await works(control, session)


async def test_a_session_that_ended_changes_no_password(control: Any) -> None:
    request = account_pb2.ChangePasswordRequest(
        session="am_session_none", old_password=PASSWORD, new_password="a better password"
    )
    error = await refused(control, control.accounts.ChangePassword, request)
    assert error.code == grpc.StatusCode.UNAUTHENTICATED


async def test_two_changes_at_once_leave_one_password(control: Any) -> None:
    await control.user("torn@example.org", PASSWORD)
    sessions = [(await sign_in(control, "torn@example.org")).session for _ in range(2)]

    async def change(session: str, new: str) -> str:
        request = account_pb2.ChangePasswordRequest(session=session, old_password=PASSWORD, new_password=new)
        try:
            await control.call(control.accounts.ChangePassword, request, MESH_TOKEN)
        except MeshError:
            return ""
        return new

    changed = await asyncio.gather(change(sessions[0], "password of one"), change(sessions[1], "password of two"))
    (winner,) = [new for new in changed if new]
    assert (await sign_in(control, "torn@example.org", winner)).session


async def test_only_the_mesh_signs_people_in(control: Any) -> None:
    request = account_pb2.SignInRequest(email="ada@example.org", password=PASSWORD)
    error = await control.refused(control.accounts.SignIn, request)
    assert (error.code, error.reason) == (grpc.StatusCode.PERMISSION_DENIED, "SCOPE")
