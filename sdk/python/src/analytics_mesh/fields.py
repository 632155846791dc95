"""One field of an event at a time, so that a value that does not fit is refused by the name it was given under."""

from typing import Any


def put(target: Any, field: str, value: Any, said: str = "") -> None:
    """Set a field of a message, or an entry of its map. Raises TypeError or ValueError, beginning with the name."""
    try:
        if hasattr(target, "DESCRIPTOR"):
            setattr(target, field, value)
        else:
            target[field] = value
    except TypeError:
        raise TypeError(f"{said or field}: a {type(value).__name__} does not fit") from None
    except ValueError as error:
        raise ValueError(f"{said or field}: {value!r:.40} does not fit: {type(error).__name__}") from None
