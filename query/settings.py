"""What the query service is told."""

from pathlib import Path

from pydantic import Field

from mesh.settings import MeshSettings


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
        description="Name of the cluster in the server's `system.clusters` to spread the tables over. Default: one place.",
    )
    query_clients: int = Field(2, ge=1, le=32, description="Statements that run at once; each costs a thread.")
    query_timeout_s: float = Field(30.0, gt=0, le=600, description="Time one statement may take, seconds.")

    @property
    def home(self) -> Path:
        """The folder that query alone writes to."""
        return self.data_dir.absolute() / "query"

    @property
    def dsn(self) -> str:
        return self.clickhouse_dsn or f"chdb://{self.home / 'clickhouse'}"
