"""The gateway between doubles, as in the folder above."""

from tests.gateway.conftest import dist, http, mesh, shared

__all__ = ["dist", "http", "mesh", "shared"]
