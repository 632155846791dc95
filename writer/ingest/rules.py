"""What a site's settings mean for its events: who visitors are, what a page is, and which events are not counted."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeVar

from analytics.v1 import event_pb2, site_pb2

from mesh.telemetry import log
from writer.ingest.page import Page, ascii_host, is_own_host
from writer.ingest.pattern import Pattern
from writer.ingest.visits import DAILY, MEMORY

Network = IPv4Network | IPv6Network
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class SiteRules:
    """Kept for as long as the site is unchanged, and told apart by identity: look-ups by it cost nothing."""

    site: str
    number: int
    identity: event_pb2.IdentityMode
    own_hosts: frozenset[str]
    kept_parameters: tuple[str, ...]
    hash_routing: bool
    path_rules: tuple[Pattern, ...]
    excluded_paths: tuple[Pattern, ...]
    excluded_hostnames: frozenset[str]
    excluded_countries: frozenset[str]
    excluded_networks: tuple[Network, ...]

    @classmethod
    def of(cls, site: site_pb2.Site) -> "SiteRules":
        """A setting that cannot be read, as an edit by hand may leave it, is passed over and logged."""
        return cls(
            site=site.id,
            number=site.number,
            identity=DAILY if site.identity == DAILY else MEMORY,
            own_hosts=_hosts(site.domains),
            kept_parameters=tuple(site.query_parameters),
            hash_routing=site.hash_routing,
            path_rules=tuple(_readable(Pattern.of, site.path_rules, "path_rules")),
            excluded_paths=tuple(_readable(Pattern.of, site.excluded_paths, "excluded_paths")),
            excluded_hostnames=_hosts(site.excluded_hostnames),
            excluded_countries=frozenset(site.excluded_countries),
            excluded_networks=tuple(_readable(network_of, site.excluded_ips, "excluded_ips")),
        )

    def named(self, page: Page) -> str:
        """What the page counts as: the first rule that its path matches, else its own path."""
        return next((rule.text for rule in self.path_rules if rule.matches(page.plain)), page.path)

    def excludes_page(self, page: Page) -> bool:
        """True for a page whose events the site does not want counted."""
        if self.excluded_hostnames and is_own_host(page.host, self.excluded_hostnames):
            return True
        return any(pattern.matches(page.plain) for pattern in self.excluded_paths)

    def is_elsewhere(self, page: Page) -> bool:
        """True for a page on a host that is none of the site's, where it has named its hosts."""
        return bool(self.own_hosts and page.host) and not is_own_host(page.host, self.own_hosts)


@lru_cache(16_384)
def excludes_address(rules: SiteRules, ip: str) -> bool:
    """True for an address whose events the site does not want counted."""
    address = address_of(ip)
    return address is not None and any(address in network for network in rules.excluded_networks)


def network_of(text: str) -> Network:
    """A network in CIDR form, or one address. Raises ValueError."""
    network = ip_network(text)
    if isinstance(network, IPv6Network) and network.prefixlen >= 96 and network.network_address.ipv4_mapped:
        return IPv4Network((int(network.network_address) & 0xFFFF_FFFF, network.prefixlen - 96))
    return network


def address_of(text: str) -> IPv4Address | IPv6Address | None:
    """An address without zone, brackets and the IPv6 form of an IPv4 one; None for what is none."""
    try:
        address = ip_address(text[:64].partition("%")[0].strip("[] "))
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _hosts(names: Iterable[str]) -> frozenset[str]:
    return frozenset(host for name in names if (host := ascii_host(name)))


def _readable(read: Callable[[str], T], texts: Iterable[str], setting: str) -> Iterator[T]:
    for text in texts:
        try:
            yield read(text)
        except ValueError:
            log.warning("site_setting_unreadable", setting=setting)
