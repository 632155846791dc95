"""JSON of pages that cut a text within an emoji: one half of it must not cost the others of its batch."""

import re
from collections.abc import Callable
from typing import TypeVar

import msgspec

T = TypeVar("T")

_PAIR = rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_HALF = rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}"
# an escaped backslash and whole pairs are passed over, what is left is a half alone
_HALVES = re.compile(rb"\\\\|" + _PAIR + rb"|(" + _HALF + rb")")


def well_formed(body: bytes, decode: Callable[[bytes], T]) -> T:
    """What `decode` makes of a body; lone halves of surrogate pairs, which are no text, become U+FFFD.

    Raises what `decode` raises for a body that is wrong all the same.
    """
    try:
        return decode(body)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        repaired = _HALVES.sub(lambda found: rb"\ufffd" if found[1] else found[0], body)
        if repaired == body:
            raise
        return decode(repaired)
