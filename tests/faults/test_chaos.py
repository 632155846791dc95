"""Random faults for minutes: nothing is lost, nothing counts twice, nothing grows."""

import os
from itertools import islice
from pathlib import Path

import pytest

from bench.chaos import Chaos, faults
from bench.mesh import PROCESSES

MINUTES = 10.0 if os.environ.get("ANALYTICS_FULL") else 2.0
SEED = 20


@pytest.mark.timeout(60 * (MINUTES + 8))
async def test_f30_minutes_of_random_faults_lose_nothing_and_leave_no_process_larger(tmp_path: Path) -> None:
    measures = await Chaos(tmp_path / "data", SEED, MINUTES, print).run()
    assert [measure for measure in measures if not measure.ok] == []


def test_a_seed_breaks_the_same_things_in_the_same_order() -> None:
    first, again, other = (list(islice(faults(seed), 50)) for seed in (1, 1, 2))
    assert first == again != other
    assert {fault.kind for fault in first} == {"kill", "freeze"}
    assert {name for fault in first for name in fault.names} == set(PROCESSES)
