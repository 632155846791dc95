"""Logs as JSON lines without personal data, and Prometheus metrics."""

import logging
import sys
from typing import Any

import structlog
from prometheus_client import Counter, Histogram, start_http_server

CALLS = Counter("analytics_rpc_total", "RPCs served, by method and status.", ["method", "code"])
SECONDS = Histogram(
    "analytics_rpc_seconds",
    "Time to serve a unary RPC.",
    ["method"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
AUDIT_WAIT = Histogram(
    "analytics_audit_wait_seconds",
    "Time that an answer waited for its audit entry, beyond its own work.",
    buckets=(0.0001, 0.0005, 0.001, 0.002, 0.003, 0.004, 0.006, 0.01, 0.025, 0.1, 1, 5),
)

log: Any = structlog.get_logger()


def start(service: str, level: str, metrics_port: int) -> None:
    """Send logs to stderr as JSON lines with the service's name; serve metrics on loopback where a port is given."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    if metrics_port:
        start_http_server(metrics_port, addr="127.0.0.1")
