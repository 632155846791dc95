"""The words of Plausible's Stats API v2 as ours, and ours as theirs. Pure.

Dimensions have a prefix there. Countries have a name beside their code, devices begin with a capital.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, cast

from mesh.errors import MeshError, invalid

METRICS = (
    "visitors",
    "visits",
    "pageviews",
    "views_per_visit",
    "bounce_rate",
    "visit_duration",
    "events",
    "scroll_depth",
    "percentage",
    "conversion_rate",
    "group_conversion_rate",
    "average_revenue",
    "total_revenue",
    "time_on_page",
    "exit_rate",
)
_GRAINS = ("minute", "hour", "day", "week", "month")
_OF_VISIT = (
    *("source", "referrer", "channel", "device", "browser", "browser_version", "os", "os_version", "country"),
    *("region", "city", "entry_page", "exit_page"),
    *(f"utm_{name}" for name in ("source", "medium", "campaign", "content", "term")),
)
DIMENSIONS = {
    "event:page": "page",
    "event:name": "event",
    "event:hostname": "hostname",
    "event:goal": "goal",
    "time": "time",
    **{f"time:{grain}": f"time:{grain}" for grain in _GRAINS},
    **{f"visit:{name}": name for name in _OF_VISIT},
    "visit:screen": "device",
    "visit:country_name": "country",
    "visit:region_name": "region",
    "visit:city_name": "city",
    "visit:entry_page_hostname": "entry_hostname",
    "visit:exit_page_hostname": "exit_hostname",
}
MAX_DEPTH = 20

_PROP = "event:props:"
_GROUPS, _SINGLE = ("and", "or"), ("not", "has_done", "has_not_done")

_DEVICES = {"desktop": "Desktop", "mobile": "Mobile", "tablet": "Tablet", "tv": "TV", "console": "Console"}
_COUNTRIES = dict(
    line.split("\t") for line in (Path(__file__).parent / "countries.tsv").read_text("utf-8").splitlines()
)
"""English name by ISO 3166-1 alpha-2 code."""
_NOWHERE = "ZZ"

_ROUND: dict[str, Callable[[float], float]] = {
    **dict.fromkeys(("bounce_rate", "scroll_depth", "visit_duration", "time_on_page"), lambda value: round(value)),
    **dict.fromkeys(("percentage", "exit_rate"), lambda value: round(value, 1)),
    **dict.fromkeys(("views_per_visit", "conversion_rate", "group_conversion_rate"), lambda value: round(value, 2)),
}


def dimension(path: str, word: Any) -> str:
    """Our name of a dimension. Raises INVALID_ARGUMENT for a word that is none of theirs."""
    if isinstance(word, str):
        if word.startswith(_PROP) and len(word) > len(_PROP):
            return f"prop:{word.removeprefix(_PROP)}"
        if word in DIMENSIONS:
            return DIMENSIONS[word]
    raise invalid(path, f'Invalid dimension "{str(word)[:100]}"')


def metric(path: str, word: Any) -> str:
    """Raises INVALID_ARGUMENT for a word that is none of theirs."""
    if word not in METRICS:
        raise invalid(path, f'Invalid metric "{str(word)[:100]}"')
    return cast(str, word)


def condition(path: str, item: Any, depth: int = 1) -> list[Any]:
    """Our filter; its shape beyond what is renamed is checked with the whole query's. Raises INVALID_ARGUMENT."""
    if not isinstance(item, list) or len(cast(list[Any], item)) < 2:
        raise _wrong_filter(path)
    if depth > MAX_DEPTH:
        raise invalid(path, "Filters are nested too deeply.")
    parts = cast(list[Any], item)
    word = parts[0]
    if word in _GROUPS:
        if not isinstance(parts[1], list):
            raise _wrong_filter(path)
        children = cast(list[Any], parts[1])
        return [
            word,
            [condition(f"{path}[1][{at}]", child, depth + 1) for at, child in enumerate(children)],
            *parts[2:],
        ]
    if word in _SINGLE:
        return [word, condition(f"{path}[1]", parts[1], depth + 1), *parts[2:]]
    if parts[1] == "segment":
        return parts
    name = dimension(f"{path}[1]", parts[1])
    clauses = parts[2] if len(parts) > 2 else None
    if not isinstance(clauses, list):
        raise _wrong_filter(path)
    values = cast(list[Any], clauses)
    if parts[1] == "visit:country_name":
        return _by_country_name(path, str(word), values)
    if name == "device":
        values = [str(value).lower() for value in values]
    return [word, name, values, *parts[3:]]


def value_of(asked: str, value: str) -> str:
    """A dimension's value in a row, as theirs: `asked` is their name of the dimension."""
    if asked == "visit:country_name":
        return _COUNTRIES.get(value, value)
    return _DEVICES.get(value, value) if DIMENSIONS.get(asked) == "device" else value


def metric_of(name: str, value: Any) -> Any:
    """A metric's value, rounded as theirs; money in their shape."""
    if isinstance(value, dict):
        money = cast(Mapping[str, str], value)
        shown = f"{money['currency']} {money['amount']}"
        return {"currency": money["currency"], "value": float(money["amount"]), "short": shown, "long": shown}
    rounded = _ROUND.get(name)
    return rounded(value) if rounded and value is not None else value


def pointer(path: str) -> str:
    """A path of ours as they write it: `filters[0][2]` is `#/filters/0/2`."""
    named = {"site": "site_id", "limit": "pagination/limit", "offset": "pagination/offset"}.get(path, path)
    return "#/" + named.replace("[", "/").replace("]", "").replace(".", "/") if named else "#"


def _by_country_name(path: str, word: str, names: Iterable[Any]) -> list[Any]:
    wanted = [str(name).lower() for name in names]
    if word in ("is", "is_not"):
        codes = [code for code, name in _COUNTRIES.items() if name.lower() in wanted]
    elif word in ("contains", "contains_not"):
        codes = [code for code, name in _COUNTRIES.items() if any(part in name.lower() for part in wanted)]
    else:
        raise invalid(
            f"{path}[0]", f'"{word[:40]}" is not for visit:country_name; use is, is_not, contains, contains_not'
        )
    return ["is_not" if word.endswith("_not") else "is", "country", codes or [_NOWHERE]]


def _wrong_filter(path: str) -> MeshError:
    return invalid(path, "Invalid filter; write [operator, dimension, [clauses]]")
