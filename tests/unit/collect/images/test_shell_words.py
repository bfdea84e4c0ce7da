"""Shell scripts as commands: what runs, and what is only text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.collect.images.shell_lexer import split_commands
from benchmark.collect.images.shell_words import MOST_CHARACTERS, Command, parse_script, parse_words
from benchmark.model.facts import Reason, Unavailable


def lines(text: str) -> list[str]:
    commands = parse_script(text)
    assert not isinstance(commands, Unavailable)
    return [" ".join(each.words) for each in commands if each.words]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("apt-get update && apt-get install -y x", ["apt-get update", "apt-get install -y x"]),
        ("a;b|c||d&e", ["a", "b", "c", "d", "e"]),
        ("a |& b", ["a", "b"]),
        ("a\nb\r\nc", ["a", "b", "c"]),
        ("set -eux; \\\n\t a \\\n  b", ["set -eux", "a b"]),
        ("echo 'apt-get update' \"&& apt-get update\"", ["echo apt-get update && apt-get update"]),
        ("echo a # && b\nc", ["echo a", "c"]),
        ("echo a#b", ["echo a#b"]),
        ("FOO=1 BAR='2 3' cmd x", ["cmd x"]),
        ("if ! a; then b; else c; fi", ["a", "b", "c"]),
        ("for i in 1 2; do a && break; done", ["for i in 1 2", "a", "break"]),
        ("while a; do b; done", ["a", "b"]),
        ("case $x in apt) a ;; *) b ;; esac", ["case $x in apt", "a", "*", "b"]),
        ("f() { a; }; f", ["f", "a", "f"]),
        ("(a; (b)) && { c; }", ["a", "b", "c"]),
        ("echo $(a `b`) x", ["b", "a $()", "echo $() x"]),
        ('echo "$(a "b c")" d', ["a b c", "echo $() d"]),
        ("diff <(a) >(b)", ["a", "b", "diff"]),
        ("a > f 2>&1 < g", ["a"]),
        ("a 2>/dev/null b", ["a b"]),
        ("a <<<word b", ["a b"]),
        ("echo ${A:-b c} ${D}", ["echo ${A:-b c} ${D}"]),
        ("echo $((1 + 2))", ["1 + 2", "echo $()"]),
        ("sh -c 'a && b'", ["sh -c a && b", "a", "b"]),
        ("bash -euxo pipefail -c 'a' b", ["bash -euxo pipefail -c a b", "a"]),
        ('/bin/bash -lc "sudo a"', ["/bin/bash -lc sudo a", "a"]),
        ("su -c 'a b' me", ["su -c a b me", "a b"]),
        ("eval a '&&' b", ["eval a && b", "a", "b"]),
        ("sudo -u me -E env -i A=b nice -n 5 a b", ["a b"]),
        ("exec timeout -s KILL 10 a", ["a"]),
        ("chroot /mnt a", ["a"]),
        ("busybox sh -c a", ["sh -c a", "a"]),
        ("it's a", ["it's a"]),
        ('say "never closed; a', ["say never closed", "a"]),
        ("a\\;b", ["a;b"]),
        ("", []),
        ("&&;;||", []),
        ("a\\", ["a"]),
    ],
)
def test_commands(script: str, expected: list[str]) -> None:
    assert lines(script) == expected


def test_heredocs_are_data_unless_a_shell_reads_them() -> None:
    assert lines("cat <<EOF >f\napt-get update\nEOF\nrm f") == ["cat", "rm f"]
    assert lines("bash <<-'EOF' && c\n\ta; b\n\tEOF\nd") == ["bash", "c", "d", "a", "b"]
    assert lines("cat <<A; sh <<B\nx\nA\ny\nB\nz") == ["cat", "sh", "z", "y"]
    assert lines("sh <<EOF\na") == ["sh", "a"]  # one that does not end is read to the end
    commands = parse_script("tee x <<EOF\ngpgcheck=0\nEOF\n")
    assert not isinstance(commands, Unavailable)
    assert commands[0].heredocs == ("gpgcheck=0\n",)


def test_assignments_and_pipes() -> None:
    assert parse_script("A=1 B+=2 cmd | next") == (
        Command(("cmd",), (("A", "1"), ("B", "2"))),
        Command(("next",), piped=True),
    )
    assert parse_script("A=1") == (Command((), (("A", "1"),)),)


def test_words_without_a_shell() -> None:
    assert parse_words(["apt-get", "update", "&&", "x"]) == (Command(("apt-get", "update", "&&", "x")),)
    commands = parse_words(["/bin/sh", "-c", "a && b"])
    assert not isinstance(commands, Unavailable)
    assert [each.words for each in commands[1:]] == [("a",), ("b",)]
    assert parse_words([]) == (Command(()),)


def test_what_is_too_much_is_said() -> None:
    too_long = parse_script("a" * (MOST_CHARACTERS + 1))
    assert isinstance(too_long, Unavailable)
    assert too_long.reason is Reason.OVERSIZE
    too_many = parse_script("a;" * 30_000)
    assert isinstance(too_many, Unavailable)
    assert too_many.reason is Reason.OVERSIZE
    nested = parse_script("sh -c 'a';" * 100)
    assert isinstance(nested, Unavailable)
    assert nested.reason is Reason.TOO_DEEP


@pytest.mark.parametrize(
    "text", ["$(" * 50_000, '"$(' * 40_000, "`" * 100_000, "'" * 99_999, '"' * 99_999, "<<A " * 20_000 + "\n", "${" * 50_000,
             "\\" * 99_999, "((((" * 20_000, "a " * 50_000, "<" * 100_000, "A=" * 50_000, "sudo " * 20_000, "#" * 100_000]
)  # fmt: skip
def test_time_stays_linear(text: str) -> None:
    start = time.monotonic()
    parse_script(text)
    assert time.monotonic() - start < 5


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="ab=/ \n\t\\'\"`$(){};&|<>#!-c0EOF", max_size=200))
def test_never_raises(text: str) -> None:
    commands = parse_script(text)
    assert isinstance(commands, (tuple, Unavailable))


def test_many_wrappers_assignments_and_heredocs_are_read_once():
    for text in ("env " * 100_000 + "x", "A=1 " * 100_000 + "x", "cat " + "<<A " * 10_000 + "\n"):
        found = parse_script(text)
        assert isinstance(found, tuple)
        assert len(found) == 1


def test_what_several_heredocs_feed_stays_in_its_order():
    (command,) = split_commands("cat <<A <<B\none\nA\ntwo\nB\n")
    assert [each.strip() for each in command.heredocs] == ["one", "two"]
