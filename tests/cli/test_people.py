"""`./run users`."""

import pytest
from rich.console import Console

from cli import people
from cli.errors import Refusal


def test_an_unknown_role_is_refused_before_anybody_is_asked() -> None:
    with pytest.raises(Refusal, match="'root' is no role; give one of viewer, analyst, admin, owner"):
        people.invite({}, "ada@example.org", "root", "", Console())
