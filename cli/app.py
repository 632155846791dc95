"""The commands of `./run`, each a thin call into the module that does it."""

import os
import signal
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from cli import access_log, history, people, rights
from cli import audit as audit_log
from cli.backup import backup as write_backup
from cli.backup import restore as read_backup
from cli.check import check as run_checks
from cli.data_directory import DataDirectory
from cli.errors import Refusal
from cli.generate import generate
from cli.options import Data, File, Json, Site, console, directory
from cli.rebuild import rebuild as fill_again
from cli.services import PROJECT
from cli.start import start
from cli.statement import show_answer
from cli.status import show_status
from cli.stored_events import show_events
from cli.suite import install_package, install_what_is_missing, run_tests
from cli.verify import verify as compare_stores

_STOP_LIMIT_S = 15.0

app = typer.Typer(
    help="Analytics Mesh on one machine. Without a command it starts everything and stays until Ctrl-C.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
imports = typer.Typer(help="Import history from a file (.gz too).", no_args_is_help=True)
app.add_typer(imports, name="import")
users = typer.Typer(help="Who may sign in.", no_args_is_help=True)
app.add_typer(users, name="users")
app.add_typer(rights.commands)
Folder = Annotated[Path, typer.Argument(help="The backup's folder.", show_default=False)]
KeepBots = Annotated[bool, typer.Option("--keep-bots", help="Count bots too. Default: they are dropped and counted.")]
Name = Annotated[
    str | None, typer.Option(help="Name of the import, ≤ 64 characters. Default: made of the file.", show_default=False)
]

_PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


def main() -> None:
    """Run a command; what it refuses is one line and exit code 1."""
    try:
        app(prog_name="./run")
    except Refusal as refusal:
        print(f"run: {refusal}", file=sys.stderr)
        raise SystemExit(1) from None


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    data: Data = None,
    port: Annotated[
        int | None,
        typer.Option(
            help="Port of the gateway. Default: 4001 if free, else a free one.", min=1, max=65535, show_default=False
        ),
    ] = None,
) -> None:
    if context.invoked_subcommand is None:
        start(directory(context, data), port, console)


@app.command()
def stop(context: typer.Context, data: Data = None) -> None:
    """Stop the mesh that runs on a directory."""
    place = directory(context, data)
    pid = place.supervisor()
    if not pid:
        console.print(f"no mesh runs on {place.root}", highlight=False, soft_wrap=True)
        return
    os.kill(pid, signal.SIGTERM)
    if not place.await_stopped(_STOP_LIMIT_S):
        raise Refusal(f"the mesh (pid {pid}) still runs after {_STOP_LIMIT_S:.0f} s: look into {place.root}/log")
    console.print("stopped")


@app.command()
def status(context: typer.Context, data: Data = None) -> None:
    """One screen: health, spool, followers, balance, disk. Exit code 1 if a service is not healthy."""
    if not show_status(directory(context, data), console):
        raise typer.Exit(1)


@app.command()
def events(
    context: typer.Context,
    site: Site,
    json: Json = False,
    limit: Annotated[int, typer.Option(min=1, help="The newest so many.")] = 100,
    data: Data = None,
) -> None:
    """Print stored events, decoded from PostgreSQL, newest first."""
    home = directory(context, data)
    ready = home.read_ready()
    audit_log.record(home, ready, "cli.events", site)
    show_events(ready["database"], site, limit, json, console)


@app.command()
def sql(
    context: typer.Context,
    statement: Annotated[str, typer.Argument(help='E.g. "SELECT count() FROM events".', show_default=False)],
    json: Json = False,
    data: Data = None,
) -> None:
    """Run one read-only statement on the columnar store."""
    ready = directory(context, data).read_ready()
    show_answer(ready["query"], ready["admin_token"], statement, json, console)


@app.command()
def verify(
    context: typer.Context,
    site: Annotated[str | None, typer.Option(help="The site's id. Default: every site.", show_default=False)] = None,
    day: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="UTC day of the events. Default: every day.", show_default=False),
    ] = None,
    data: Data = None,
) -> None:
    """Compare ClickHouse with PostgreSQL by count and fingerprint. Exit code 1 if they differ, with the events' ids."""
    if not compare_stores(directory(context, data).read_ready(), site, day.date() if day else None, console):
        raise typer.Exit(1)


@app.command()
def rebuild(context: typer.Context, data: Data = None) -> None:
    """Empty ClickHouse and fill it again from PostgreSQL, then compare the two. Capture goes on meanwhile."""
    place = directory(context, data)
    done = fill_again(place, console)
    console.print(f"{done.position:,} commits followed in {done.seconds:.1f} s", highlight=False)
    if not compare_stores(place.read_ready(), None, None, console):
        raise typer.Exit(1)


@app.command()
def backup(context: typer.Context, folder: Folder, data: Data = None) -> None:
    """Write the truth and its secrets to a new folder, while everything runs."""
    write_backup(directory(context, data), folder, console)


@app.command()
def restore(context: typer.Context, folder: Folder, data: Data = None) -> None:
    """Make a new data directory (--data) from a backup."""
    read_backup(directory(context, data), folder, console)


@imports.command("access-log")
def import_access_log(
    context: typer.Context,
    file: File,
    site: Site,
    host: Annotated[
        str | None, typer.Option(help="Host of the pages. Default: the site's id.", show_default=False)
    ] = None,
    keep_bots: KeepBots = False,
    name: Name = None,
    data: Data = None,
) -> None:
    """Import a web server's log in the common or combined format. Importing it again changes nothing."""
    host = host or site
    if not access_log.is_host(host):
        raise Refusal(f"--host: {host!r} is no host of pages; one is e.g. www.example.org")
    door = _door(directory(context, data), file, site, keep_bots, name)
    history.show(history.import_access_log(file, door, host, console), console)


@imports.command("events")
def import_events(
    context: typer.Context,
    file: File,
    site: Site,
    keep_bots: KeepBots = False,
    name: Name = None,
    data: Data = None,
) -> None:
    """Import NDJSON, one event a line. Importing it again changes nothing."""
    door = _door(directory(context, data), file, site, keep_bots, name)
    history.show(history.import_events(file, door, console), console)


@users.command("list")
def list_users(context: typer.Context, data: Data = None) -> None:
    """Everybody with their roles."""
    people.show_users(directory(context, data).read_ready(), console)


@users.command("invite")
def invite_user(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="Whom.", show_default=False)],
    role: Annotated[str, typer.Option(help="viewer, analyst, admin or owner.")] = "viewer",
    site: Annotated[str, typer.Option(help="The site's id. Default: every site.", show_default=False)] = "",
    data: Data = None,
) -> None:
    """Print a link by which somebody makes an account, or gets a role. No mail is sent."""
    people.invite(directory(context, data).read_ready(), email, role, site, console)


@users.command("reset-password")
def reset_password(
    context: typer.Context,
    email: Annotated[str, typer.Argument(help="Whose.", show_default=False)],
    remove_totp: Annotated[
        bool, typer.Option("--remove-totp", help="The second factor goes, too: for who lost app and recovery codes.")
    ] = False,
    data: Data = None,
) -> None:
    """Print a link by which a person sets a new password; all their sessions end then."""
    people.reset_password(directory(context, data).read_ready(), email, remove_totp, console)


def _door(place: DataDirectory, file: Path, site: str, keep_bots: bool, name: str | None) -> history.Door:
    import_id = name or history.import_id_of(file)
    ready = place.read_ready()
    return history.Door(ready["gateway"], ready["admin_token"], site, import_id, keep_bots)


@app.command()
def check() -> None:
    """Format, lint, types, imports, protos, generated code, dashboard."""
    if not run_checks(console):
        raise typer.Exit(1)


@app.command()
def gen() -> None:
    """Bring gen/ up to date with protos/."""
    changed = generate()
    console.print("\n".join(changed) or "gen/ is up to date", highlight=False)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(
    context: typer.Context,
    full: Annotated[bool, typer.Option("--full", help="Long tests too, for their stated lengths.")] = False,
) -> None:
    """Run the checks and every test; arguments go to pytest, and then the checks are left out."""
    install_what_is_missing(console)
    checked = bool(context.args) or run_checks(console)
    tested = run_tests(context.args, full)
    raise typer.Exit(tested or (0 if checked else 1))


@app.command(context_settings=_PASSED_ON)
def bench(context: typer.Context) -> None:
    """Measure: ./run bench NAME [--json FILE]; ./run bench --help lists the names."""
    if context.args[:1] == ["ingest"]:
        install_package("wrk", console)
    _measure(context.args)


@app.command(context_settings=_PASSED_ON)
def chaos(context: typer.Context) -> None:
    """Break things at random and count what is lost: ./run chaos [--seed N] [--minutes M] [--json FILE]."""
    _measure(["chaos", *context.args])


@app.command()
def pictures() -> None:
    """Take the README's screenshots anew: docs/pictures, of a real mesh with made-up visits."""
    os.chdir(PROJECT)
    os.execv(sys.executable, (sys.executable, "-m", "bench.pictures"))


def _measure(arguments: list[str]) -> None:
    os.chdir(PROJECT)
    os.execv(sys.executable, (sys.executable, "-m", "bench", *arguments))
