"""The edge's settings."""

import base64
import binascii
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from mesh.settings import MeshSettings


def _seal_key(value: SecretStr) -> SecretStr:
    seal_key(value.get_secret_value())
    return value


def _seal_keys(value: SecretStr) -> SecretStr:
    for text in filter(None, value.get_secret_value().split(",")):
        seal_key(text)
    return value


def seal_key(text: str) -> bytes:
    """The 32 bytes of a key in base64. Raises ValueError for anything else, and for a key of one repeated byte."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != 32 or len(set(key)) == 1:
        raise ValueError("it is not 32 random bytes in base64 (make one with `openssl rand -base64 32`)")
    return key


class EdgeSettings(MeshSettings):
    """What the edge is told, beyond what every service is told."""

    edge_port: int = Field(50051, ge=0, le=65535, description="Port of TrackService and SpoolService; 0 = any free.")
    edge_id: str = Field("edge", pattern=r"^[A-Za-z0-9._-]{1,64}$", description="Name of this edge in envelopes.")
    data_dir: Path = Field(description="Directory for the copy of the directory, so that a start needs no writer.")
    spool_url: SecretStr = Field(description="Redis of the spool, redis://:PASSWORD@HOST:PORT/DB.")
    seal_key: Annotated[SecretStr, AfterValidator(_seal_key)] = Field(
        description="Base64 of the 32 bytes that seal spooled envelopes: the spool's file is a disk."
    )
    seal_keys_retired: Annotated[SecretStr, AfterValidator(_seal_keys)] = Field(
        SecretStr(""), description="Former seal keys, comma-separated: they still open what they sealed."
    )
    spool_max_bytes: int = Field(1 << 30, ge=1 << 12, description="Sealed bytes the spool may hold.")
    spool_max_entries: int = Field(500_000, ge=1, description="Chunks the spool may hold.")
    edge_max_in_flight: int = Field(20_000, ge=500, description="Events handed in and not answered yet.")
    edge_hedge_ms: int = Field(250, ge=10, description="Without the writer's answer by then a batch is spooled too.")
    edge_forward_timeout_s: float = Field(5.0, gt=0, description="Deadline of a call to the writer, seconds.")

    def all_seal_keys(self) -> list[bytes]:
        """The key that seals, then those that only open."""
        retired = filter(None, self.seal_keys_retired.get_secret_value().split(","))
        return [seal_key(text) for text in (self.seal_key.get_secret_value(), *retired)]
