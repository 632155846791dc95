"""What the query service is told."""

from pathlib import Path

from pydantic import Field

from mesh.settings import MeshSettings
from query.admission import Limits


class QuerySettings(MeshSettings):
    """Settings of query, on top of those every service has."""

    query_port: int = Field(50053, ge=0, le=65535, description="Port to listen on; 0 = any free one.")
    data_dir: Path = Field(description="Directory of all data; query keeps to its folder `query`.")
    clickhouse_dsn: str = Field(
        "",
        pattern=r"^($|chdb:///.|clickhouses?://.|https?://.)",
        description="Columnar store. Default: the embedded engine in DATA_DIR/query/clickhouse.",
    )
    clickhouse_cluster: str = Field(
        "",
        pattern=r"^[A-Za-z0-9_-]{0,64}$",
        description="Cluster, by its name in `system.clusters`, to spread the tables over. Default: one place.",
    )
    query_clients: int = Field(2, ge=1, le=32, description="Statements that run at once; each costs a thread.")
    query_timeout_s: float = Field(30.0, gt=0, le=600, description="Time one statement may take, seconds.")
    query_memory_mb: int = Field(1_000, ge=50, le=1_000_000, description="Memory one statement may take, MB.")
    query_at_once: int = Field(4, ge=1, le=1_000, description="Questions that are answered at once; others wait.")
    query_at_once_per_site: int = Field(3, ge=1, le=1_000, description="Of them, those about one site.")
    query_at_once_per_key: int = Field(2, ge=1, le=1_000, description="Of them, those asked with one key or session.")
    query_queue: int = Field(100, ge=0, le=10_000, description="Questions that may wait; more are refused (429).")
    query_cache_mb: int = Field(
        32, ge=0, le=10_000, description="Memory for answers about the past, about, MB; 0 = every answer is made anew."
    )

    @property
    def home(self) -> Path:
        """The folder that query alone writes to."""
        return self.data_dir.absolute() / "query"

    @property
    def admission(self) -> Limits:
        """Who may ask at once."""
        return Limits(self.query_at_once, self.query_at_once_per_site, self.query_at_once_per_key, self.query_queue)

    @property
    def dsn(self) -> str:
        return self.clickhouse_dsn or f"chdb://{self.home / 'clickhouse'}"
