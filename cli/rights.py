"""`./run export-user`, `erase`, `audit` and the like: people's rights, and who looked, as commands."""

from pathlib import Path
from typing import Annotated

import typer
from analytics.v1 import audit_pb2, privacy_pb2

from cli import audit as audit_log
from cli import privacy
from cli.errors import Refusal, reason
from cli.options import Data, File, Site, console, directory
from cli.record import statement
from cli.shred import shred as shred_stores

commands = typer.Typer()

User = Annotated[str, typer.Argument(help="The application's id of the user; - reads it.", show_default=False)]


@commands.command("export-user")
def export_user(
    context: typer.Context,
    user: User,
    site: Site,
    to: Annotated[Path, typer.Option(help="A new file: JSON Lines, or a ZIP of CSV if it ends in .zip.")],
    data: Data = None,
) -> None:
    """Write all that is held of a user to a file (Art. 15 GDPR)."""
    ready = directory(context, data).read_ready()
    privacy.export_user(ready, site, privacy.subject_text(user), to, console)


@commands.command()
def erase(
    context: typer.Context,
    site: Site,
    user: Annotated[str | None, typer.Option(help="The application's id of the user; - reads it.")] = None,
    visit: Annotated[str | None, typer.Option(help="A visit's id.")] = None,
    whole_site: Annotated[bool, typer.Option("--whole-site", help="All that the site recorded so far.")] = False,
    data: Data = None,
) -> None:
    """Erase a user, a visit or all of a site (Art. 17 GDPR); prints a receipt. ./run shred makes the bytes leave."""
    if sum((user is not None, visit is not None, whole_site)) != 1:
        raise Refusal("give exactly one of --user, --visit and --whole-site")
    wanted = privacy_pb2.CreateErasureRequest(site=site)
    if user is not None:
        wanted.user_id = privacy.subject_text(user)
    elif visit is not None:
        wanted.visit_id = visit
    else:
        wanted.whole_site = True
    privacy.erase(directory(context, data).read_ready(), wanted, console)


@commands.command()
def erasures(
    context: typer.Context,
    site: Annotated[str, typer.Option(help="Only of this site.", show_default=False)] = "",
    save: Annotated[Path | None, typer.Option(help="Write all tombstones to this file, beside your backups.")] = None,
    replay: Annotated[Path | None, typer.Option(help="After a restore: erase again what this file says.")] = None,
    data: Data = None,
) -> None:
    """List erasures; or keep, and after a restore replay, what must stay erased."""
    ready = directory(context, data).read_ready()
    if save:
        privacy.save_tombstones(ready, save, console)
    elif replay:
        privacy.replay_tombstones(ready, replay, console)
    else:
        privacy.list_erasures(ready, site, console)


@commands.command("verify-receipt")
def verify_receipt(context: typer.Context, receipt: File, data: Data = None) -> None:
    """Check a receipt of an erasure, read from a file. Exit code 1 if it is not this mesh's or was changed."""
    try:
        text = receipt.read_text()
    except OSError as error:
        raise Refusal(f"{receipt} cannot be read: {reason(error)}") from None
    if not privacy.verify_receipt(directory(context, data).read_ready(), text, console):
        raise typer.Exit(1)


@commands.command()
def retention(
    context: typer.Context,
    site: Site,
    months: Annotated[int, typer.Option(min=0, max=120, help="Months to try. 0 = the site's own.")] = 0,
    data: Data = None,
) -> None:
    """What the daily sweep removed last, and a dry run of the next."""
    privacy.show_retention(directory(context, data).read_ready(), site, months, console)


@commands.command("privacy-statement")
def privacy_statement(context: typer.Context, site: Site, data: Data = None) -> None:
    """What a site's measurement processes and why it needs no consent, as Markdown from its settings."""
    print(statement(directory(context, data).read_ready(), site), end="")


@commands.command()
def audit(
    context: typer.Context,
    site: Annotated[str, typer.Option(help="Only of this site.", show_default=False)] = "",
    actor: Annotated[str, typer.Option(help="Only of this person's, key's or link's id.", show_default=False)] = "",
    operation: Annotated[str, typer.Option(help="E.g. QueryService.Page, or QueryService.", show_default=False)] = "",
    last: Annotated[int, typer.Option(min=1, max=1_000, help="How many, the newest.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="A JSON object a line, with the request.")] = False,
    verify: Annotated[bool, typer.Option(help="Was anything changed? Exit code 1 if so.")] = False,
    checkpoint: Annotated[str, typer.Option(help="What --verify printed earlier.", show_default=False)] = "",
    data: Data = None,
) -> None:
    """Who asked for what; --verify: is the log as it was written?"""
    ready = directory(context, data).read_ready()
    if verify or checkpoint:
        if not audit_log.verify(ready, checkpoint, console):
            raise typer.Exit(1)
        return
    wanted = audit_pb2.ListAuditRequest(site=site, actor=actor, operation=operation, limit=last)
    audit_log.show(ready, wanted, console, as_json=as_json)


@commands.command()
def shred(context: typer.Context, data: Data = None) -> None:
    """Make the bytes of what was erased leave the disk. Writing stands still meanwhile; events wait in the spool."""
    home = directory(context, data)
    ready = home.read_ready()
    audit_log.record(home, ready, "cli.shred")
    shred_stores(ready, console)
