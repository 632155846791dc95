"""JSON of unknown shape, read value by value: what it must be, or INVALID_ARGUMENT at its path, `filters[0][2]`."""

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import cast

from mesh.errors import MeshError, invalid

Json = object

_U32 = 2**32 - 1


def members(path: str, value: Json) -> Mapping[str, Json]:
    """An object. Its members are still to be read."""
    if not isinstance(value, dict):
        raise wrong(path, "an object") if path else invalid("", "the body must be a JSON object")
    return cast(Mapping[str, Json], value)


def items(path: str, value: Json) -> list[Json]:
    """A list; null is an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise wrong(path, "a list")
    return cast(list[Json], value)


def texts(path: str, value: Json) -> list[str]:
    return [text(f"{path}[{index}]", item) for index, item in enumerate(items(path, value))]


def text(path: str, value: Json) -> str:
    if not isinstance(value, str):
        raise wrong(path, "a string")
    return value


def whole(path: str, value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _U32:
        raise wrong(path, f"a whole number from 0 to {_U32}")
    return value


def number(path: str, value: Json) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise wrong(path, "a number")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise wrong(path, "a number")
    return found


def flag(path: str, value: Json) -> bool:
    if not isinstance(value, bool):
        raise wrong(path, "true or false")
    return value


def word(path: str, value: Json, allowed: Iterable[str]) -> str:
    """One of the allowed words."""
    found, words = text(path, value), list(allowed)
    if found not in words:
        raise invalid(path, nearest(found, words))
    return found


def only(path: str, value: Mapping[str, Json], allowed: Iterable[str]) -> None:
    """Refuses a member that is none of the allowed ones."""
    words = list(allowed)
    for key in value:
        if key not in words:
            raise invalid(below(path, key)[:200], nearest(key, words))


def of_length(path: str, parts: list[Json], length: int) -> None:
    if len(parts) != length:
        raise invalid(path, f"must have {length} elements, not {len(parts)}")


def below(path: str, key: str) -> str:
    """The path of a member."""
    return f"{path}.{key}" if path else key


def nearest(given: str, allowed: Iterable[str]) -> str:
    """What a message says of an unknown word: those like it, else all there are."""
    words = list(allowed)
    near = difflib.get_close_matches(given[:100], words, n=3, cutoff=0.5)
    return f'"{given[:60]}" is unknown; ' + (
        f"did you mean {' or '.join(near)}?" if near else f"use {', '.join(words)}"
    )


def wrong(path: str, right: str) -> MeshError:
    return invalid(path, f"must be {right}")
