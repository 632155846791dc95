"""The commands of `./run`, each a thin call into the module that does it."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli import data_directory
from cli.data_directory import DataDirectory
from cli.errors import Refusal
from cli.start import start

app = typer.Typer(
    help="Analytics Mesh on one machine. Without a command it starts everything and stays until Ctrl-C.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
console = Console()

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help=f"Directory that holds everything. Default: {data_directory.DEFAULT}", show_default=False
    ),
]


def main() -> None:
    """Run a command; what it refuses is one line and exit code 1."""
    try:
        app(prog_name="./run")
    except Refusal as refusal:
        print(f"run: {refusal}", file=sys.stderr)
        raise SystemExit(1) from None


def directory(context: typer.Context, data: Path | None) -> DataDirectory:
    """The directory a command works on: its own --data, else the one given before the command, else the default."""
    given: Path | None = data or context.find_root().params.get("data")
    return DataDirectory.at(given or data_directory.DEFAULT)


@app.callback(invoke_without_command=True)
def run(
    context: typer.Context,
    data: Data = None,
    port: Annotated[
        int | None,
        typer.Option(help="Port of the gateway. Default: 4001 if free, else a free one.", min=1, max=65535),
    ] = None,
) -> None:
    if context.invoked_subcommand is None:
        start(directory(context, data), port, console)
