"""The five services: their command, their environment, and the order in which everything starts and stops."""

import os
import signal
import sys
from pathlib import Path

from cli import postgres, spool
from cli.credentials import Credentials
from cli.data_directory import DataDirectory
from cli.ports import Ports
from cli.probes import answers_200, serving
from cli.programs import Program, dying_with_us

PROJECT = Path(__file__).parent.parent

START_ORDER = (("postgres", "redis"), ("writer",), ("edge", "query", "realtime"), ("gateway",))
STOP_ORDER = (("gateway",), ("edge",), ("query", "realtime"), ("writer",), ("postgres", "redis"))

SITE = "demo"
ADMIN_EMAIL = "admin@localhost"

# Calls under way get this long on a stop, seconds; the five stages together stay below ten.
_STOP_GRACE_S = "1.5"


def host() -> str:
    """The address services listen on (ANALYTICS_BIND_HOST; the stores stay on loopback)."""
    return os.environ.get("ANALYTICS_BIND_HOST", "127.0.0.1")


def reach(ports: Ports, name: str) -> str:
    """Where this machine reaches a service, `host:port`."""
    return f"{'127.0.0.1' if ports.host == '0.0.0.0' else ports.host}:{ports[name]}"


def database_url(ports: Ports, secrets: Credentials) -> str:
    return postgres.url("127.0.0.1", ports["postgres"], secrets.postgres_password)


def clickhouse_dsn(data: DataDirectory) -> str:
    return f"chdb://{data.root / 'clickhouse'}"


def environments(data: DataDirectory, ports: Ports, secrets: Credentials) -> dict[str, dict[str, str]]:
    """What each service is told, beyond what is in our own environment already."""
    addresses = {f"ANALYTICS_{name.upper()}_ADDRESS": reach(ports, name) for name in ("edge", "query", "realtime")}
    return {
        "writer": {
            "ANALYTICS_DATABASE_URL": database_url(ports, secrets),
            "ANALYTICS_WRAP_KEY": secrets.wrap_key,
            "ANALYTICS_SEAL_KEY": secrets.seal_key,
            "ANALYTICS_BOOTSTRAP_SITE": SITE,
            "ANALYTICS_BOOTSTRAP_INGEST_KEY": secrets.ingest_key,
            "ANALYTICS_BOOTSTRAP_ADMIN_TOKEN": secrets.admin_token,
            "ANALYTICS_BOOTSTRAP_ADMIN_EMAIL": ADMIN_EMAIL,
            "ANALYTICS_BOOTSTRAP_ADMIN_PASSWORD": secrets.admin_password,
        },
        "edge": {
            "ANALYTICS_SPOOL_URL": spool.url(ports["redis"], secrets.redis_password),
            "ANALYTICS_SEAL_KEY": secrets.seal_key,
            "ANALYTICS_DATA_DIR": str(data.root / "edge"),
        },
        "query": {"ANALYTICS_CLICKHOUSE_DSN": clickhouse_dsn(data), "ANALYTICS_DATA_DIR": str(data.root)},
        "realtime": {},
        "gateway": addresses,
    }


def programs(data: DataDirectory, ports: Ports, secrets: Credentials) -> dict[str, Program]:
    """Everything the supervisor runs, by name. Makes the database where there is none; raises Refusal if it cannot."""
    stores = (
        postgres.program(data, ports, secrets.postgres_password),
        spool.program(data, ports, secrets.redis_password),
    )
    services = [_service(name, told, data, ports, secrets) for name, told in environments(data, ports, secrets).items()]
    return {program.name: program for program in (*stores, *services)}


def _service(name: str, told: dict[str, str], data: DataDirectory, ports: Ports, secrets: Credentials) -> Program:
    shared = {
        "ANALYTICS_MESH_TOKEN": secrets.mesh_token,
        "ANALYTICS_BIND_HOST": ports.host,
        "ANALYTICS_WRITER_ADDRESS": reach(ports, "writer"),
        "ANALYTICS_STOP_GRACE_S": _STOP_GRACE_S,
        f"ANALYTICS_{name.upper()}_PORT": str(ports[name]),
        "PYTHONPATH": f"{PROJECT}{os.pathsep}{PROJECT / 'gen'}",
        "PYTHONUNBUFFERED": "1",
    }
    address = reach(ports, name)
    if name != "gateway":
        shared["ANALYTICS_METRICS_PORT"] = str(ports[f"{name}_metrics"])
    return Program(
        name=name,
        command=dying_with_us((sys.executable, "-m", name), signal.SIGKILL),
        environment={**os.environ, **shared, **told},
        directory=PROJECT,
        ready=lambda: answers_200(f"http://{address}/readyz") if name == "gateway" else serving(address),
        place=address,
    )
