"""`./run`: everything up, the URLs printed, ready.json written; down again on SIGTERM or Ctrl-C."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console

from cli import audit, services, spool
from cli.credentials import Credentials, load_or_make
from cli.data_directory import DataDirectory
from cli.errors import Refusal
from cli.first_password import DATABASE_AWAY, FirstPassword
from cli.ports import Ports
from cli.programs import Program
from cli.services import ADMIN_EMAIL, SITE, clickhouse_dsn, database_url, reach
from cli.supervisor import Supervisor

_PASSWORD_CHECK_S = 30.0


def start(data: DataDirectory, port: int | None, console: Console) -> None:
    """Run the mesh until told to stop. Raises Refusal when it cannot start; then nothing is left running."""
    data.prepare()
    lock = data.claim()
    try:
        data.ready.unlink(missing_ok=True)
        secrets = load_or_make(data.secrets, stores_exist=(data.root / "postgres").exists())
        ports = Ports(services.host(), {"gateway": port} if port else {})
        try:
            asyncio.run(_run(data, ports, secrets, console))
        finally:
            ports.release()
    finally:
        data.ready.unlink(missing_ok=True)
        os.close(lock)


async def _run(data: DataDirectory, ports: Ports, secrets: Credentials, console: Console) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    began = time.monotonic()
    with console.status("making the database" if not (data.root / "postgres").exists() else "starting") as status:

        def tell(line: str) -> None:
            console.print(line, highlight=False, markup=False, soft_wrap=True)

        supervisor = Supervisor(services.programs(data, ports, secrets), data, tell)
        status.update("starting")

        def on_ready(program: Program, seconds: float) -> None:
            console.print(f"  [green]✔[/] {program.name:<9} {program.place:<22} [dim]{seconds:4.1f} s[/]")

        starting = asyncio.create_task(supervisor.start(on_ready))
        stopping = asyncio.create_task(stop.wait())
        minding = asyncio.create_task(supervisor.cap_logs())
        try:
            await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                await starting
                password = FirstPassword(database_url(ports, secrets), ADMIN_EMAIL, secrets.admin_password)
                ready = await _announce(data, ports, secrets, password)
                status.stop()
                _print_urls(console, data, ready, time.monotonic() - began)
                minding_password = asyncio.create_task(_mind_password(data, ready, password))
                await stopping
                minding_password.cancel()
        finally:
            data.ready.unlink(missing_ok=True)
            status.update("stopping")
            for task in (starting, stopping, minding):
                task.cancel()
            await asyncio.gather(starting, stopping, minding, return_exceptions=True)
            await supervisor.stop()
    console.print("stopped; nothing is lost, ./run starts it again")


async def _announce(data: DataDirectory, ports: Ports, secrets: Credentials, password: FirstPassword) -> dict[str, Any]:
    """Write ready.json and return what it says. Raises Refusal if the database does not answer."""
    try:
        told = {"admin_password": secrets.admin_password} if await password.holds() else {}
    except DATABASE_AWAY as error:
        raise Refusal(f"the database does not answer: {error}") from None
    ready: dict[str, Any] = {"gateway": f"http://{reach(ports, 'gateway')}"}
    ready |= {name: reach(ports, name) for name in ("edge", "writer", "query", "realtime")}
    ready |= {
        "database": database_url(ports, secrets),
        "spool": spool.url(ports["redis"], secrets.redis_password),
        "clickhouse": clickhouse_dsn(data),
        "site": SITE,
        "ingest_key": secrets.ingest_key,
        "admin_token": secrets.admin_token,
        "admin_email": ADMIN_EMAIL,
        **told,
        "metrics": {name: f"127.0.0.1:{ports[f'{name}_metrics']}" for name in ("edge", "writer", "query", "realtime")},
    }
    if data.restored.exists():
        await asyncio.to_thread(audit.record, data, ready, "cli.restore")
        data.restored.unlink()
    data.write_ready(ready)
    return ready


async def _mind_password(data: DataDirectory, ready: Mapping[str, Any], password: FirstPassword) -> None:
    """Take the password out of ready.json once it has been changed."""
    while True:
        await asyncio.sleep(_PASSWORD_CHECK_S)
        with contextlib.suppress(*DATABASE_AWAY):  # asked again next time
            if not await password.holds():
                data.write_ready({key: value for key, value in ready.items() if key != "admin_password"})
                return


def _print_urls(console: Console, data: DataDirectory, ready: Mapping[str, Any], seconds: float) -> None:
    console.print(f"ready in {seconds:.1f} s")
    console.print(f"  dashboard  {ready['gateway']}/   sign in as {ready['admin_email']}", highlight=False)
    console.print(f"  API        {ready['gateway']}/api/docs", highlight=False)
    console.print(f"  gRPC       edge {ready['edge']}, query {ready['query']}", highlight=False)
    console.print(f"  passwords, tokens, addresses: {data.ready}", highlight=False, soft_wrap=True)
