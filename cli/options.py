"""What several commands have in common: the options, the console, the directory that they work on."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli import data_directory
from cli.data_directory import DataDirectory

# what is piped is for programs: nothing is folded there
console = Console(width=None if sys.stdout.isatty() else 10_000)


Data = Annotated[
    Path | None,
    typer.Option(
        "--data", help=f"Directory that holds everything. Default: {data_directory.DEFAULT}", show_default=False
    ),
]
Site = Annotated[str, typer.Option(help="The site's id.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
File = Annotated[Path, typer.Argument(help="The file.", show_default=False)]


def directory(context: typer.Context, data: Path | None) -> DataDirectory:
    """The directory a command works on: its own --data, else the one given before the command, else the default."""
    given: Path | None = data or context.find_root().params.get("data")
    return DataDirectory.at(given or data_directory.DEFAULT)
