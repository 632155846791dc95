"""What the gateway is told, beside what every service is told."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from pydantic import Field, field_validator

from mesh.settings import MeshSettings

Network = IPv4Network | IPv6Network


class GatewaySettings(MeshSettings):
    """`ANALYTICS_*` of the gateway."""

    gateway_port: int = Field(4001, ge=0, le=65535, description="HTTP port; 0 = any free one.")
    edge_address: str = Field("127.0.0.1:50051", description="host:port of the edge (Track).")
    query_address: str = Field("127.0.0.1:50053", description="host:port of query.")
    realtime_address: str = Field("127.0.0.1:50054", description="host:port of realtime.")
    trusted_proxies: str = Field(
        "", description="Networks whose X-Forwarded-For, Forwarded and country header are believed, comma separated."
    )
    country_header: str = Field(
        "", pattern="^[A-Za-z0-9-]{0,64}$", description="Header of a trusted proxy that names the visitor's country."
    )
    max_connections: int = Field(4_096, ge=16, le=100_000, description="Connections open at once; more get 503.")
    max_queued_events: int = Field(
        20_000, ge=500, le=1_000_000, description="Events waiting for the edge; more get 503. Bounds memory."
    )
    rate_per_address: float = Field(
        500, ge=0, description="Events a second that one address may send; more get 429. 0 = no limit."
    )
    rate_per_site: float = Field(0, ge=0, description="Events a second of one site; more get 429. 0 = no limit.")
    rate_burst_s: float = Field(10, gt=0, le=3_600, description="Seconds of its rate that may come at once.")
    edge_patience_s: float = Field(
        5.0, gt=0, le=60, description="Time an event may wait for an edge that is away before its sender gets 503."
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, value: str) -> str:
        for text in value.split(","):
            if text.strip():
                ip_network(text.strip(), strict=False)
        return value

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        texts = (text.strip() for text in self.trusted_proxies.split(","))
        return tuple(ip_network(text, strict=False) for text in texts if text)
