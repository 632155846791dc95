"""Ports: as asked, else the defaults where free, else free ones; never the same for two meshes."""

import socket

import pytest

from cli.errors import Refusal
from cli.ports import DEFAULTS, Ports

HOST = "127.0.0.1"


def test_two_meshes_never_share_a_port_though_neither_listens_yet() -> None:
    one, other = Ports(HOST, {}), Ports(HOST, {})
    try:
        numbers = [ports[name] for ports in (one, other) for name in DEFAULTS]
        assert len(set(numbers)) == len(numbers)
    finally:
        one.release()
        other.release()


def test_a_service_can_listen_on_a_port_reserved_for_it() -> None:
    ports = Ports(HOST, {})
    try:
        with socket.create_server((HOST, ports["gateway"])) as server:
            assert server.getsockname()[1] == ports["gateway"]
    finally:
        ports.release()


def test_a_required_port_in_use_is_refused_and_named() -> None:
    with socket.create_server((HOST, 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(Refusal, match=f"port {port} for the gateway is in use"):
            Ports(HOST, {"gateway": port})


def test_a_released_port_can_be_required_again() -> None:
    first = Ports(HOST, {})
    port = first["gateway"]
    first.release()
    second = Ports(HOST, {"gateway": port})
    second.release()
    assert second["gateway"] == port


@pytest.mark.parametrize("host", ["256.1.1.1", "192.0.2.1", "a..b", "", "::zz"])
@pytest.mark.parametrize("required", [{}, {"gateway": 4001}])
def test_a_host_that_is_no_address_of_this_machine_is_refused_by_its_variable(
    host: str, required: dict[str, int]
) -> None:
    with pytest.raises(Refusal, match=r"^ANALYTICS_BIND_HOST: .*no address of this machine"):
        Ports(host, required)


def test_a_host_may_be_a_name() -> None:
    ports = Ports("localhost", {})
    ports.release()
    assert ports.host == "localhost"
