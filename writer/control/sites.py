"""What a site may be: its values checked and put in one form, errors naming the field and what would be right."""

import difflib
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from analytics.v1 import event_pb2, site_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from writer.control import site_lists
from writer.control.masks import masked
from writer.control.site_lists import quoted, wrong

MAX_RETENTION_MONTHS: Final = 120
LISTS: Final[Mapping[str, Callable[[str, Iterable[str]], list[str]]]] = {
    "domains": site_lists.hosts,
    "query_parameters": site_lists.parameters,
    "excluded_ips": site_lists.networks,
    "excluded_paths": site_lists.patterns,
    "excluded_hostnames": site_lists.hosts,
    "excluded_countries": site_lists.countries,
    "path_rules": site_lists.patterns,
}
CHANGEABLE: Final = ("timezone", "identity", "retention_months", "ignore_privacy_signals", "hash_routing", *LISTS)

_ID = re.compile(r"(?=.*[a-z0-9])[a-z0-9._-]{1,64}")


def checked(site: site_pb2.Site) -> site_pb2.Site:
    """The site as it is stored. Raises INVALID_ARGUMENT at the field at fault, e.g. `site.timezone`.

    A retention of 0 months is for ever: whoever asks a person fills in the default of 25.
    """
    if not _ID.fullmatch(site.id):
        raise wrong("id", f"{quoted(site.id)} is not 1–64 characters of a–z, 0–9, -, . and _")
    if site.retention_months > MAX_RETENTION_MONTHS:
        raise wrong(
            "retention_months", f"{site.retention_months} is not 1–{MAX_RETENTION_MONTHS} months or 0, for ever"
        )
    if site.identity not in event_pb2.IdentityMode.values():
        raise wrong("identity", f"{site.identity} is neither MEMORY (1) nor DAILY (2)")
    result = site_pb2.Site(
        id=site.id,
        timezone=_timezone(site.timezone or "UTC"),
        identity=site.identity or event_pb2.IDENTITY_MODE_MEMORY,
        retention_months=site.retention_months,
        ignore_privacy_signals=site.ignore_privacy_signals,
        hash_routing=site.hash_routing,
    )
    for name, form in LISTS.items():
        getattr(result, name).extend(form(name, getattr(site, name)))
    return result


def changed(site: site_pb2.Site, wanted: site_pb2.Site, mask: FieldMask) -> site_pb2.Site:
    """The site with the mask's fields as wanted, checked. Raises INVALID_ARGUMENT for a mask without sense."""
    return checked(masked(site, wanted, mask, CHANGEABLE))


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - {"localtime", "posixrules", "Factory"})


def _timezone(name: str) -> str:
    if name in _zones():
        return name
    near = difflib.get_close_matches(name[:64], _zones(), n=3, cutoff=0.5)
    near += [zone for zone in sorted(_zones()) if zone.lower() == name.lower() and zone not in near]
    hint = f"did you mean {' or '.join(near)}?" if near else "give one like Europe/Berlin"
    raise wrong("timezone", f"{quoted(name)} is no IANA time zone; {hint}")
