"""Settings from the environment (`ANALYTICS_*`), declared once with default and reason; a bad value refuses to boot."""

import os
import sys
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field, SecretStr, ValidationError

from mesh.tls import TlsSettings


class MeshSettings(TlsSettings):
    """What every service is told. A service's own settings extend this class in its folder's `settings.py`."""

    mesh_token: SecretStr = Field(min_length=16, description="Shared secret of the services among themselves.")
    writer_address: str = Field("127.0.0.1:50052", description="host:port of the writer (directory, ingest, follow).")
    bind_host: str = Field("127.0.0.1", description="Address to listen on. Loopback unless told.")
    reflection: bool = Field(True, description="gRPC reflection; switch it off on a public address.")
    metrics_port: int = Field(0, ge=0, le=65535, description="Prometheus port on loopback; 0 = none.")
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="Least level that is logged.")
    stop_grace_s: float = Field(5.0, gt=0, le=60, description="Time calls under way get to finish on SIGTERM, seconds.")


S = TypeVar("S", bound=MeshSettings)


def load(kind: type[S]) -> S:
    """Read settings of a kind; a bad value prints one line that names the variable and exits with code 2.

    `ANALYTICS_NAME_FILE` names a file that holds the value of `ANALYTICS_NAME`, as secrets are handed to containers.
    """
    try:
        return kind(**_from_files(kind))
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        raise SystemExit(2) from None
    except ValidationError as error:
        first = error.errors()[0]
        variable = "ANALYTICS_" + "_".join(str(part) for part in first["loc"]).upper()
        came = "it is not set" if first["type"] == "missing" else f"{first['msg']}"
        print(f"{variable}: {came}", file=sys.stderr)
        raise SystemExit(2) from None


def _from_files(kind: type[MeshSettings]) -> dict[str, Any]:
    """Values of fields that a file holds, where the variable is not set. Raises OSError for one that is not there."""
    files = {name: os.environ.get(f"ANALYTICS_{name.upper()}_FILE") for name in kind.model_fields}
    return {
        name: Path(file).read_text().strip()
        for name, file in files.items()
        if file and f"ANALYTICS_{name.upper()}" not in os.environ
    }
