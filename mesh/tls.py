"""TLS between services: each shows a certificate of the mesh's own authority, and asks its peer for one.

The certificates are told to a process as a whole (`ANALYTICS_TLS_*`), so every server and channel of it has them. Files
are read when a channel or a server is made: a renewed certificate is taken up by a restart, one service at a time.
"""

from pathlib import Path
from typing import Literal

import grpc
from pydantic import Field, FilePath, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class TlsSettings(BaseSettings):
    """Certificates in PEM. Without them services talk in clear, which is for one machine alone."""

    model_config = SettingsConfigDict(env_prefix="ANALYTICS_", extra="ignore", frozen=True)

    tls_certificate: FilePath | None = Field(None, description="This service's certificate and its chain, PEM.")
    tls_key: FilePath | None = Field(None, description="The certificate's private key, PEM.")
    tls_ca: FilePath | None = Field(
        None, validate_default=True, description="The mesh's own authority, PEM: who may be a peer."
    )
    tls_clients: Literal["mesh", "any"] = Field(
        "mesh",
        description="Who may call: `mesh` = holders of a certificate of the authority; `any` = the calls' tokens alone "
        "decide (for an edge that backends call).",
    )

    @field_validator("tls_ca")
    @classmethod
    def _all_or_none(cls, authority: Path | None, info: ValidationInfo) -> Path | None:
        given = [each is not None for each in (info.data.get("tls_certificate"), info.data.get("tls_key"), authority)]
        if any(given) and not all(given):
            raise ValueError("ANALYTICS_TLS_CERTIFICATE, _KEY and _CA belong together; give all three or none")
        return authority


def channel_credentials() -> grpc.ChannelCredentials | None:
    """What a channel shows and whom it trusts; None for calls in clear. Raises OSError for a file that went."""
    if (pem := _pem(_told())) is None:
        return None
    certificate, key, authority = pem
    return grpc.ssl_channel_credentials(authority, key, certificate)


def server_credentials() -> grpc.ServerCredentials | None:
    """What a server shows and whom it lets in; None for calls in clear. Raises OSError for a file that went."""
    told = _told()
    if (pem := _pem(told)) is None:
        return None
    certificate, key, authority = pem
    return grpc.ssl_server_credentials([(key, certificate)], authority, require_client_auth=told.tls_clients == "mesh")


def _told() -> TlsSettings:
    return TlsSettings()  # pyright: ignore[reportCallIssue]  (values come from the environment)


def _pem(told: TlsSettings) -> tuple[bytes, bytes, bytes] | None:
    """Certificate, key and authority, where they are told."""
    if not (told.tls_certificate and told.tls_key and told.tls_ca):
        return None
    return told.tls_certificate.read_bytes(), told.tls_key.read_bytes(), told.tls_ca.read_bytes()
