"""Where an address lies: the country from registry data, more from a MaxMind-format file where one is given."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from pathlib import Path

import iptocc
import maxminddb
from geoip2.database import Reader
from geoip2.errors import AddressNotFoundError

from mesh.telemetry import log


@dataclass(frozen=True, slots=True)
class Place:
    """`country` ISO 3166-1 alpha-2, `region` ISO 3166-2, `city` in English; "" = unknown."""

    country: str
    region: str
    city: str


NOWHERE = Place("", "", "")
REFRESH_EVERY_S = 60.0


class Places:
    """Looks addresses up. Nothing of an address is kept but in a bounded cache in memory."""

    def __init__(self, city_file: Path | None) -> None:
        """`city_file` is a city database in MaxMind's format (MaxMind, DB-IP). It is read again when it changes.

        Raises OSError if it cannot be read, ValueError if it is no such database.
        """
        self._file = city_file
        self._stamp: tuple[int, int, int] | None = None
        self._reader: Reader | None = None
        self._cached: Callable[[str], Place] = lru_cache(maxsize=65_536)(self._look_up)
        if city_file:
            self._open(city_file)

    def locate(self, ip: str) -> Place:
        """The place of an IPv4 or IPv6 address; private, reserved, unknown or malformed ones are nowhere."""
        return self._cached(ip)

    def refresh(self) -> bool:
        """Read the city file again if it has changed; True if so. A file that is gone or torn leaves the old one."""
        if self._file is None:
            return False
        try:
            if _stamp(self._file) == self._stamp:
                return False
            self._open(self._file)
        except (OSError, ValueError) as error:
            log.warning("city_file_unreadable", error=type(error).__name__)
            return False
        return True

    async def keep_fresh(self) -> None:
        """Refresh once a minute, until cancelled."""
        while True:
            await asyncio.sleep(REFRESH_EVERY_S)
            await asyncio.to_thread(self.refresh)  # a city file has 100 MB and more

    def close(self) -> None:
        if self._reader:
            self._reader.close()

    def _open(self, file: Path) -> None:
        stamp = _stamp(file)
        try:
            reader = Reader(file, locales=["en"], mode=maxminddb.MODE_MEMORY)
        except maxminddb.InvalidDatabaseError as error:
            raise ValueError(f"{file} is no database in MaxMind's format") from error
        if "City" not in reader.metadata().database_type:
            reader.close()
            raise ValueError(f"{file} is a {reader.metadata().database_type} database; a City database is needed")
        # the one before is left to the collector: it holds memory alone, and a look-up may be using it
        self._reader, self._stamp = reader, stamp
        self._cached = lru_cache(maxsize=65_536)(self._look_up)

    def _look_up(self, ip: str) -> Place:
        address = _public(ip)
        if not address:
            return NOWHERE
        if self._reader:
            try:
                found = self._reader.city(address)
            except (AddressNotFoundError, ValueError, maxminddb.InvalidDatabaseError):  # also IPv6 in a file of IPv4
                return Place(_country(address), "", "")
            country = found.country.iso_code or _country(address)
            region = found.subdivisions[0].iso_code if found.subdivisions else None
            return Place(country, f"{country}-{region}" if country and region else "", found.city.name or "")
        return Place(_country(address), "", "")


def _stamp(file: Path) -> tuple[int, int, int]:
    """What changes with the file. Its time alone does not: who unpacks a build twice may keep the maker's."""
    facts = file.stat()
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def _public(ip: str) -> str:
    """The address without the IPv6 forms that wrap an IPv4 one; "" unless it is a public one."""
    try:
        address = ip_address(ip.partition("%")[0].strip("[] "))
    except ValueError:
        return ""
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address.sixtofour or address
    return str(address) if address.is_global and not address.is_multicast else ""


def _country(address: str) -> str:
    found = iptocc.country_code(address) or ""
    # registries mark what belongs to a region rather than a country with these
    return "" if found in ("EU", "AP", "ZZ") else found
