"""The truth: each event once, whoever sends it how often, and nothing lost when one row fails."""

import asyncio
import hashlib
import random
import uuid

import pytest
from analytics.v1.ingest_pb2 import IngestOutcome
from mesh.errors import MeshError

from writer.wrap import Wrapper

STORED, DUPLICATE = IngestOutcome.CODE_STORED, IngestOutcome.CODE_DUPLICATE
REJECTED = IngestOutcome.CODE_REJECTED


def codes(verdicts):
    return [verdict.code for verdict in verdicts]
