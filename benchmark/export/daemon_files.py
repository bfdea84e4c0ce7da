"""Files whose places follow from the daemon's settings: its sockets and the material of its TLS listeners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from benchmark.export import json_text
from benchmark.export.conditions import criteria_of
from benchmark.export.daemon import around
from benchmark.export.daemon_facts import is_activated
from benchmark.export.daemon_settings import DAEMON, is_given, line_matches
from benchmark.export.files import LINK, file_at, file_population, first_of, socket_unit_files, text_in
from benchmark.export.oval_terms import (
    FILE,
    TEXT,
    VARIABLE,
    Captured,
    Combined,
    Concat,
    Criteria,
    Entity,
    Escaped,
    Exists,
    Field,
    Filtered,
    Found,
    Items,
    Split,
    State,
    every,
    negated,
    some,
)
from benchmark.export.places import API_SOCKETS, CONFIG_FILE, EXEC_ROOT
from benchmark.export.population import Population
from benchmark.model.control import Control, Test

_LINE: Final = Field(DAEMON, "command_line")
_SYSTEM_CONTAINERD: Final = "/run/containerd"


def api_sockets(_: Control) -> Population:
    """The sockets of the Value, so far as nothing names another: the command line, the file, or systemd's unit."""
    listed = State(TEXT, (Entity("subexpression", Split(Concat((API_SOCKETS.setting, ',"')))),))
    every_host = text_in(CONFIG_FILE.setting, json_text.elements(("hosts",), json_text.text()))
    socket = State(TEXT, (Entity("subexpression", r"\Aunix://", "pattern match"),))
    listed_host = Concat((r"\Aunix://(?:/var(?=/run/))?", Escaped(Split(Concat((API_SOCKETS.setting, ',"')))), r"\z"))
    in_file = Filtered(
        Filtered(every_host, socket, keep=True),
        State(TEXT, (Entity("subexpression", listed_host, "pattern match"),)),
        keep=False,
    )
    in_unit = text_in(
        Field(socket_unit_files(), "filepath"), r"^[ \t]*+ListenStream[ \t]*+=[ \t]*+(?:/var(?=/run/))?([/%][^\s]*+)"
    )
    # What is cut out is a socket of the command line that the Value, behind the @, does not have.
    unlisted = Captured(
        Concat((_LINE, "@", API_SOCKETS.setting)),
        r" (?:-H|--host)[= ]?+unix://(?:/var(?=/run/))?([^ @]+)(?=[ @])(?!.*@(?:.*,)?(?:/var(?=/run/))?\1(?:,|$))",
    )
    named = Found(VARIABLE, (Entity("var_ref", unlisted),))
    other = State(VARIABLE, (Entity("value", ".", "pattern match"),))
    gap = some(
        Exists(Filtered(named, other, keep=True), "the command line names a socket that the Value does not"),
        Exists(in_file, "the file names a socket that the Value does not"),
        every(
            is_activated(),
            Exists(Filtered(in_unit, listed, keep=False), "systemd's unit names a socket that the Value does not"),
        ),
        negated(Exists(file_at(Split(API_SOCKETS.setting)), "there is such a socket")),
    )
    return file_population(file_at(Split(API_SOCKETS.setting)), gap=gap)


def containerd_socket(_: Control) -> Population:
    """The one that the command line or the file names; else that of the containerd which dockerd started itself; else the
    system's.
    """
    in_file = text_in(CONFIG_FILE.setting, json_text.value(("containerd",), r'"(?:unix://)?(/[^"\\]++)"'))
    on_line = Captured(_LINE, r" --containerd[= ](?:unix://)?(/[^ ]+)")
    given = Combined("UNION", file_at(on_line), file_at(Field(in_file, "subexpression")))
    own = Found(
        FILE, (Entity("path", Concat((EXEC_ROOT.setting, "/containerd"))), Entity("filename", "containerd.sock"))
    )
    system = Found(FILE, (Entity("path", _SYSTEM_CONTAINERD), Entity("filename", "containerd.sock")))
    usual = first_of([own, system])
    # Neither counts where another is named: they are looked for under its name, and under their own wherever it lies.
    name = Captured(Concat((Field(given, "filepath"), "@containerd.sock")), r"@(containerd\.sock)\z")
    shadowed = Combined(
        "UNION",
        Found(FILE, (own.entities[0], Entity("filename", name))),
        Found(FILE, (system.entities[0], Entity("filename", name))),
    )
    named = some(is_given("containerd"), Exists(in_file, "the file names a containerd"))
    gap = every(named, negated(Exists(given, "the socket of the containerd that is named is there")))
    return file_population(Combined("UNION", given, Combined("COMPLEMENT", usual, shadowed)), gap=gap)


def _tls(key: str, name: str) -> Callable[[Control], Population]:
    """The file that the setting names, or the one of that name in root's directory; none where TLS is off."""

    def population(control: Control) -> Population:
        said = text_in(CONFIG_FILE.setting, json_text.value((key,), r'"(/[^"\\]++)"'))
        on_line = Captured(_LINE, rf" --{key}[= ](/[^ ]+)")
        found: Items = Combined("UNION", file_at(Field(said, "subexpression")), file_at(on_line))
        stated = some(
            Exists(said, f"the file has {key}"), line_matches(rf" --{key}[= ]/[^ ]", f"--{key} has an absolute path")
        )
        switch = criteria_of(Test("daemon:daemon.tls", "equals", True), around(control))
        return file_population(found, gap=every(switch.true, _missing(stated, found, name)), there=switch)

    return population


def _missing(stated: Criteria, found: Items, name: str) -> Criteria:
    """It is not said where the file is, or what is said is not there: root's directory is not looked into."""
    there = Exists(Filtered(found, LINK, keep=False), f"the file, {name} by default, is there")
    return some(negated(stated), negated(there))


DAEMON_FILES: Final[Mapping[str, Callable[[Control], Population]]] = {
    "api_sockets": api_sockets,
    "containerd_sockets": containerd_socket,
    "tls_ca_files": _tls("tlscacert", "ca.pem"),
    "tls_certificate_files": _tls("tlscert", "cert.pem"),
    "tls_key_files": _tls("tlskey", "key.pem"),
}
