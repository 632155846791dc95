"""What the writer is told."""

import base64
import binascii
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from mesh.settings import MeshSettings
from writer.wrap import KEY_BYTES


def _key(value: SecretStr) -> SecretStr:
    try:
        size = len(base64.b64decode(value.get_secret_value(), validate=True))
    except binascii.Error:
        raise ValueError("it is not base64") from None
    if size != KEY_BYTES:
        raise ValueError(f"it holds {size} bytes, {KEY_BYTES} are needed")
    return value


Key = Annotated[SecretStr, AfterValidator(_key)]


def key_bytes(value: SecretStr) -> bytes:
    """The 32 bytes of a key setting."""
    return base64.b64decode(value.get_secret_value())


class WriterSettings(MeshSettings):
    """Settings of the writer alone."""

    writer_port: int = Field(50052, ge=0, le=65535, description="Port to listen on; 0 = any free one.")
    database_url: SecretStr = Field(description="postgresql:// URL of PostgreSQL 17 or newer: the truth.")
    wrap_key: Key = Field(description="Base64 of 32 bytes: wraps day salts and the sites' own keys.")
    seal_key: Key = Field(description="Base64 of 32 bytes: seals envelopes that could not be stored.")
    transactions_in_flight: int = Field(1, ge=1, le=4, description="Batches stored at once: 1 suits single views best.")
    city_file: Path | None = Field(None, description="A city database (.mmdb) of your own; none = country alone.")

    audit_retention_months: int = Field(
        25, ge=0, le=120, description="Months that audit entries are kept; 0 = for ever."
    )

    bootstrap_site: str = Field("", description="Slug of a first site, made when the database has no users.")
    bootstrap_ingest_key: SecretStr = Field(SecretStr(""), description="Ingest key of the first site.")
    bootstrap_admin_token: SecretStr = Field(SecretStr(""), description="API key of every site with scope admin.")
    bootstrap_admin_email: str = Field("", description="E-mail address of the first user.")
    bootstrap_admin_password: SecretStr = Field(SecretStr(""), description="Password of the first user.")
