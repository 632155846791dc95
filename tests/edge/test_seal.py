"""Sealed chunks."""

import os

import pytest

from edge.seal import HEADER_BYTES, Header, Sealer, Unopenable
from tests.edge.conftest import SEAL_KEY, envelope


def test_a_chunk_opens_to_what_was_sealed_and_says_its_count_in_clear() -> None:
    sealer = Sealer([SEAL_KEY])
    envelopes = [envelope() for _ in range(500)]
    chunk = sealer.seal(envelopes, 1_234)
    header = Header.of(chunk)
    assert (header.envelopes, header.spooled_at_us) == (500, 1_234)
    assert sealer.open(chunk) == envelopes
    assert len(chunk) / 500 < 200


def test_nothing_of_an_envelope_is_in_clear() -> None:
    chunk = Sealer([SEAL_KEY]).seal([envelope()], 0)
    assert b"203.0.113.9" not in chunk and b"demo" not in chunk


def test_a_retired_key_still_opens_what_it_sealed() -> None:
    old, new = os.urandom(32), os.urandom(32)
    chunk = Sealer([old]).seal([b"x"], 0)
    assert Sealer([new, old]).open(chunk) == [b"x"]
    with pytest.raises(Unopenable, match=r"its key [0-9a-f]{16} is unknown"):
        Sealer([new]).open(chunk)


@pytest.mark.parametrize("at", [8, 11, 12, 25, HEADER_BYTES, -1])
def test_a_changed_byte_anywhere_is_noticed(at: int) -> None:
    chunk = bytearray(Sealer([SEAL_KEY]).seal([b"x"], 0))
    chunk[at] ^= 1
    with pytest.raises(Unopenable):
        Sealer([SEAL_KEY]).open(bytes(chunk))


@pytest.mark.parametrize("chunk", [b"", b"x" * 31, b"x" * 100])
def test_what_is_no_chunk_is_said_to_be_none(chunk: bytes) -> None:
    with pytest.raises(Unopenable):
        Sealer([SEAL_KEY]).open(chunk)
