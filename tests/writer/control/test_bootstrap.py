"""The first start."""

import base64
from collections.abc import AsyncIterator
from typing import Any

import pytest
from analytics.v1 import account_pb2, event_pb2, site_pb2
from pydantic import SecretStr

from writer.control import bootstrap
from writer.control.directory import LocalDirectory
from writer.database import open_pool
from writer.settings import WriterSettings

KEY = base64.b64encode(b"w" * 32).decode()
FIRST: dict[str, Any] = {
    "bootstrap_site": "demo",
    "bootstrap_ingest_key": SecretStr("am_ingest_of-the-first-start"),
    "bootstrap_admin_token": SecretStr("am_key_of-the-first-start"),
    "bootstrap_admin_email": "Admin@Example.org",
    "bootstrap_admin_password": SecretStr("a password made at random"),
}


def settings(**changes: Any) -> WriterSettings:
    return WriterSettings(
        mesh_token=SecretStr("mesh-token-of-the-tests"),
        database_url=SecretStr("postgresql://unused"),
        wrap_key=SecretStr(KEY),
        seal_key=SecretStr(KEY),
        **(FIRST | changes),
    )


@pytest.fixture(scope="module")
async def pool(database: str) -> AsyncIterator[Any]:
    made = await open_pool(database, 4)
    yield made
    await made.close()


async def test_nothing_is_made_without_an_address(pool: Any) -> None:
    assert not await bootstrap.apply(pool, settings(bootstrap_admin_email=""))
    async with pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM sites") == 0


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"bootstrap_admin_email": "nobody"}, "ANALYTICS_BOOTSTRAP_ADMIN_EMAIL: give an e-mail address"),
        ({"bootstrap_admin_password": SecretStr("short")}, "ANALYTICS_BOOTSTRAP_ADMIN_PASSWORD: it has 5 characters"),
        ({"bootstrap_site": "My Site"}, 'ANALYTICS_BOOTSTRAP_SITE: "My Site" is not'),
        ({"bootstrap_admin_token": SecretStr("changeme")}, "ANALYTICS_BOOTSTRAP_ADMIN_TOKEN: it has 8 characters"),
        ({"bootstrap_ingest_key": SecretStr("changeme")}, "ANALYTICS_BOOTSTRAP_INGEST_KEY: it has 8 characters"),
    ],
)
async def test_a_wrong_value_is_one_line_that_names_the_variable(
    pool: Any, changes: dict[str, Any], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        await bootstrap.apply(pool, settings(**changes))
    assert caught.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(says)


async def test_the_first_start_makes_a_site_its_keys_and_a_user_once(pool: Any) -> None:
    assert await bootstrap.apply(pool, settings())
    assert not await bootstrap.apply(pool, settings(bootstrap_site="another", bootstrap_admin_email="b@example.org"))
    directory = LocalDirectory()
    await directory.start(pool)
    try:
        assert set(directory.snapshot.sites) == {"demo"}
        site = directory.snapshot.sites["demo"]
        assert (site.identity, site.retention_months) == (event_pb2.IDENTITY_MODE_MEMORY, 0)
        ingest = directory.snapshot.credential("am_ingest_of-the-first-start")
        admin = directory.snapshot.credential("am_key_of-the-first-start")
        assert ingest and (ingest.site, ingest.scope) == ("demo", site_pb2.KEY_SCOPE_INGEST)
        assert admin and (admin.site, admin.scope) == ("", site_pb2.KEY_SCOPE_ADMIN)
        async with pool.acquire() as connection:
            users = await connection.fetch("SELECT email, password_hash FROM users")
            grants = await connection.fetch("SELECT site_number, role FROM grants")
        assert [user["email"] for user in users] == ["admin@example.org"]
        assert users[0]["password_hash"].startswith("$argon2id$")
        assert [tuple(grant) for grant in grants] == [(None, account_pb2.ROLE_OWNER)]
    finally:
        await directory.stop()
