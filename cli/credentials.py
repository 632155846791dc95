"""The secrets of one mesh: made at random at the first start, kept in a file of mode 0600."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cli.data_directory import write_private
from cli.errors import Refusal, reason


@dataclass(frozen=True, slots=True)
class Credentials:
    """Every secret. They reach services by environment, never by argument: `ps` shows arguments to everybody."""

    mesh_token: str
    seal_key: str  # base64 of 32 bytes: seals spooled chunks
    wrap_key: str  # base64 of 32 bytes: wraps salts and keys in the database
    postgres_password: str
    redis_password: str
    admin_token: str
    ingest_key: str
    admin_password: str


def load_or_make(file: Path, *, stores_exist: bool) -> Credentials:
    """Read the file, or make it.

    Raises Refusal if the file is unreadable, or missing beside stores that were made with it (`stores_exist`).
    """
    try:
        known = json.loads(file.read_text())
        file.chmod(0o600)
        return Credentials(**{field.name: known[field.name] for field in fields(Credentials)})
    except FileNotFoundError:
        if stores_exist:
            raise Refusal(f"{file} is gone, and the stores beside it open only with it: restore it") from None
    except OSError as error:
        raise Refusal(f"{file} cannot be read: {reason(error)}") from None
    except (ValueError, TypeError, KeyError) as error:
        raise Refusal(f"{file} is damaged ({type(error).__name__}: {error}): restore it") from None
    made = _make()
    write_private(file, json.dumps(asdict(made), indent=2) + "\n")
    return made


def _make() -> Credentials:
    def key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    return Credentials(
        mesh_token=secrets.token_urlsafe(32),
        seal_key=key(),
        wrap_key=key(),
        postgres_password=secrets.token_urlsafe(24),
        redis_password=secrets.token_urlsafe(24),
        admin_token=f"am_key_{secrets.token_urlsafe(32)}",
        ingest_key=f"am_ingest_{secrets.token_urlsafe(32)}",
        admin_password=secrets.token_urlsafe(12),
    )
