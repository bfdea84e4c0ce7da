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
        (("-l=x",), {"log-level": "x"}),
        (("-H=",), {"hosts": ["="]}),  # pflag takes the sign for a separator only when something follows it
        (("--default-ulimit=rttime=1", "--default-ulimit=rt=2"), {"default-ulimits": ["rt=2:2", "rttime=1:1"]}),
        ((f"--default-ulimit=core={-(2**63)}",), {"default-ulimits": [f"core={-(2**63)}:{-(2**63)}"]}),
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
        ("--default-ulimit=nofile=1:2x",),
        ("--default-ulimit=nofile=" + "9" * 21,),
        ("--default-ulimit=nofile=" + "9" * 5000,),
        ("xD",),
    ],
)
def test_what_dockerd_refuses_is_syntax(words: tuple[str, ...]) -> None:
    refused = parse_command_line(("dockerd", *words))
    assert isinstance(refused, Unavailable)
    assert refused.reason is Reason.SYNTAX


@pytest.mark.parametrize("word", ["1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False"])
def test_a_boolean_is_any_word_of_strconv(word: str) -> None:
    assert parsed(f"--icc={word}") == {"icc": word.lower() in ("1", "t", "true")}


@pytest.mark.parametrize(
    ("words", "detail"),
    [
        (("--log-level",), "--log-level lacks its value"),
        (("-H",), "-H lacks its value"),
        (("-x",), "unknown option '-x'"),
        (("--icc=maybe",), "--icc='maybe' is no boolean"),
        (("--icc", "hunter2"), "word 2 is no option"),
        (("--" + "x" * 98,), f"unknown option '--{'x' * 98}'"),
        (("--" + "x" * 99,), f"unknown option '--{'x' * 98}…'"),
    ],
)
def test_the_word_that_is_refused_is_named(words: tuple[str, ...], detail: str) -> None:
    assert parse_command_line(("dockerd", *words)) == Unavailable(Reason.SYNTAX, detail)


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


# Every option of dockerd's reference, 20.10 to 29, as [short/]name[=key in daemon.json]; - where the file has no such key.
_REFERENCE = {
    Kind.BOOL: """
        D/debug experimental icc init ip-forward ip-masq ip6tables iptables ipv6 live-restore no-new-privileges raw-logs
        selinux-enabled tls tlsverify userland-proxy cri-containerd rootless allow-direct-routing ip-forward-no-drop
        r/restart=- validate=- v/version=- h/help=-""",
    Kind.STRING: """
        api-cors-header bip bip6 b/bridge bridge-accept-fwmark cgroup-parent cluster-advertise cluster-store containerd
        containerd-namespace containerd-plugins-namespace data-root default-cgroupns-mode default-ipc-mode default-runtime
        exec-root firewall-backend fixed-cidr fixed-cidr-v6 g/graph G/group http-proxy https-proxy init-path log-driver
        log-format l/log-level metrics-addr no-proxy p/pidfile seccomp-profile s/storage-driver swarm-default-advertise-addr
        tlscacert tlscert tlskey userland-proxy-path userns-remap config-file=-""",
    Kind.ONE: """
        cpu-rt-period cpu-rt-runtime default-gateway default-gateway-v6 default-shm-size default-stop-timeout ip
        max-concurrent-downloads max-concurrent-uploads max-download-attempts mtu network-control-plane-mtu
        network-diagnostic-port oom-score-adjust shutdown-timeout""",
    Kind.MAP: "nri-opts cluster-store-opt=cluster-store-opts log-opt=log-opts",
    Kind.STRINGS: """
        allow-nondistributable-artifacts dns dns-search add-runtime=runtimes authorization-plugin=authorization-plugins
        cdi-spec-dir=cdi-spec-dirs default-address-pool=default-address-pools default-network-opt=default-network-opts
        dns-opt=dns-opts exec-opt=exec-opts feature=features H/host=hosts host-gateway-ip=host-gateway-ips
        insecure-registry=insecure-registries label=labels node-generic-resource=node-generic-resources
        registry-mirror=registry-mirrors storage-opt=storage-opts""",
    Kind.ULIMITS: "default-ulimit=default-ulimits",
}


def test_the_table_is_the_reference() -> None:
    listed = []
    for kind, words in _REFERENCE.items():
        for word in words.split():
            option, _, key = word.partition("=")
            short, _, name = option.rpartition("/")
            listed.append((name, kind, short, "" if key == "-" else key or name))
    assert sorted((each.name, each.kind.name, each.short, each.key) for each in FLAGS) == sorted(
        (name, kind.name, short, key) for name, kind, short, key in listed
    )


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
