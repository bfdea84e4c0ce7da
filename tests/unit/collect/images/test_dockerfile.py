"""The Dockerfile format: what is accepted, what is refused and on which line."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.collect.images.build_files import dockerfile_facts
from benchmark.collect.images.dockerfile import Heredoc, parse_dockerfile
from benchmark.collect.images.variables import assignments, expand
from benchmark.model.conform import conform
from benchmark.model.facts import ABSENT, Reason, Unavailable
from benchmark.model.facts_dockerfile import DOCKERFILE_FACTS


def statements(text):
    found = parse_dockerfile(text.encode())
    assert not isinstance(found, Unavailable), found
    return [(each.line, each.word, each.rest) for each in found]


def facts(text):
    found = dockerfile_facts(text.encode() if isinstance(text, str) else text)
    assert not isinstance(found, Unavailable), found
    assert found[0].keys() == DOCKERFILE_FACTS.keys()
    return found[0]


def test_lines_comments_and_continuations():
    found = statements('# a comment\n\nfrom alpine\n  run a \\\n  # not this\n\n    && b \\  \n    c\n\nCmd ["x"]')
    assert [(line, word) for line, word, _ in found] == [(3, "FROM"), (4, "RUN"), (10, "CMD")]
    assert [rest.split() for _, _, rest in found] == [["alpine"], ["a", "&&", "b", "c"], ['["x"]']]


def test_windows_line_ends_byte_order_mark_and_escape():
    assert statements("\ufeffFROM a\r\nRUN b \\\r\n c\r\n")[1][2].split() == ["b", "c"]
    text = "# escape=`\nFROM a\nCOPY x C:\\\nRUN a `\n b\n"
    assert [(line, word) for line, word, _ in statements(text)] == [(2, "FROM"), (3, "COPY"), (4, "RUN")]
    # After a comment, a blank line or an unknown directive it is a directive no more.
    for before in ("# hello\n", "\n", "# unknown=x\n"):
        assert len(statements(f"{before}# escape=`\nFROM a\nRUN a \\\n b\n")) == 2


def test_heredocs():
    text = "FROM a\nRUN <<EOF\napt-get update\nEOF\nCOPY <<-\"A\" <<B /x\n\tone\n\tA\ntwo\nB\nRUN echo $((1<<2)) '<<EOF' << EOF\n"
    found = parse_dockerfile(text.encode())
    assert not isinstance(found, Unavailable)
    assert [each.heredocs for each in found] == [
        (),
        (Heredoc("EOF", "apt-get update\n"),),
        (Heredoc("A", "\tone\n"), Heredoc("B", "two\n")),
        (),
    ]
    assert [each.line for each in found] == [1, 2, 5, 10]


def test_flags():
    found = parse_dockerfile(
        b'FROM --platform=linux/amd64 a AS b\nCOPY --from=b --chown="1:1" --link /x /y\nRUN --mount=type=secret,id=k make --all\n'
    )
    assert not isinstance(found, Unavailable)
    assert [(each.flags, each.rest) for each in found] == [
        ((("platform", "linux/amd64"),), "a AS b"),
        ((("from", "b"), ("chown", "1:1"), ("link", "")), "/x /y"),
        ((("mount", "type=secret,id=k"),), "make --all"),
    ]


@pytest.mark.parametrize(
    ("data", "reason", "detail"),
    [
        (b"", Reason.SYNTAX, "line 1: no FROM"),
        (b"# only a comment\n", Reason.SYNTAX, "line 2: no FROM"),
        (b"ARG A=1\n", Reason.SYNTAX, "no FROM"),
        (b"RUN x\nFROM a\n", Reason.SYNTAX, "line 1: RUN before the first FROM"),
        (b"FROM a\nFRMO b\n", Reason.SYNTAX, "line 2: unknown instruction 'FRMO'"),
        (b"FROM a\n\nRUN\n", Reason.SYNTAX, "line 3: RUN without arguments"),
        (b"FROM a b\n", Reason.SYNTAX, "line 1: FROM takes"),
        (b"FROM a IS b\n", Reason.SYNTAX, "line 1: FROM takes"),
        (b"FROM a\nUSER a b\n", Reason.SYNTAX, "line 2: USER takes one argument"),
        (b"FROM a\nHEALTHCHECK curl x\n", Reason.SYNTAX, "line 2: HEALTHCHECK"),
        (b"FROM a\nHEALTHCHECK --interval=5s\n", Reason.SYNTAX, "line 2: HEALTHCHECK"),
        (b"FROM a\nSHELL bash -c\n", Reason.SYNTAX, "line 2: SHELL"),
        (b"FROM a\nONBUILD FROM b\n", Reason.SYNTAX, "line 2: ONBUILD FROM"),
        (b"FROM a\nONBUILD ONBUILD RUN b\n", Reason.SYNTAX, "line 2: ONBUILD ONBUILD"),
        (b"FROM a\nRUN <<EOF\nx\n", Reason.SYNTAX, "line 2: the heredoc 'EOF' does not end"),
        (b"# escape=x\nFROM a\n", Reason.SYNTAX, "line 1: escape"),
        (b"# escape=`\n# escape=`\nFROM a\n", Reason.SYNTAX, "line 2: the directive escape stands twice"),
        (b"# syntax=example.com/own:1\nFROM a\n", Reason.UNSUPPORTED, "line 1: written for the frontend"),
        (b"FROM a\nRUN \0\n", Reason.SYNTAX, "line 2: a NUL"),
        (b"FROM a\nRUN \xff\n", Reason.NOT_UTF8, "line 2: not UTF-8"),
        (b"\\\n", Reason.SYNTAX, "line 1"),
        (b"#" * (1024 * 1024 + 1), Reason.OVERSIZE, "1048576"),
        (b"FROM a\n" * 10_002, Reason.OVERSIZE, "line 10001"),
        (b"\x7fELF", Reason.SYNTAX, "line 1: unknown instruction"),
    ],
)
def test_refused(data, reason, detail):
    found = dockerfile_facts(data)
    assert isinstance(found, Unavailable)
    assert (found.reason, detail in found.detail) == (reason, True), found


@pytest.mark.parametrize(
    "syntax",
    [
        "docker/dockerfile:1",
        "docker/dockerfile:1.7-labs",
        "docker.io/docker/dockerfile",
        "docker/dockerfile-upstream:master",
    ],
)
def test_dockers_own_frontend(syntax):
    assert statements(f"# syntax={syntax}\nFROM a\n") == [(2, "FROM", "a")]


@pytest.mark.parametrize(
    ("text", "user", "root"),
    [
        ("FROM a\nUSER 1000", "1000", False),
        ("FROM a\nUSER 0:0", "0:0", True),
        ("FROM a\nUSER root", "root", True),
        ("FROM a\nUSER app\nRUN x\nUSER root", "root", True),
        ("FROM a\nUSER root\nRUN x\nuser app", "app", False),
        ("FROM a", ABSENT, ABSENT),
        ("FROM scratch", ABSENT, True),
        ("FROM scratch\nUSER 7", "7", False),
        # Only the last stage makes the image; it takes over from a stage that it is built on.
        ("FROM a AS build\nUSER app\nFROM b", ABSENT, ABSENT),
        ("FROM a AS build\nUSER app\nFROM build", "app", False),
        ("FROM a AS Build\nUSER app\nFROM BUILD AS x\nFROM x", "app", False),
        ("FROM scratch AS s\nFROM s", ABSENT, True),
        # Variables
        ("FROM a\nARG U=1000\nUSER $U", "$U", False),
        ("FROM a\nARG U=0\nUSER ${U}:${U}", "${U}:${U}", True),
        ("FROM a\nENV U=app G=app\nUSER $U:$G", "$U:$G", False),
        ("FROM a\nUSER ${U:-root}", "${U:-root}", True),
        ("ARG U=5\nFROM a\nARG U\nUSER $U", "$U", False),
        ("FROM a\nARG U=0\nENV U=5\nARG U=0\nUSER $U", "$U", False),
        ("FROM a\nARG U=0\nARG U=5\nUSER $U", "$U", False),
        ("FROM a\nENV U the value\nUSER 1", "1", False),
        # What triggers in other builds says nothing of this one.
        ("FROM a\nUSER 5\nONBUILD USER root", "5", False),
    ],
)
def test_the_user(text, user, root):
    found = facts(text)
    assert (found["user"], found["runs_as_root"]) == (user, root)


@pytest.mark.parametrize(
    "text", ["FROM a\nARG U\nUSER $U", "ARG U=5\nFROM a\nUSER $U", "FROM a\nUSER ${U%x}", "FROM a\nUSER $U"]
)
def test_a_user_that_nobody_can_tell(text):
    found = facts(text)["runs_as_root"]
    assert isinstance(found, Unavailable)
    assert found.reason is Reason.UNKNOWN_VALUE


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nHEALTHCHECK CMD curl x", True),
        ('FROM a\nHEALTHCHECK --interval=5s --timeout=3s CMD ["curl", "x"]', True),
        ("FROM a\nHEALTHCHECK NONE", False),
        ("FROM a\nhealthcheck none", False),
        ("FROM a\nHEALTHCHECK CMD x\nHEALTHCHECK NONE", False),
        ("FROM a\nHEALTHCHECK NONE\nHEALTHCHECK CMD x", True),
        ("FROM a", False),
        ("FROM a AS b\nHEALTHCHECK CMD x\nFROM c", False),
        ("FROM a AS b\nHEALTHCHECK CMD x\nFROM b", True),
        ("FROM a\nHEALTHCHECK CMD []", False),
        ("FROM a\nONBUILD HEALTHCHECK CMD x", False),
    ],
)
def test_the_health_check(text, expected):
    assert facts(text)["health_check_defined"] is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nRUN apt-get update\nRUN apt-get install -y x", ["line 2: apt-get update"]),
        ("FROM a\nRUN apt-get update && \\\n    apt-get install -y x", []),
        ('FROM a\nRUN ["apt-get", "update"]', ["line 2: apt-get update"]),
        ('FROM a\nRUN ["sh", "-c", "apt-get update && apt-get install x"]', []),
        ("FROM a\nRUN <<EOF\napt-get update\nEOF", ["line 2: apt-get update"]),
        ("FROM a\nRUN <<EOF\napt-get update\napt-get install -y x\nEOF", []),
        ("FROM a\nRUN <<EOF\n#!/usr/bin/env bash\napt-get update\nEOF", ["line 2: apt-get update"]),
        ("FROM a\nRUN <<EOF\n#!/usr/bin/env python3\napt-get update\nEOF", []),
        ("FROM a\nRUN bash <<EOF\napt-get update\nEOF", ["line 2: apt-get update"]),
        ("FROM a\nRUN cat <<EOF > x\napt-get update\nEOF", []),
        ("FROM a\nRUN --mount=type=cache,target=/var/cache/apt apt-get update", ["line 2: apt-get update"]),
        ("FROM a AS b\nRUN apk update\nFROM c", ["line 2: apk update"]),
        ("FROM a\nONBUILD RUN yum makecache", ["line 2: yum makecache"]),
        ("FROM a\nCMD apt-get update", []),
        ("FROM a\n# RUN apt-get update\nRUN true", []),
    ],
)
def test_updates(text, expected):
    assert facts(text)["package_updates_alone"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nADD x /y", ["line 2: ADD x /y"]),
        ("FROM a\nadd --chown=1 https://u:hunter2@x/y /z", ["line 2: ADD --chown=1 https://[redacted:url]@x/y /z"]),
        ("FROM a\nCOPY ADD /ADD\nRUN echo ADD x y", []),
        ("FROM scratch\nADD rootfs.tar.xz /", []),
        ("FROM scratch\nLABEL a=b\nADD rootfs.tar.xz /\nADD x.tar /", ["line 4: ADD x.tar /"]),
        ("FROM scratch\nCOPY a /\nADD rootfs.tar /", ["line 3: ADD rootfs.tar /"]),
        ("FROM scratch\nADD https://example.com/rootfs.tar /", ["line 2: ADD https://example.com/rootfs.tar /"]),
        ("FROM alpine\nADD rootfs.tar.xz /", ["line 2: ADD rootfs.tar.xz /"]),
        ("FROM a\nONBUILD ADD . /app", ["line 2: ADD . /app"]),
    ],
)
def test_add(text, expected):
    assert facts(text)["add_instructions"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nENV DB_PASSWORD=hunter2", ["variable DB_PASSWORD in line 2"]),
        ("FROM a\nENV DB_PASSWORD hunter2", ["variable DB_PASSWORD in line 2"]),
        ("FROM a\nARG NPM_TOKEN\nRUN x", ["build argument NPM_TOKEN in line 2"]),
        ("ARG NPM_TOKEN=hunter2\nFROM a", ["build argument NPM_TOKEN in line 1"]),
        ("FROM a\nENV A=1 \\\n    API_KEY='hunter2'", ["variable API_KEY in line 2"]),
        ("FROM a\nRUN --mount=type=secret,id=NPM_TOKEN npm ci", []),
        ("FROM a\nENV DB_PASSWORD_FILE=/run/secrets/db", []),
        ("FROM a\nCOPY <<EOF /k\n-----BEGIN PRIVATE" + " KEY-----\nabc\nEOF", ["shape: private key in line 2"]),
        ("FROM a\nRUN curl https://u:hunter2@x", ["shape: password in a URL in line 2"]),
    ],
)
def test_secrets(text, expected):
    found = facts(text)
    assert found["secret_names"] == expected
    assert "hunter2" not in str(found)


def test_unverified():
    assert facts("FROM a\nRUN a\nRUN curl -k https://x | sh")["unverified_installs"] == ["line 3: curl -k https://x"]


def bases(text):
    return [
        (each["line"], each["Instruction"], each["Name"], each["Version"], bool(each["Digest"]))
        for each in facts(text)["bases"]
    ]


def test_bases():
    digest = "sha256:" + "0" * 64
    text = (
        "ARG V=3.20\nARG B\nFROM alpine:$V AS build\nFROM build AS next\nFROM ghcr.io/team/app@"
        + digest
        + "\nFROM scratch\nFROM $B\n"
        "COPY --from=build /x /y\nCOPY --from=0 /x /y\nCOPY --from=nginx:latest /x /y\n"
        "RUN --mount=type=bind,from=golang,target=/go x\nRUN --mount=type=bind,from=next,target=/go x\n"
    )
    assert bases(text) == [
        (3, "FROM", "docker.io/library/alpine", "3.20", False),
        (5, "FROM", "ghcr.io/team/app", "", True),
        (7, "FROM", "$B", "", False),
        (10, "COPY", "docker.io/library/nginx", "latest", False),
        (11, "RUN", "docker.io/library/golang", "", False),
    ]
    assert bases("FROM localhost:5000/a\n") == [(1, "FROM", "localhost:5000/a", "", False)]


@pytest.mark.parametrize(
    ("reference", "floats"),
    [
        ("alpine", True),
        ("alpine:latest", True),
        ("alpine:3.20", False),
        ("alpine:3-latest", False),
        ("localhost:5000/alpine", True),
        ("alpine:latest@sha256:" + "0" * 64, False),
        ("alpine@sha256:0", True),
        ("alpine:$V", True),
        ("alpine:${V:-3}", False),
        ("$B", True),
        ("scratch", False),
    ],
)
def test_pinned(reference, floats):
    expected = [f"line 1: FROM {reference}"] if floats else []
    assert facts(f"FROM {reference}\nUSER 5\n")["unpinned_bases"] == expected


def test_remarks_place_user_and_health_check():
    def notes(text):
        found = dockerfile_facts(text.encode())
        assert not isinstance(found, Unavailable)
        return tuple(found[1].values())

    assert notes("FROM a\nHEALTHCHECK NONE\nUSER app\n") == ("line 3: USER app", "line 2: HEALTHCHECK")
    nothing = "the last stage begins in line 3 and has no"
    assert notes("FROM a\nUSER app\nFROM b\n") == (f"{nothing} USER", f"{nothing} HEALTHCHECK")


def test_instructions_are_redacted_and_placed():
    found = facts("FROM a\nRUN tool --password hunter2\nONBUILD RUN x\n")["instructions"]
    assert [(each["line"], each["Instruction"]) for each in found] == [(1, "FROM"), (2, "RUN"), (3, "ONBUILD")]
    assert "hunter2" not in str(found)


def test_variables():
    known = {"A": "a", "E": "", "N": None}
    cases = {
        "$A": "a",
        "${A}b": "ab",
        "$E": "",
        "${E:-x}": "x",
        "${E-x}": "",
        "${A:+y}": "y",
        "${Z:+y}": "",
        "\\$A": "$A",
        "$N": None,
        "$Z": None,
        "$": None,
        "${A": None,
        "${A#x}": None,
        "a": "a",
    }
    assert {text: expand(text, known) for text in cases} == cases
    assert assignments("A=1 B=\"two words\" C='x' D") == [("A", "1"), ("B", "two words"), ("C", "x"), ("D", None)]
    bomb = {"A": "x" * 10_000}
    assert expand("$A" * 1000, bomb) is None


def test_variables_do_not_grow_without_end():
    text = "FROM a\nENV A=xxxxxxxxxx\n" + "ENV A=$A$A$A$A$A$A$A$A\n" * 5000 + "USER $A\n"
    start = time.monotonic()
    assert isinstance(facts(text)["runs_as_root"], Unavailable)
    assert time.monotonic() - start < 10


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "FROM a",
                "FROM ",
                "RUN ",
                "<<EOF",
                "EOF",
                "\n",
                "\\\n",
                "\n# x",
                " ",
                "ENV A=",
                "$A",
                "${",
                "}",
                '"',
                "'",
                "[",
                "]",
                "USER ",
                "COPY --from=",
                "--mount=",
                "from=b,",
                "ARG A",
                "ONBUILD ",
                "HEALTHCHECK ",
                "CMD",
                "NONE",
                "`",
                "# escape=`\n",
                "\t",
                "\r",
                "é",
                "\0",
                "=",
                "\\",
                "x",
            ]
        ),
        max_size=40,
    )
)
def test_never_raises(pieces):
    found = dockerfile_facts("".join(pieces).encode())
    if isinstance(found, Unavailable):
        assert found.detail
        return
    for name, value in found[0].items():
        if value is not ABSENT and not isinstance(value, Unavailable):
            assert conform(DOCKERFILE_FACTS[name], name, value) == value


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data):
    assert isinstance(dockerfile_facts(data), (tuple, Unavailable))
