"""Faults are tried on the real mesh: one a module, as tests/system starts it."""

from tests.system.conftest import channels, eventually, mesh, other_site, pytest_runtest_makereport

__all__ = ["channels", "eventually", "mesh", "other_site", "pytest_runtest_makereport"]
