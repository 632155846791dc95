"""The README's ten questions are run as they stand there, and answer what it says."""

import asyncio
import json
import re
import shlex
from typing import Any

import pytest

from bench.mesh import ROOT, Mesh

READY = re.compile(r"^READY=.*\n^(ready\(\) .*)$", re.MULTILINE)
_LINES = (ROOT / "README.md").read_text()
TOUR = re.search(r"^## Ten questions$.*?```sh\n(.*?)```", _LINES, re.MULTILINE | re.DOTALL)
assert TOUR
ASK, *QUESTIONS = re.split(r"^(?=# \d+\. )", TOUR[1], flags=re.MULTILINE)


def said(text: str) -> tuple[str, list[str]]:
    """A question's commands, and the lines that they print."""
    answers = [line.removeprefix("# → ") for line in text.splitlines() if line.startswith("# → ")]
    return "\n".join(line for line in text.splitlines() if not line.startswith("# ")), answers


def value(line: str) -> Any:
    return json.loads(line) if line.startswith("{") else line


@pytest.fixture(scope="module")
async def imported(mesh: Mesh) -> Mesh:
    log = str(ROOT / "tests" / "data" / "access.log.gz")
    done = await mesh.run("import", "access-log", log, "--site", mesh.site, "--host", "semicomplete.com")
    assert done.code == 0, done.output
    return mesh


async def test_the_ten_questions_of_the_readme_have_the_answers_it_shows(imported: Mesh) -> None:
    found = READY.search(_LINES)
    assert found and len(QUESTIONS) == 10
    prelude = f"set -eo pipefail\nREADY={shlex.quote(str(imported.directory / 'ready.json'))}\n{found[1]}\n{ASK}"
    for question in QUESTIONS:
        commands, expected = said(question)
        shell = await asyncio.create_subprocess_exec(
            "bash", "-c", f"{prelude}\n{commands}", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        printed, complaint = await shell.communicate()
        assert shell.returncode == 0, f"{question}\n{complaint.decode()}"
        assert [value(line) for line in printed.decode().splitlines()] == [value(line) for line in expected], question
        assert expected
