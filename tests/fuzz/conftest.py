"""Whatever listens is fed at random: one mesh a module, as tests/system starts it."""

from tests.system.conftest import channels, eventually, mesh, pytest_runtest_makereport

__all__ = ["channels", "eventually", "mesh", "pytest_runtest_makereport"]
