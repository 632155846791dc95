"""`./run gen`: the code in gen/, made from protos/, and the clients' copies of what they need."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cli import generate_client, generate_descriptors
from cli.errors import Refusal
from cli.services import PROJECT

_PROTOS, _GENERATED = PROJECT / "protos", PROJECT / "gen"


def generate() -> list[str]:
    """Bring gen/ up to date; returns the files that changed, stale ones that went included."""
    with tempfile.TemporaryDirectory() as place:
        fresh = _make(Path(place))
        changed = _differing(fresh)
        for name in changed:
            target = _GENERATED / name
            if name in fresh:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(fresh[name], target)
            else:
                target.unlink()
        return changed + generate_client.update(fresh) + generate_descriptors.update()


def stale() -> list[str]:
    """The generated files that are not what protos/ says."""
    with tempfile.TemporaryDirectory() as place:
        fresh = _make(Path(place))
        return _differing(fresh) + generate_client.stale(fresh) + generate_descriptors.stale()


def _make(place: Path) -> dict[str, Path]:
    protos = [str(path) for path in sorted(_PROTOS.rglob("*.proto"))]
    outputs = [f"--{plugin}_out={place}" for plugin in ("python", "pyi", "grpc_python")]
    command = (sys.executable, "-m", "grpc_tools.protoc", f"-I{_PROTOS}", *outputs, *protos)
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise Refusal(f"protoc: {done.stderr.strip()}")
    return _files(place)


def _differing(fresh: dict[str, Path]) -> list[str]:
    present = _files(_GENERATED)
    return sorted(
        name
        for name in fresh.keys() | present.keys()
        if name not in fresh or name not in present or fresh[name].read_bytes() != present[name].read_bytes()
    )


def _files(directory: Path) -> dict[str, Path]:
    return {str(path.relative_to(directory)): path for path in directory.rglob("*_pb2*.py*") if path.suffix != ".pyc"}
