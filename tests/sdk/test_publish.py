"""The workflow that publishes the packages, read as a runner reads it."""

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / ".forgejo" / "workflows" / "publish.yaml"
READ = """
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
process.stdout.write(JSON.stringify(parse(readFileSync(process.argv[1], 'utf8'), { strict: true })));
"""


@pytest.fixture(scope="module")
def workflow(package: Path) -> dict[str, Any]:
    command = ("node", "--input-type=module", "--eval", READ, str(WORKFLOW))
    return json.loads(subprocess.run(command, cwd=package, capture_output=True, text=True, check=True).stdout)


def test_a_tag_alone_starts_it_and_every_check_comes_first(workflow: dict[str, Any]) -> None:
    assert workflow["on"] == {"push": {"tags": ["v*"]}}
    jobs = workflow["jobs"]
    assert [step["run"] for step in jobs["test"]["steps"] if "run" in step] == ["./run check", "./run test"]
    assert {name: job.get("needs") for name, job in jobs.items()} == {"test": None, "npm": "test", "pypi": "test"}


def test_each_package_is_published_from_where_it_lies_under_the_tags_version(workflow: dict[str, Any]) -> None:
    for name, manifest, publishes in (
        ("npm", "package.json", "npm publish --access public"),
        ("pypi", "pyproject.toml", "uv publish dist/*"),
    ):
        job = workflow["jobs"][name]
        assert (ROOT / job["defaults"]["run"]["working-directory"] / manifest).exists()
        commands = [step["run"] for step in job["steps"] if "run" in step]
        assert publishes == commands[-1]
        assert any('= "$GITHUB_REF_NAME"' in command for command in commands[:-1])


def test_tokens_are_secrets_given_to_the_step_that_publishes_alone(workflow: dict[str, Any]) -> None:
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            assert ("secrets." in json.dumps(step)) == ("publish" in step.get("run", ""))
    assert "://" not in WORKFLOW.read_text()


def test_the_packages_are_of_one_version() -> None:
    npm = json.loads((ROOT / "sdk" / "client" / "package.json").read_text())["version"]
    python = tomllib.loads((ROOT / "sdk" / "python" / "pyproject.toml").read_text())["project"]["version"]
    assert npm == python
    assert re.fullmatch(r"\d+\.\d+\.\d+", npm)
