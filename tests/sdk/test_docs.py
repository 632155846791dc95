"""docs/sdk/browser.md says of every option and every call what the types say."""

import re

from tests.sdk.conftest import CLIENT, ROOT

PAGE = ROOT / "docs" / "sdk" / "browser.md"
TYPES = CLIENT / "src" / "options.ts"
_MEMBER = re.compile(r"/\*\*(?P<said>(?:(?!\*/).)*)\*/\s+(?:readonly )?(?P<name>\w+)(?P<rest>[?(:][^;]*);", re.DOTALL)
_DEFAULT = re.compile(r" Default: (.*)\.$")


def members(interface: str) -> list[tuple[str, str, str]]:
    """(name, what follows it, what its comment says) of each member, in the order written."""
    text = TYPES.read_text()
    start = text.index(f"export interface {interface} ")
    body = text[text.index("{", start) : text.index("\n}", start)]
    return [
        (found["name"], found["rest"], " ".join(found["said"].replace("*", " ").split()))
        for found in _MEMBER.finditer(body)
    ]


def options() -> str:
    rows = ["| option | as an attribute | default | |", "|---|---|---|---|"]
    for interface in ("CoreOptions", "AnalyticsOptions"):
        for name, rest, said in members(interface):
            default = _DEFAULT.search(said)
            attribute = {"apiBaseUrl": "data-api", "appName": "data-site"}.get(name) or "data-" + re.sub(
                "([A-Z])", lambda upper: f"-{upper[1].lower()}", name
            )
            shown = default[1] if default else "required"
            assert rest.startswith("?") == (shown != "required"), name
            rows.append(f"| `{name}` | `{attribute}` | {shown} | {_DEFAULT.sub('', said)} |")
    for option, interface in (("scrollTracking", "ScrollOptions"), ("downloadTracking", "DownloadOptions")):
        for name, _, said in members(interface):
            default = _DEFAULT.search(said)
            assert default, name
            rows.append(f"| `{option}.{name}` | in JSON | {default[1]} | {_DEFAULT.sub('', said)} |")
    return "\n".join(rows)


def calls() -> str:
    rows = ["| call | |", "|---|---|"]
    for name, rest, said in members("Analytics"):
        given = re.sub(r"this: void(, )?", "", rest)
        rows.append(f"| `{name}{given.partition('):')[0]})` | {said} |")
    return "\n".join(rows)


def test_the_table_of_options_is_that_of_the_types() -> None:
    assert options() in PAGE.read_text(), options()


def test_the_table_of_calls_is_that_of_the_types() -> None:
    assert calls() in PAGE.read_text(), calls()
