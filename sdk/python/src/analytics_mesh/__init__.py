"""Sends events to Analytics Mesh over gRPC: batched, retried, each stored exactly once."""

from analytics_mesh.aio import AsyncClient
from analytics_mesh.client import Client
from analytics_mesh.events import Context, Money
from analytics_mesh.options import Options
from analytics_mesh.tracking import QueueFull, Stats
from analytics_mesh.visitor import Visitor

__all__ = ["AsyncClient", "Client", "Context", "Money", "Options", "QueueFull", "Stats", "Visitor"]
