"""Codes from an app and recovery codes: each works once, and only with the right password."""

from typing import Any

import grpc
import pytest
from analytics.v1 import account_pb2

from mesh.clock import SECOND
from mesh.errors import MeshError
from tests.writer.control.conftest import MESH_TOKEN, PASSWORD
from writer.control import second_factor
from writer.control.throttle import CODE
from writer.wrap import UnknownKeyError, Wrapper


def test_codes_are_those_of_rfc_6238() -> None:
    secret = b"12345678901234567890"
    for at_s, code in ((59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")):
        assert second_factor.code_at(secret, at_s * SECOND) == code
        assert second_factor.step_of(secret, code, at_s * SECOND) == at_s // 30
        assert second_factor.step_of(secret, code, (at_s + 30) * SECOND) == at_s // 30
        assert second_factor.step_of(secret, code, (at_s + 90) * SECOND) == 0


def test_recovery_codes_are_random_and_compared_as_people_type_them() -> None:
    codes = second_factor.new_recovery_codes()
    assert len({*codes}) == 10
    assert second_factor.normal(f" {codes[0].lower()} ") == codes[0].replace("-", "")


async def enrolled(control: Any, email: str) -> tuple[bytes, list[str], str]:
    """A person with a second factor: the secret, the recovery codes, the session."""
    await control.user(email)
    session = (await control.sign_in(email)).session
    begun = await control.call(control.accounts.BeginTotp, account_pb2.BeginTotpRequest(password=PASSWORD), session)
    assert begun.uri.startswith("otpauth://totp/") and begun.secret in begun.uri
    secret = second_factor.base64.b32decode(begun.secret)
    request = account_pb2.ConfirmTotpRequest(code=second_factor.code_at(secret, control.now_us))
    confirmed = await control.call(control.accounts.ConfirmTotp, request, session)
    return secret, list(confirmed.recovery_codes), confirmed.session


async def refused(control: Any, email: str, **fields: Any) -> MeshError:
    request = account_pb2.SignInRequest(**({"email": email, "password": PASSWORD} | fields))
    return await control.refused(control.accounts.SignIn, request, MESH_TOKEN)


async def test_a_code_is_asked_for_after_the_password_and_taken_once(control: Any) -> None:
    secret, _, _ = await enrolled(control, "totp@example.org")
    control.now_us += 60 * SECOND
    error = await refused(control, "totp@example.org")
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, "TOTP")
    code = second_factor.code_at(secret, control.now_us)
    wrong_password = await refused(control, "totp@example.org", password="not this one", code=code)
    assert wrong_password.reason == ""  # says nothing of the code
    assert (await refused(control, "totp@example.org", code="000000")).reason == "TOTP"
    assert (await control.sign_in("totp@example.org", code=code)).session
    assert (await refused(control, "totp@example.org", code=code)).reason == "TOTP"
    older = second_factor.code_at(secret, control.now_us - 30 * SECOND)
    assert (await refused(control, "totp@example.org", code=older)).reason == "TOTP"


async def test_the_code_that_turned_it_on_signs_nobody_in(control: Any) -> None:
    secret, _, _ = await enrolled(control, "replay@example.org")
    code = second_factor.code_at(secret, control.now_us)
    assert (await refused(control, "replay@example.org", code=code)).reason == "TOTP"


async def test_a_recovery_code_signs_in_once(control: Any) -> None:
    _, codes, _ = await enrolled(control, "lost@example.org")
    session = (await control.sign_in("lost@example.org", code=codes[3].lower())).session
    assert (await refused(control, "lost@example.org", code=codes[3])).reason == "TOTP"
    account = await control.call(control.accounts.GetAccount, account_pb2.GetAccountRequest(), session)
    assert (account.user.totp, account.recovery_codes) == (True, 9)
    renew = account_pb2.RenewRecoveryCodesRequest(password=PASSWORD, code=codes[0])
    fresh = (await control.call(control.accounts.RenewRecoveryCodes, renew, session)).recovery_codes
    assert (await refused(control, "lost@example.org", code=codes[1])).reason == "TOTP"
    assert (await control.sign_in("lost@example.org", code=fresh[0])).session


async def test_neither_secret_nor_recovery_codes_are_readable_in_the_database(control: Any) -> None:
    secret, codes, _ = await enrolled(control, "stored@example.org")
    async with control.pool.acquire() as connection:
        row = await connection.fetchrow(
            "SELECT f.* FROM second_factors f JOIN users u ON u.id = f.user_id WHERE u.email = 'stored@example.org'"
        )
    assert secret not in row["secret_wrapped"]
    with pytest.raises(UnknownKeyError):
        Wrapper(b"x" * 32).unwrap(row["secret_wrapped"])
    plain = [code.replace("-", "").encode() for code in codes]
    assert not {*plain} & {*row["recovery_sha256"]} and {len(each) for each in row["recovery_sha256"]} == {32}


async def test_turning_it_on_and_off_renews_the_session_and_ends_the_others(control: Any) -> None:
    await control.user("rotated@example.org")
    first, other = [(await control.sign_in("rotated@example.org")).session for _ in range(2)]
    begun = await control.call(control.accounts.BeginTotp, account_pb2.BeginTotpRequest(password=PASSWORD), first)
    secret = second_factor.base64.b32decode(begun.secret)
    request = account_pb2.ConfirmTotpRequest(code=second_factor.code_at(secret, control.now_us))
    confirmed = await control.call(control.accounts.ConfirmTotp, request, first)
    again = account_pb2.GetAccountRequest()
    for session in (first, other):
        ended = await control.refused(control.accounts.GetAccount, again, session)
        assert ended.code == grpc.StatusCode.UNAUTHENTICATED
    remove = account_pb2.RemoveTotpRequest(password=PASSWORD, code=confirmed.recovery_codes[0])
    removed = await control.call(control.accounts.RemoveTotp, remove, confirmed.session)
    ended = await control.refused(control.accounts.GetAccount, again, confirmed.session)
    assert ended.code == grpc.StatusCode.UNAUTHENTICATED
    assert not (await control.call(control.accounts.GetAccount, again, removed.session)).user.totp
    assert (await control.sign_in("rotated@example.org")).session


async def test_the_own_password_is_asked_for_before_anything_changes(control: Any) -> None:
    _, codes, session = await enrolled(control, "careful@example.org")
    wrong = {"password": "not the password"}
    for method, request in (
        (control.accounts.BeginTotp, account_pb2.BeginTotpRequest(**wrong)),
        (control.accounts.RemoveTotp, account_pb2.RemoveTotpRequest(**wrong, code=codes[0])),
        (control.accounts.RenewRecoveryCodes, account_pb2.RenewRecoveryCodesRequest(**wrong, code=codes[0])),
    ):
        error = await control.refused(method, request, session)
        assert (error.code, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, "password")
    begin = account_pb2.BeginTotpRequest(password=PASSWORD)
    error = await control.refused(control.accounts.BeginTotp, begin, session)
    assert error.code == grpc.StatusCode.FAILED_PRECONDITION
    assert (await control.sign_in("careful@example.org", code=codes[0])).session


async def test_a_key_is_nobodys_account(control: Any) -> None:
    error = await control.refused(control.accounts.GetAccount, account_pb2.GetAccountRequest())
    assert error.code == grpc.StatusCode.PERMISSION_DENIED


async def test_guessed_codes_run_out_for_who_knows_the_password(control: Any) -> None:
    await enrolled(control, "guessed@example.org")
    errors = [await refused(control, "guessed@example.org", code="000000") for _ in range(CODE.burst + 1)]
    assert [error.code for error in errors[-2:]] == [
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
    ]
    assert errors[-1].retry_after_s == 300
