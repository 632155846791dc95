"""mesh.ids"""

import time
import uuid

import pytest

from mesh import ids


def test_a_new_id_is_a_uuid7_of_now() -> None:
    made = ids.new_id()
    assert uuid.UUID(made).version == 7
    assert abs(ids.uuid7_time_us(made) - time.time() * 1e6) < 5e6  # pyright: ignore[reportOptionalOperand]


def test_ids_made_later_sort_later() -> None:
    made = [ids.new_id() for _ in range(1_000)]
    assert made == sorted(set(made))


@pytest.mark.parametrize("text", ["0198c7f4-5b1a-7c3e-9a58-0f2d3c4b5a69", "0198C7F4-5B1A-7C3E-9A58-0F2D3C4B5A69"])
def test_a_uuid_is_recognised_in_either_case(text: str) -> None:
    assert ids.is_uuid(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0198c7f45b1a7c3e9a580f2d3c4b5a69",
        "{0198c7f4-5b1a-7c3e-9a58-0f2d3c4b5a69}",
        "0198c7f4-5b1a-7c3e-9a58-0f2d3c4b5a6g",
        "0198c7f4-5b1a-7c3e-9a58-0f2d3c4b5a69\n",
        "０198c7f4-5b1a-7c3e-9a58-0f2d3c4b5a69",
    ],
)
def test_what_is_no_hyphenated_uuid_is_refused(text: str) -> None:
    assert not ids.is_uuid(text)


def test_the_time_of_a_uuid7_is_its_first_48_bits() -> None:
    assert ids.uuid7_time_us("017f22e2-79b0-7cc3-98c4-dc0c0c07398f") == 1_645_557_742_000_000  # RFC 9562, A.6


def test_another_version_has_no_time() -> None:
    assert ids.uuid7_time_us(str(uuid.uuid4())) is None


def test_sixteen_bytes_become_a_uuid_unchanged() -> None:
    assert ids.from_bytes(bytes(range(16))) == "00010203-0405-0607-0809-0a0b0c0d0e0f"
