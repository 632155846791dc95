"""The page about the client says what the client is."""

import ast
import builtins
import re
from dataclasses import fields
from itertools import pairwise
from pathlib import Path

from analytics_mesh import AsyncClient, Client, Context, Options

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sdk" / "python.md").read_text()
SOURCE = ROOT / "sdk" / "python" / "src" / "analytics_mesh" / "options.py"


def _declared() -> dict[str, tuple[str, str]]:
    """Default, as it is written, and description of each option."""
    body = next(node for node in ast.parse(SOURCE.read_text()).body if isinstance(node, ast.ClassDef)).body
    found: dict[str, tuple[str, str]] = {}
    for field, about in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and field.value:
            assert isinstance(about, ast.Expr)
            assert isinstance(about.value, ast.Constant)
            default = ast.get_source_segment(SOURCE.read_text(), field.value)
            found[field.target.id] = (str(default), str(about.value.value))
    return found


def test_each_option_is_documented_as_it_is_declared() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `(.+?)` \| (.+?) \|$", PAGE, re.MULTILINE)
    assert {name: (default, about) for name, default, about in rows} == _declared()
    assert list(_declared()) == [field.name for field in fields(Options)]


def test_each_field_and_call_is_named() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE)) | set(re.findall(r"analytics\.(\w+)\(", PAGE))
    assert set(Context.__annotations__) <= named
    for client in (Client, AsyncClient):
        calls = {name for name in dir(client) if not name.startswith("_")} - {"offer"}
        assert calls <= named | {"flush", "close", "stats"}


def test_an_example_of_an_application_runs_as_it_is_written() -> None:
    found = 0
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        if "AnalyticsMiddleware" not in block:
            continue
        found += 1
        nodes = list(ast.walk(ast.parse(block)))
        names = [node for node in nodes if isinstance(node, ast.Name)]
        made = {node.name for node in nodes if isinstance(node, ast.AsyncFunctionDef | ast.alias)}
        made |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
        assert {name.id for name in names} <= made | set(dir(builtins))
    assert found == 3


def test_each_python_example_is_python() -> None:
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        compile(block, "python.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
