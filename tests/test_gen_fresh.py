"""The generated code is that of the protos."""

import pytest

from cli import generate


def test_generated_code_is_fresh() -> None:
    assert generate.stale() == [], "run `./run gen`"


def test_an_edited_a_missing_and_a_left_over_file_are_stale(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path_factory.mktemp("gen")
    monkeypatch.setattr(generate, "_GENERATED", copy)
    everything = generate.generate()
    assert "analytics/v1/event_pb2.py" in everything
    assert generate.stale() == []

    (copy / "analytics/v1/event_pb2.py").write_text("# edited\n")
    (copy / "analytics/v1/track_pb2.pyi").unlink()
    (copy / "analytics/v1/gone_pb2.py").write_text("")
    expected = ["analytics/v1/event_pb2.py", "analytics/v1/gone_pb2.py", "analytics/v1/track_pb2.pyi"]
    assert generate.stale() == expected
    assert generate.generate() == expected
    assert generate.stale() == []
