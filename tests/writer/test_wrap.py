import pytest

from writer.wrap import UnknownKeyError, Wrapper


def test_what_is_wrapped_comes_back_and_looks_different_each_time() -> None:
    wrapper = Wrapper(b"k" * 32)
    first, second = wrapper.wrap(b"secret"), wrapper.wrap(b"secret")
    assert first != second
    assert wrapper.unwrap(first) == wrapper.unwrap(second) == b"secret"


def test_another_key_and_damaged_bytes_are_told_apart_from_secrets() -> None:
    sealed = Wrapper(b"k" * 32).wrap(b"secret")
    for opener, what in ((Wrapper(b"o" * 32), sealed), (Wrapper(b"k" * 32), sealed[:-1]), (Wrapper(b"k" * 32), b"")):
        with pytest.raises(UnknownKeyError):
            opener.unwrap(what)


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Wrapper(b"short")
