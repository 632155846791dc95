"""The generated code is that of the protos."""

import filecmp
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_generated_code_is_fresh(tmp_path: Path) -> None:
    protos = sorted(str(path) for path in ROOT.glob("protos/analytics/v1/*.proto"))
    outputs = [f"--{plugin}_out={tmp_path}" for plugin in ("python", "pyi", "grpc_python")]
    subprocess.run([sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'protos'}", *outputs, *protos], check=True)

    expected = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.py*")}
    present = {str(path.relative_to(ROOT / "gen")) for path in (ROOT / "gen" / "analytics").rglob("*_pb2*.py*")}
    present = {name for name in present if "__pycache__" not in name}
    _, differing, unreadable = filecmp.cmpfiles(tmp_path, ROOT / "gen", sorted(expected & present), shallow=False)

    assert present == expected
    assert (differing, unreadable) == ([], []), "run `./run gen`"
