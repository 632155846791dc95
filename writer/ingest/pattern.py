"""Patterns of pages, as a site's settings name them: `/admin/*`. Linear in the path, whatever it holds."""

import re
from dataclasses import dataclass
from typing import Final

from mesh.escapes import readable_page

MAX_PATTERN: Final = 200
MAX_STARS: Final = 10
_STARS = re.compile(r"\*+")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A path in which `*` stands for any characters, none and `/` included. Case counts."""

    text: str
    pieces: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Pattern":
        """Raises ValueError, saying what would be right."""
        if "?" in text:
            raise ValueError("has a query, and pages are matched without theirs; leave it out")
        form = readable_page(_STARS.sub("*", text[: MAX_PATTERN + 1]))
        if not 1 <= len(form) <= MAX_PATTERN or len(text) > MAX_PATTERN or form[0] not in "/*":
            raise ValueError(f"is not a path of 1–{MAX_PATTERN} characters, escapes included, that begins with / or *")
        if form.count("*") > MAX_STARS:
            raise ValueError(f"has more than {MAX_STARS} *")
        return cls(form, tuple(form.split("*")))

    def matches(self, path: str) -> bool:
        """Each piece at its first place after the one before: where any places fit, these do."""
        first, *middle = self.pieces
        if not middle:
            return path == first
        last = middle.pop()
        if len(path) < len(first) + len(last) or not (path.startswith(first) and path.endswith(last)):
            return False
        at, end = len(first), len(path) - len(last)
        for piece in middle:
            at = path.find(piece, at, end)
            if at < 0:
                return False
            at += len(piece)
        return True
