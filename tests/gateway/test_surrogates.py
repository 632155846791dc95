"""Half an emoji is no reason to lose a page view."""

import msgspec
import pytest

from gateway.payload import decode_batch
from gateway.surrogates import well_formed


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        (rb'"a\ud83d"', "a\ufffd"),
        (rb'"\ude00b"', "\ufffdb"),
        (rb'"\ud83d\ude00"', "\N{GRINNING FACE}"),
        (rb'"\ud83d\ud83d\ude00"', "\ufffd\N{GRINNING FACE}"),
        (rb'"\uD83D\uDE00\uDE00"', "\N{GRINNING FACE}\ufffd"),
        (rb'"\\ud83d\ud83d"', "\\ud83d\ufffd"),
    ],
)
def test_a_lone_half_becomes_the_replacement_character_and_all_else_stays(sent: bytes, understood: str) -> None:
    assert well_formed(sent, msgspec.json.decode) == understood


@pytest.mark.parametrize("sent", [b'"', b"{", rb'{"a":"\ud83d"', b"\xff"])
def test_what_is_no_json_is_refused_all_the_same(sent: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        well_formed(sent, msgspec.json.decode)


def test_half_an_emoji_in_one_event_spoils_no_other() -> None:
    view, click = rb'{"kind":"view","pageUrl":"https://a.example/"}', rb'{"kind":"event","name":"cut \ud83d"}'
    _, events, _ = decode_batch(b'{"appName":"demo","events":[' + view + b"," + click + b"]}")
    assert [getattr(event, "name", None) for event in events] == [None, "cut \ufffd"]
