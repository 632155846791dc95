"""What realtime is told, beside what every service is told."""

from pydantic import Field

from mesh.settings import MeshSettings


class RealtimeSettings(MeshSettings):
    """`ANALYTICS_*` of realtime."""

    realtime_port: int = Field(50054, ge=0, le=65535, description="gRPC port; 0 = any free one.")
