"""Where a logging driver sends: what is this very host, and what is not."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.daemon.engine_says import EngineSays
from benchmark.collect.daemon.log_destination import is_this_host, log_destination_facts
from benchmark.collect.daemon.settings import DaemonSettings, resolve_settings
from benchmark.collect.host.root import HostRoot
from benchmark.model.facts import ABSENT, FactValue, Reason, Unavailable


@pytest.mark.parametrize(
    "address",
    [
        *("unix:///dev/log", "unixgram:///dev/log", "UNIX:///run/x", "tcp://localhost:514", "udp://127.0.0.1:514"),
        *(
            "tcp+tls://127.8.9.1:6514",
            "udp://[::1]:514",
            "[::1]:24224",
            "udp://[::ffff:127.0.0.1]:1",
            "udp://0.0.0.0:514",
        ),
        *(
            "udp://[::]:514",
            "tcp://127.1:514",
            "tcp://2130706433",
            "tcp://0x7f000001:1",
            "localhost:24224",
            "tcp://:24224",
        ),
        *(
            "https://user:word@localhost:8088/services",
            "https://[redacted:url]@127.0.0.1:8088",
            "LOCALHOST",
            "a.localhost:1",
        ),
    ],
)
def test_this_host(address: str) -> None:
    assert is_this_host(address) is True


@pytest.mark.parametrize(
    "address",
    [
        *("udp://logs.example:514", "tcp+tls://10.0.0.7:6514", "udp://[2001:db8::5]:12201", "logs.example:24224"),
        *(
            "https://splunk.example:8088/a@localhost",
            "https://localhost:x@splunk.example:8088",
            "tcp://localhost.example:1",
        ),
        *("https://splunk.example?to=localhost", "tcp://128.0.0.1:514", "https://[redacted:url]@splunk.example:8088"),
    ],
)
def test_another_host(address: str) -> None:
    assert is_this_host(address) is False


@pytest.mark.parametrize("address", ["tcp://a:b:c", "udp://[::1", "tcp://host:port"])
def test_no_address_at_all(address: str) -> None:
    told = is_this_host(address)
    assert isinstance(told, Unavailable)
    assert told.reason is Reason.UNKNOWN_VALUE


@given(st.text(max_size=60))
def test_never_raises(address: str) -> None:
    assert isinstance(is_this_host(address), bool | Unavailable)


def settings(driver: FactValue, options: FactValue) -> DaemonSettings:
    nobody = resolve_settings(Unavailable(Reason.REMOTE, "x"), EngineSays(), HostRoot())
    facts = {**nobody.facts, "daemon.log-driver": driver, "daemon.log-opts": options}
    return dataclasses.replace(nobody, facts=facts)


def of(driver: FactValue, options: FactValue) -> FactValue:
    return log_destination_facts(settings(driver, options))[0]["log_destination.on_this_host"]


def test_each_driver_has_its_own_option() -> None:
    assert of("syslog", {"syslog-address": "udp://logs.example:514"}) is False
    assert of("gelf", {"gelf-address": "udp://127.0.0.1:12201"}) is True
    assert of("fluentd", {"fluentd-address": "unix:///run/fluent.sock"}) is True
    assert of("splunk", {"splunk-url": "https://splunk.example:8088"}) is False
    assert of("syslog", {"gelf-address": "udp://logs.example:1"}) is ABSENT


def test_none_given_and_none_taken() -> None:
    assert of("syslog", {"syslog-address": ""}) is ABSENT
    assert of("fluentd", ABSENT) is ABSENT
    assert of("json-file", Unavailable(Reason.DENIED)) is ABSENT
    assert of("awslogs", {}) is ABSENT


def test_what_could_not_be_looked_at_stays_so() -> None:
    why = Unavailable(Reason.DENIED, "daemon.json")
    assert of("syslog", why) is why
    assert of(why, {"syslog-address": "udp://logs.example:514"}) is why


def test_an_option_that_is_no_text_is_no_address() -> None:
    for options in ({"syslog-address": 5}, {"syslog-address": None}, [], None):
        told = of("syslog", options)
        assert isinstance(told, Unavailable)
        assert told.reason is Reason.WRONG_TYPE
