"""The chain by itself: whatever one byte is changed, wherever an entry is moved or taken, the walk finds it."""

from collections.abc import Sequence

import pytest
from analytics.v1 import audit_pb2
from hypothesis import given
from hypothesis import strategies as st

from tests.writer.audit.conftest import KEY, NOW_US, entry
from writer.audit.chain import BrokenChainError, Place, Walk, base_of, linked, signed

TEXTS = ("actor", "operation", "site", "request", "refused", "network")
NUMBERS = ("at_us", "actor_kind")

Linked = Sequence[tuple[audit_pb2.AuditEntry, bytes]]


def chain(length: int) -> tuple[Linked, Place]:
    return linked(
        KEY, Place(), NOW_US, [entry(f"Service.Act{number}", refused="X", network="ab") for number in range(length)]
    )


def walked(entries: Linked, head: Place, **known: bytes) -> None:
    walk = Walk(KEY, Place(), {int(name[1:]): digest for name, digest in known.items()})
    for kept, digest in entries:
        walk.step(kept, digest)
    walk.end(head)


def test_a_chain_as_it_was_written_is_intact() -> None:
    entries, head = chain(5)
    walked(entries, head, n3=entries[2][1])


@given(st.data())
def test_one_byte_changed_in_any_part_of_any_entry_is_found(data: st.DataObject) -> None:
    entries, head = chain(6)
    kept, digest = entries[data.draw(st.integers(0, 5), "entry")]
    name = data.draw(st.sampled_from((*TEXTS, *NUMBERS, "digest")), "part")
    if name == "digest":
        place = data.draw(st.integers(0, 31), "byte")
        changed = bytearray(digest)
        changed[place] ^= data.draw(st.integers(1, 255), "by")
        entries = [(one, bytes(changed) if one is kept else its) for one, its in entries]
    elif name in NUMBERS:
        setattr(kept, name, getattr(kept, name) ^ data.draw(st.sampled_from((1, 2, 4)), "by"))
    else:
        text: str = getattr(kept, name)
        place = data.draw(st.integers(0, len(text)), "at")
        other = data.draw(st.characters(codec="utf-8", exclude_characters="\0" + text[place : place + 1]), "to")
        setattr(kept, name, text[:place] + other + text[place + 1 :])
    with pytest.raises(BrokenChainError, match=rf"entry {kept.number} was changed"):
        walked(entries, head)


@given(st.data())
def test_an_entry_that_is_taken_out_or_moved_is_found(data: st.DataObject) -> None:
    entries, head = chain(6)
    one, other = data.draw(st.lists(st.integers(0, 5), min_size=2, max_size=2, unique=True))
    with pytest.raises(BrokenChainError):
        walked([*entries[:one], *entries[one + 1 :]], head)
    moved = list(entries)
    moved[one], moved[other] = moved[other], moved[one]
    with pytest.raises(BrokenChainError):
        walked(moved, head)
    entries[one][0].number, entries[other][0].number = entries[other][0].number, entries[one][0].number
    with pytest.raises(BrokenChainError):
        walked(moved, head)


def test_a_chain_rewritten_with_another_key_is_found() -> None:
    forged, head = linked(b"x" * 32, Place(), NOW_US, [entry()])
    with pytest.raises(BrokenChainError, match="entry 1 was changed"):
        walked(forged, head)


def test_the_newest_entries_cut_off_are_found_by_a_checkpoint_even_where_the_head_was_set_back() -> None:
    entries, _ = chain(6)
    cut = entries[:4]
    back = Place(4, cut[-1][1])
    walked(cut, back)  # nothing inside the database tells
    with pytest.raises(BrokenChainError, match="the entries after 4 are missing; there were 6"):
        walked(cut, back, n6=entries[5][1])


def test_a_log_that_was_begun_anew_does_not_fit_a_checkpoint_kept_elsewhere() -> None:
    entries, head = chain(3)
    with pytest.raises(BrokenChainError, match="entry 2 is another than its checkpoint says"):
        walked(entries, head, n2=b"0" * 32)


def test_where_the_chain_begins_is_believed_only_with_a_signature() -> None:
    true = signed(KEY, Place(4, b"d" * 32), NOW_US, expired=True)
    assert base_of(KEY, [signed(KEY, Place(9, b"e" * 32), NOW_US, expired=False), true]) == Place(4, b"d" * 32)
    with pytest.raises(BrokenChainError, match="the checkpoint at entry 5 was changed"):
        base_of(KEY, [signed(b"x" * 32, Place(5, b"d" * 32), NOW_US, expired=True)])
