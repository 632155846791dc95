"""The random password is told only while it is the administrator's."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import argon2
import asyncpg

from cli.first_password import FirstPassword


async def test_a_changed_password_leaves_ready_json(tmp_path: Path, start: Callable[..., Any]) -> None:
    mesh = start(tmp_path)
    mesh.until_ready()
    ready = json.loads((tmp_path / "ready.json").read_text())
    first = FirstPassword(ready["database"], ready["admin_email"], ready["admin_password"])
    assert await first.holds()

    connection = await asyncpg.connect(ready["database"])
    await connection.execute("UPDATE users SET password_hash = $1", argon2.PasswordHasher().hash("another"))
    await connection.close()
    assert not await first.holds()

    mesh.end()
    again = start(tmp_path)
    again.until_ready()
    assert ready.keys() - json.loads((tmp_path / "ready.json").read_text()).keys() == {"admin_password"}
