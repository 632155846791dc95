"""What ends a command: one clear line, and an exit code that is not 0."""

import json
import urllib.error


class Refusal(Exception):
    """A command cannot go on. The message is the one line the user reads: what is wrong, and what would be right."""


def reason(error: OSError) -> str:
    """The system's own words for an error, e.g. `Permission denied`."""
    return error.strerror or str(error)


def detail(error: urllib.error.HTTPError) -> str:
    """What the gateway's refusal says, else its status in words."""
    try:
        problem = json.load(error)
        return str(problem.get("detail") or problem.get("title") or error.reason)
    except (ValueError, AttributeError, OSError):
        return str(error.reason)
