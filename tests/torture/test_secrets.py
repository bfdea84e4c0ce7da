"""Canaries in hosts, and no trace of them in whatever dockmark writes."""

from __future__ import annotations

import base64
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from benchmark.cli import run as run_module
from benchmark.cli.commands import COMMANDS as COMMAND_LINES
from benchmark.collect import collector, redaction
from benchmark.collect.daemon import known
from benchmark.collect.engine import container_facts, contexts, endpoint
from benchmark.collect.images.secret_names import conceal
from benchmark.collect.redaction import redact, redact_words
from benchmark.model.facts import Reason, Unavailable
from tests.command import dockmark
from tests.faulty_daemon import FAULTS, Fault
from tests.packs import make_archive
from tests.snapshots import snapshot
from tests.torture.hostile_console import run
from tests.torture.ledger import Harness, Tally
from tests.torture.secret_canaries import COMMANDS, SHAPES, Aviary
from tests.torture.secret_run import everything, planted_host, streams, unpacked
from tests.torture.size import dice, seed, sized

HARNESS: Final = Harness(
    "secrets",
    "No output, snapshot, message, traceback or file that a run leaves holds a secret of the host, its engine or the command "
    "line: not as it is, not encoded, not cut by line breaks or colours.",
    (
        "secrets without a shape in what is captured by design: a password as the name of a container, or as a path",
        "commands that take a password in a way that neither names nor the table of positions tell",
        "memory, swap and core dumps of dockmark itself",
    ),
)
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="files of other owners and socket files need root")
_SLOW: Final = frozenset(("hang", "drip", "huge", "huge_announced", "chunk_flood"))


class Leak(AssertionError):
    """A canary got out."""


def try_secrets(number: int) -> Aviary:
    """Host ``number`` with canaries through everything. Raises AssertionError with where they leaked."""
    aviary = Aviary(dice(f"secrets {number}"))
    with planted_host(aviary, number) as host:
        _no_leak(aviary, everything(host), f"secret host {number}")
    return aviary


def _no_leak(aviary: Aviary, outputs: dict[str, bytes], what: str) -> None:
    leaks = aviary.leaks(outputs)
    if leaks:
        raise Leak(f"seed {seed()}, {what}: {len(leaks)} leaks\n" + "\n".join(leaks[:10]))


def test_hosts_full_of_secrets(tally: Tally) -> None:
    for number in range(sized(6, 60)):
        tally.count("canaries that did not get out", len(try_secrets(number).canaries))
        tally.count("hosts with canaries")


@pytest.mark.parametrize("name", SHAPES)
def test_a_shape_is_known_in_any_text(name: str, tally: Tally) -> None:
    aviary = Aviary(dice(f"shape {name}"))
    for before, after in (
        ("", ""),
        ("x ", " y"),
        ("'", "'"),
        ('"', '",'),
        ("RUN echo ", " && make"),
        ("(", ")"),
        ("a=1,", ";b"),
    ):
        text = before + aviary.shaped("a text", name) + after
        _no_leak(aviary, {"redacted": redact(text).encode(), "concealed": conceal(text).encode()}, text)
        tally.count("credentials redacted")


@pytest.mark.parametrize("name", COMMANDS)
def test_a_position_is_known_in_any_command(name: str, tally: Tally) -> None:
    aviary = Aviary(dice(f"command {name}"))
    for before, after in (
        ("", ""),
        ("set -ex; ", ""),
        ("apk add curl && ", " && rm -rf /tmp/x"),
        ("cd /x\n", "\nmake"),
        ("if ", "; then :; fi"),
    ):
        text = before + aviary.command("a command", name) + after
        words = redact_words(["CMD", *text.split(" ")])
        _no_leak(aviary, {"redacted": redact(text).encode(), "words": " ".join(words).encode()}, text)
        tally.count("commands redacted")


def _faults() -> list[Fault]:
    """Every way to break down that does not take its time, at every endpoint and at objects."""
    patterns = (
        "/info$",
        "/version$",
        "/containers/json",
        "/containers/.*/json$",
        "/images/json",
        "/history$",
        "/networks",
        "/get$",
    )
    return [Fault(kind, pattern) for kind in FAULTS if kind not in _SLOW for pattern in patterns]


def test_failing_runs_keep_secrets(tally: Tally) -> None:
    faults = _faults()
    rolled = dice("secret faults")
    for at, fault in enumerate(rolled.sample(faults, sized(10, len(faults)))):
        aviary = Aviary(rolled)
        with planted_host(aviary, at, faults=[fault]) as host:
            ran = run("audit", *host.words, *host.scope, "-o", "json", "--timeout", "1", "--deadline", "5")
            kept = run("collect", *host.words, *host.scope, "--timeout", "1", "--deadline", "5")
            outputs = streams("audit", ran) | streams("collect", kept)
            _no_leak(aviary, outputs, f"{fault.kind} at {fault.pattern}")
            tally.count("failing runs without a leak", 2)


_CRASHES: Final = (
    "benchmark.collect.engine.container_facts.published_ports",
    "benchmark.collect.images.history.parse_script",
    "benchmark.collect.daemon.settings.resolve_tls",
    "benchmark.evaluate.verdict._passed",
    "benchmark.history.store.write_details",
    "benchmark.history.store.write_blob",
    "benchmark.render.json_format._finding",
    "benchmark.render.table.summary_lines",
)


def crash(place: str, debug: str, monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    """An audit that crashes at ``place``, with arguments full of canaries and an exception that quotes them."""
    aviary = Aviary(dice(f"crash {place}"))
    with planted_host(aviary, 3) as host, monkeypatch.context() as patch:
        secret = aviary.plain("an exception")

        def explode(*arguments: object, **named: object) -> None:
            raise ValueError(f"{secret}: {arguments!r}") from KeyError(secret, arguments, named)

        patch.setattr(place, explode)
        outputs = ["-o", "json", "-o", f"table={host.home / 't'}"]
        recording = {"DOCKMARK_NO_RECORD": "", "DOCKMARK_STORE": str(host.home / "history.db")}
        ran = run("audit", *host.words, *host.scope, "-v", *outputs, env={"DOCKMARK_DEBUG": debug, **recording})
        assert ran.code == 70, f"{place} was not reached: choose another place to crash at"
        _no_leak(aviary, {"out": ran.out, "err": ran.err}, f"a crash in {place}")
    tally.count("crashes without a leak")


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize("place", _CRASHES)
def test_a_crash_keeps_secrets(place: str, debug: str, monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    crash(place, debug, monkeypatch, tally)


@pytest.mark.parametrize("debug", ["", "1"])
@pytest.mark.parametrize("place", ["", "benchmark.cli.evidence_create.seal", "benchmark.cli.evidence_create.rejudge"])
def test_keys_and_passphrases_stay_where_they_are(
    place: str, debug: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tally: Tally
) -> None:
    """A pack is signed with an encrypted key: with its passphrase, with others, and where signing crashes."""
    aviary = Aviary(dice(f"passphrase {place}"))
    secret, wrong = aviary.plain("a passphrase").encode(), aviary.plain("a wrong passphrase").encode()
    archive = make_archive(tmp_path, [snapshot([])], ("--control", "5.5"))
    private = load_pem_private_key(archive.key.read_bytes(), None)
    assert isinstance(private, Ed25519PrivateKey)
    archive.key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(secret)))
    raw = private.private_bytes_raw()
    if place:
        monkeypatch.setattr(place, lambda *arguments: 1 / 0 if arguments else None)
    outputs: dict[str, bytes] = {}
    for at, phrase in enumerate((secret, wrong, b"", secret + b"x")):
        file = tmp_path / "passphrase"
        file.write_bytes(phrase + b"\n")
        words = ("--sign", archive.key, "--passphrase-file", file, "-o", tmp_path / "pack.zip")
        ran = run("evidence", "create", "latest", "--store", archive.store, *words, env={"DOCKMARK_DEBUG": debug})
        assert ran.code == (3 if at else 70 if place else 0), ran.err
        outputs |= {f"{at} out": ran.out, f"{at} err": ran.err}
        file.unlink()
    if not place:
        outputs["pack"] = unpacked((tmp_path / "pack.zip").read_bytes())
    _no_leak(aviary, outputs, f"signing, {place or 'as it should be'}")
    for name, data in outputs.items():
        assert not any(each in data for each in (raw, base64.b64encode(raw).rstrip(b"="), raw.hex().encode())), name
    tally.count("signatures without a leak")


_URLS: Final = (
    *("tcp://me:{}@192.0.2.1:2375", "tcp://{}@127.0.0.1:1", "http://me:{}@127.0.0.1:1", "https://me:{}@127.0.0.1:1/x"),
    *("ssh://me:{}@host", "ssh://me:{}@host:port", "me:{}@127.0.0.1:2375", "ftp://me:{}@host", "tcp://me:p@{}@host:1"),
    *("tcp://127.0.0.1:1?token={}", "unix://me:{}@/x", "https://host/?password={}"),
)


_EMPTY: Final = str(Path(__file__).parent / "regressions")  # a directory that holds nothing of a host


def try_urls(aviary: Aviary, forms: Sequence[str], tally: Tally) -> None:
    """Every URL as option and as variable of every command that takes one, and where none belongs."""
    outputs: dict[str, bytes] = {}
    for form in forms:
        url = form.format(aviary.plain("a URL").replace("/", ""))
        places: tuple[tuple[list[str], dict[str, str]], ...] = (
            (["-H", url], {}),
            ([f"--host={url}"], {}),
            ([], {"DOCKER_HOST": url}),
            ([], {"DOCKMARK_HOST": url}),
            ([url], {}),
            ([f"--login={url}"], {}),
        )
        for at, (words, env) in enumerate(places):
            for command in ("audit", "collect", "access", "doctor"):
                ran = run(command, *words, "--timeout", "1", "--deadline", "2", "--host-root", _EMPTY, env=env)
                outputs |= streams(f"{form} {at} {command}", ran)
                tally.count("command lines with a password")
    _no_leak(aviary, outputs, "URLs")


def test_command_lines_keep_secrets(tally: Tally) -> None:
    """URLs with passwords and options of other programs: refused or used, and never repeated."""
    aviary = Aviary(dice("secret command lines"))
    try_urls(aviary, _URLS, tally)
    outputs: dict[str, bytes] = {}
    for command in COMMAND_LINES:
        outputs |= streams("unknown option", run(*command.words, f"--password={aviary.plain('an unknown option')}"))
    _no_leak(aviary, outputs, "command lines")


def test_as_a_process_of_its_own(tally: Tally) -> None:
    aviary = Aviary(dice("secrets of a process"))
    with planted_host(aviary, 10) as host:
        env = {
            "HOME": str(host.home),
            "XDG_CACHE_HOME": str(host.home),
            "TMPDIR": str(host.home),
            "DB_PASSWORD": aviary.plain("the environment"),
        }
        outputs: dict[str, bytes] = {}
        for words in (["audit", "-v"], ["collect"], ["access"], ["doctor"]):
            scope = host.scope if words[0] != "access" else ()
            done = dockmark(*words, *host.words, *scope, env=env)
            outputs |= {f"{words[0]} out": done.stdout, f"{words[0]} err": done.stderr}
        outputs |= {str(each): each.read_bytes() for each in host.home.rglob("*") if each.is_file()}
        _no_leak(aviary, outputs, "processes")
        tally.count("outputs of processes", len(outputs))


def _seen(tally: Tally, bug: str, *numbers: int) -> None:
    for number in numbers or (0, 1, 2, 6):
        try:
            try_secrets(number)
        except Leak:
            tally.saw_seeded_bug(bug)
            return
    pytest.fail(f"not seen: {bug}")


def test_values_of_the_environment_captured(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    def all_of_it(document: Any) -> Any:
        return document.get("Config", {}).get("Env") or []

    monkeypatch.setattr(container_facts, "environment_names", all_of_it)
    _seen(tally, "environment variables are captured with their values")


def test_a_second_net_that_is_not_cast(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    monkeypatch.setattr(collector, "cast_second_net", lambda snapshot: snapshot)
    _seen(tally, "names and messages do not pass the second net")


def test_a_net_with_a_hole(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    shapes = {name: each for name, each in redaction._SHAPES.items() if name != "swarm_token"}
    monkeypatch.setattr(redaction, "_SHAPES", shapes)
    _seen(tally, "a shape is missing in the second net")


def test_log_options_as_they_stand(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    monkeypatch.setattr(known, "redact_option", lambda _, value: value)
    _seen(tally, "options of log drivers are captured as they stand", *range(8))


def test_a_history_as_it_stands(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    monkeypatch.setattr(redaction, "cover_positions", lambda text: text)
    _seen(tally, "what only its position makes a secret stays in histories")


def test_a_label_quoted_in_a_reason(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    def service(document: Any, _: Any) -> Any:
        return Unavailable(Reason.NOT_FOUND, f"no service for {document['Config']['Labels']}")

    monkeypatch.setattr(container_facts, "_service_of", service)
    _seen(tally, "a reason for not looking quotes labels")


def test_an_exception_told_in_full(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    import traceback

    monkeypatch.setattr(run_module, "_traceback_lines", traceback.format_exception)
    with pytest.raises(Leak):
        crash(_CRASHES[0], "1", monkeypatch, tally)
    tally.saw_seeded_bug("a traceback holds the text of the exception")


def test_a_url_repeated_in_its_refusal(monkeypatch: pytest.MonkeyPatch, tally: Tally) -> None:
    monkeypatch.setattr(contexts, "redact", lambda text: text)
    monkeypatch.setattr(endpoint, "_refuse_userinfo", lambda _: None)
    with pytest.raises(Leak):
        try_urls(Aviary(dice("seeded URLs")), ["tcp://me:{}@192.0.2.1:2375"], tally)
    tally.saw_seeded_bug("a URL with a password is repeated when it is refused")
