"""dockerd's command line by pflag's rules, and the table of options against the dockerd that is installed."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.collect.daemon.command_line import CommandLine, parse_command_line
from benchmark.collect.daemon.flags import BY_KEY, BY_NAME, BY_SHORT, FLAGS, Kind
from benchmark.model.facts import Reason, Unavailable


def parsed(*words: str) -> dict[str, object]:
    line = parse_command_line(("/usr/sbin/dockerd", *words))
    assert isinstance(line, CommandLine), line
    return dict(line.values)


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ((), {}),
        (("--icc=false",), {"icc": False}),
        (("--icc",), {"icc": True}),
        (("--icc", "--debug=0"), {"icc": True, "debug": False}),
        (("--tls=T", "--ipv6=TRUE", "--debug=f"), {"tls": True, "ipv6": True, "debug": False}),
        (("--log-level", "debug"), {"log-level": "debug"}),
        (("--log-level=debug", "-l", "info"), {"log-level": "info"}),
        (("--log-level", "--icc"), {"log-level": "--icc"}),  # pflag takes the next word whatever it is
        (("-D",), {"debug": True}),
        (("-Dl", "warn"), {"debug": True, "log-level": "warn"}),
        (("-Dlwarn",), {"debug": True, "log-level": "warn"}),
        (("-D=false",), {"debug": False}),
        (("-H", "fd://", "-Htcp://[::1]:1", "-H=unix:///x"), {"hosts": ["fd://", "tcp://[::1]:1", "unix:///x"]}),
        (("--host", "y", "--host=z"), {"hosts": ["y", "z"]}),
        (("--config-file", "/a"), {"config-file": "/a"}),
        (("--config-file=/a",), {"config-file": "/a"}),
        (("--config-file=",), {"config-file": ""}),
        (("-g", "/data"), {"data-root": "/data"}),
        (("--log-opt", "a=b=c", "--log-opt=d"), {"log-opts": {"a": "b=c", "d": ""}}),
        (("--default-ulimit", "nofile=1:2", "--default-ulimit=core=5"), {"default-ulimits": ["core=5:5", "nofile=1:2"]}),
        (("--default-ulimit=nofile=1:2", "--default-ulimit=nofile=3:4"), {"default-ulimits": ["nofile=3:4"]}),
        (("--default-ulimit=core=-1",), {"default-ulimits": ["core=-1:-1"]}),
        (("--insecure-registry=a", "--insecure-registry", "10.0.0.0/8"), {"insecure-registries": ["a", "10.0.0.0/8"]}),
        (("--storage-opt", "dm.basesize=20G"), {"storage-opts": ["dm.basesize=20G"]}),
        (("--authorization-plugin=p",), {"authorization-plugins": ["p"]}),
        (("--seccomp-profile=",), {"seccomp-profile": ""}),
        (("--icc=false", "--"), {"icc": False}),
    ],
)  # fmt: skip
def test_forms(words: tuple[str, ...], values: dict[str, object]) -> None:
    assert parsed(*words) == values


@pytest.mark.parametrize(
    "words",
    [
        ("--no-such",),
        ("--no-such=1",),
        ("-x",),
        ("-Dx",),
        ("-D=",),
        ("--icc=maybe",),
        ("--icc=",),
        ("--icc", "false"),  # a boolean never takes the next word, and dockerd takes no other words
        ("--log-level",),
        ("-H",),
        ("dockerd",),
        ("-",),
        ("--", "x"),
        ("---",),
        ("--=x",),
        ("--default-ulimit=nofile",),
        ("--default-ulimit=nofile=a",),
        ("--default-ulimit=nofile=" + "9" * 5000,),
    ],
)
def test_what_dockerd_refuses_is_syntax(words: tuple[str, ...]) -> None:
    refused = parse_command_line(("dockerd", *words))
    assert isinstance(refused, Unavailable)
    assert refused.reason is Reason.SYNTAX


def test_the_unknown_option_is_named_and_its_value_is_not() -> None:
    refused = parse_command_line(("dockerd", "--frobnicate=hunter2"))
    assert refused == Unavailable(Reason.SYNTAX, "unknown option '--frobnicate'")
    assert "hunter2" not in str(parse_command_line(("forward", "hunter2")))


@given(
    st.lists(
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(["--" + each.name for each in FLAGS] + ["-" + each for each in BY_SHORT]),
        )
    )
)
def test_any_words_give_options_or_syntax(words: list[str]) -> None:
    line = parse_command_line(("dockerd", *words))
    if isinstance(line, Unavailable):
        assert line.reason is Reason.SYNTAX
        return
    for key, value in line.values.items():
        flag = BY_KEY.get(key) or BY_NAME[key]
        kinds = {Kind.BOOL: bool, Kind.STRINGS: list, Kind.ULIMITS: list, Kind.MAP: dict}
        assert isinstance(value, kinds.get(flag.kind, str))


def test_names_short_forms_and_keys_are_unique() -> None:
    assert len(BY_NAME) == len(FLAGS)
    assert len(BY_SHORT) == sum(1 for each in FLAGS if each.short)
    assert len(BY_KEY) == sum(1 for each in FLAGS if each.key)


_TYPES = {
    "": Kind.BOOL, "string": Kind.STRING, "list": Kind.STRINGS, "map": Kind.MAP, "ulimit": Kind.ULIMITS,
    "int": Kind.ONE, "ip": Kind.ONE, "bytes": Kind.ONE, "runtime": Kind.STRINGS, "pool-options": Kind.STRINGS,
}  # fmt: skip
_LISTED = re.compile(r"^ +(?:-(\w), )?--([\w-]+)(?: ([a-z-]+))?(?:   |$)", re.MULTILINE)


@pytest.mark.engine
def test_the_table_agrees_with_the_installed_dockerd() -> None:
    dockerd = shutil.which("dockerd", path="/usr/bin:/usr/sbin:/usr/local/bin")
    assert dockerd is not None
    text = subprocess.run([dockerd, "--help"], check=True, capture_output=True, text=True, timeout=60).stdout
    listed = [(found[1] or "", found[2], found[3] or "") for found in _LISTED.finditer(text)]
    assert len(listed) > 60
    for short, name, kind in listed:
        if name == "host-gateway-ip":  # one address up to 27, a list from 28 on
            continue
        assert name in BY_NAME, name
        assert BY_NAME[name].kind is _TYPES[kind], (name, kind)
        assert BY_NAME[name].short == short or name == "help", name
