"""The pages about React, Next.js, Node and NestJS say what the types say."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "sdk" / "client" / "src"
TABLES = (
    ("react.md", "Property of `<Track>`", "react/track.tsx", "TrackProps"),
    ("node.md", "Context", "node/options.ts", "EventContext"),
    ("node.md", "Option of `grpcTransport`", "grpc/transport.ts", "GrpcOptions"),
    ("node.md", "Option", "node/options.ts", "ServerOptions"),
    ("nestjs.md", "Option", "nestjs/options.ts", "AnalyticsModuleOptions"),
)
_FIELD = re.compile(r"(?:/\*\*((?:[^*]|\*(?!/))*)\*/\s+)?readonly (\w+)\??:")
_DEFAULT = re.compile(r" ?Default: (`[^`]*`)\.")


def described(source: str, interface: str) -> list[tuple[str, str, str]]:
    """Name, default and description of each field of an interface; of those it extends in the same file too."""
    found = re.search(rf"export interface {interface}(.*?)\{{\n(.*?)^\}}", source, re.DOTALL | re.MULTILINE)
    assert found, f"{interface} is not declared"
    rows: list[tuple[str, str, str]] = []
    for parent in re.findall(r"\w+", found[1].partition("extends")[2]):
        rows += described(source, parent) if f"export interface {parent}" in source else []
    for comment, name in _FIELD.findall(found[2]):
        text = " ".join(re.sub(r"^\s*\* ?", "", line).strip() for line in comment.splitlines()).strip()
        default = _DEFAULT.search(text)
        rows.append((name, default[1] if default else "–", _DEFAULT.sub("", text)))
    return rows


def source(file: str) -> str:
    """A file, and after it the one whose types others extend."""
    return (SOURCES / file).read_text() + (SOURCES / "options.ts").read_text()


def table(rows: list[tuple[str, str, str]]) -> str:
    return "\n".join(f"| `{name}` | {default} | {about} |" for name, default, about in rows)


@pytest.mark.parametrize(("page", "head", "file", "interface"), TABLES)
def test_each_table_of_options_is_that_of_its_type(page: str, head: str, file: str, interface: str) -> None:
    text = (ROOT / "docs" / "sdk" / page).read_text()
    found = re.search(rf"^\| {re.escape(head)} \| Default \| \|\n\|---\|---\|---\|\n((?:\|.*\n)*)", text, re.MULTILINE)
    assert found, f"{page} has no such table"
    assert found[1].strip() == table(described(source(file), interface))
