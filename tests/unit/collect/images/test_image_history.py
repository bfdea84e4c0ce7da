"""CreatedBy texts as builders really write them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.collect.images.history import concealed, read_history
from benchmark.collect.images.instructions import Instruction, additions
from benchmark.collect.images.secret_names import COVERED
from benchmark.model.facts import Reason, Unavailable

BASE = "/bin/sh -c #(nop) ADD file:5ce6d2ac7a2c2ba5a7c4f1f2a8cf5b6f4c1c88c5dcac5b4a3fd4bd6a1a9e0e1b in / "


def one(text: str) -> Instruction:
    found = read_history([text])
    assert not isinstance(found, Unavailable)
    return found[0]


def added(*texts: str) -> object:
    found = read_history(texts)
    assert not isinstance(found, Unavailable)
    return additions(found)


@pytest.mark.parametrize(
    ("text", "word", "arguments"),
    [
        # classic builder
        ('/bin/sh -c #(nop)  CMD ["bash"]', "CMD", '["bash"]'),
        ("/bin/sh -c #(nop) ADD file:5ce6d2ac7a2c in / ", "ADD", "file:5ce6d2ac7a2c in /"),
        ("/bin/sh -c #(nop) COPY dir:5ce6d2ac7a2c in /ADD ", "COPY", "dir:5ce6d2ac7a2c in /ADD"),
        ("/bin/sh -c #(nop) COPY multi:5ce6d2ac7a2c in /srv/ ", "COPY", "multi:5ce6d2ac7a2c in /srv/"),
        ("/bin/sh -c #(nop)  ENV A=b", "ENV", "A=b"),
        ("/bin/sh -c #(nop) WORKDIR /ADD", "WORKDIR", "/ADD"),
        ("/bin/sh -c #(nop)  ONBUILD ADD . /app", "ONBUILD", "ADD . /app"),
        ("/bin/bash -o pipefail -c #(nop)  USER app", "USER", "app"),
        ("/bin/bash -euxo pipefail -c #(nop) ADD a in /", "ADD", "a in /"),
        ("python3 -c #(nop) ADD a in /", "ADD", "a in /"),
        ("/bin/sh -c apt-get update", "RUN", "/bin/sh -c apt-get update"),
        ("|1 V=1 /bin/sh -c make", "RUN", "/bin/sh -c make"),
        ("/bin/sh -c echo ADD file:1 in /", "RUN", "/bin/sh -c echo ADD file:1 in /"),
        # BuildKit
        ("RUN /bin/sh -c apt-get update # buildkit", "RUN", "/bin/sh -c apt-get update"),
        ("RUN |2 A=1 B= /bin/sh -c make # buildkit", "RUN", "/bin/sh -c make"),
        ("COPY /src /ADD # buildkit", "COPY", "/src /ADD"),
        ("COPY --chown=1:1 /a /b # buildkit", "COPY", "--chown=1:1 /a /b"),
        ("ADD https://x/y /z # buildkit", "ADD", "https://x/y /z"),
        ("ADD rootfs.tar.xz / # buildkit", "ADD", "rootfs.tar.xz /"),
        ("HEALTHCHECK {Test:[NONE] Interval:0s} # buildkit", "HEALTHCHECK", "{Test:[NONE] Interval:0s}"),
        ("EXPOSE map[80/tcp:{}]", "EXPOSE", "map[80/tcp:{}]"),
        ("ENV PATH=/bin", "ENV", "PATH=/bin"),
        ("MAINTAINER me", "MAINTAINER", "me"),
        # Windows
        ("powershell -Command $ErrorActionPreference = 'Stop'; #(nop) COPY file:1 in C:\\", "COPY", "file:1 in C:\\"),
        (
            "powershell -Command $ErrorActionPreference = 'Stop'; choco install x",
            "RUN",
            "powershell -Command $ErrorActionPreference = 'Stop'; choco install x",
        ),
        ('cmd /S /C #(nop)  ENTRYPOINT ["x"]', "ENTRYPOINT", '["x"]'),
        ("cmd /S /C dir", "RUN", "cmd /S /C dir"),
        ("Apply image 10.0.17763.1", "UNKNOWN", "Apply image 10.0.17763.1"),
        # kaniko
        ("RUN apt-get update", "RUN", "apt-get update"),
        ("COPY a b", "COPY", "a b"),
        # others
        ("ko build ko://github.com/x/y", "UNKNOWN", "ko build ko://github.com/x/y"),
        ("jib-gradle-plugin:3.4.0", "UNKNOWN", "jib-gradle-plugin:3.4.0"),
        ("bazel build ADD //x", "UNKNOWN", "bazel build ADD //x"),
        ("apko", "UNKNOWN", "apko"),
        ("Buildpacks Launcher Config", "UNKNOWN", "Buildpacks Launcher Config"),
        ("# debian.sh --arch 'amd64' out/ 'bookworm'", "UNKNOWN", "# debian.sh --arch 'amd64' out/ 'bookworm'"),
        ("sleep 100000", "UNKNOWN", "sleep 100000"),  # docker commit records the container's command
        ("ADDITIONAL words", "UNKNOWN", "ADDITIONAL words"),
        ("add a b", "UNKNOWN", "add a b"),
        ("", "UNKNOWN", ""),  # docker import
    ],
)
def test_forms(text: str, word: str, arguments: str) -> None:
    found = one(text)
    assert (found.word, found.arguments.strip()) == (word, arguments)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/bin/sh -c apt-get update && x", [("apt-get", "update"), ("x",)]),
        (
            "RUN /bin/bash -euxo pipefail -c apk update\napk add curl # buildkit",
            [("apk", "update"), ("apk", "add", "curl")],
        ),
        ("RUN bash -c yum makecache && x", [("yum", "makecache"), ("x",)]),
        ("|3 A=two words B= C=x/y /bin/sh -c a b", [("a", "b")]),
        ("|1 A=b apt-get update", [("apt-get", "update")]),
        ("apt-get update", [("apt-get", "update")]),
        ("RUN /bin/sh -c bash <<EOF\napt-get update\nEOF # buildkit", [("bash",), ("apt-get", "update")]),
        ("RUN /dev/pipes/EOF # buildkit", [("/dev/pipes/EOF",)]),
        ("/bin/sh -c #(nop) CMD apt-get update", []),
    ],
)
def test_what_runs(text: str, expected: object) -> None:
    commands = one(text).commands
    assert not isinstance(commands, Unavailable)
    assert [each.words for each in commands] == expected


def test_build_arguments() -> None:
    assert one("RUN |2 A=two words NPM_TOKEN=x /bin/sh -c b C=d # buildkit").build_arguments == (
        ("A", "two words"),
        ("NPM_TOKEN", "x"),
    )
    assert one("|0 /bin/sh -c a").build_arguments == ()
    assert one("|9 A=1").build_arguments == (("A", "1"),)


def test_the_root_filesystem_of_the_base() -> None:
    assert added(BASE, '/bin/sh -c #(nop)  CMD ["sh"]') == []
    assert added("/bin/sh -c #(nop)  ARG RELEASE", "/bin/sh -c #(nop)  LABEL a=b", BASE) == []
    assert added("ADD alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit", 'CMD ["/bin/sh"]') == []
    # An ADD of the same form that comes later is somebody's own.
    assert added(BASE, BASE) == ["step 2: ADD " + BASE.partition("ADD ")[2].strip()]
    assert added("", "/bin/sh -c #(nop) ADD file:0123456789ab in / ") == ["step 2: ADD file:0123456789ab in /"]
    # These do not begin a root filesystem.
    assert added("ADD https://example.com/rootfs.tar.gz / # buildkit") != []
    assert added("ADD app.tar.gz /opt # buildkit") != []
    assert added("/bin/sh -c #(nop) ADD dir:0123456789ab in / ") != []
    assert added("ADD a.tar b.tar / # buildkit") != []


def test_bounds() -> None:
    for texts in (["a"] * 20_000, ["a" * 5_000_000]):
        found = read_history(texts)
        assert isinstance(found, Unavailable)
        assert found.reason is Reason.OVERSIZE


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(alphabet="|1 A=/binsh-c#(nop)DRUN\n\\'\"ktCOPYkdu", max_size=80), max_size=6))
def test_never_raises(texts: list[str]) -> None:
    found = read_history(texts)
    assert not isinstance(found, Unavailable)
    assert [each.number for each in found] == list(range(1, len(texts) + 1))  # nothing is dropped


def test_options_of_shells_without_end_are_looked_at_once():
    for text in ("|1 " + " sh -o" * 50_000, "|1 " + " powershell -a" * 20_000, "|1 " + " cmd /a" * 30_000):
        (read,) = read_history([text])
        assert read.word == "RUN"


def test_blanks_without_end_before_the_builders_remark_are_looked_at_once():
    for text in ("RUN a" + " " * 1_000_000 + "b", "RUN a" + " " * 1_000_000 + "# buildkit"):
        (read,) = read_history([text])
        assert read.word == "RUN"
    (read,) = read_history(["ENV A=b \t # buildkit \n"])
    assert read.arguments == "A=b"


def test_the_values_of_build_arguments_are_covered_where_they_stand_and_where_the_script_has_them() -> None:
    text = (
        "RUN |4 A=1 DB_PASSWORD=hunter two B_PASSWORD= C_TOKEN=hunter /bin/sh -c "
        "echo DB_PASSWORD='hunter two' C_TOKEN=hunter A=1 # buildkit"
    )
    instruction = one(text)
    assert dict(instruction.build_arguments)["DB_PASSWORD"] == "hunter two"
    hidden = concealed(text, instruction)
    assert "hunter" not in hidden
    assert "two" not in hidden
    assert hidden.count(f"DB_PASSWORD={COVERED}") >= 1
    assert "A=1 " in hidden
    assert "B_PASSWORD= " in hidden


def test_covering_many_build_arguments_takes_one_pass() -> None:
    words, covered = (" ".join(f"P_PASSWORD{number}={value}" for number in range(30)) for value in ("a b", COVERED))
    text = f"RUN |30 {words} /bin/sh -c true"
    assert concealed(text, one(text)) == f"RUN |30 {covered} /bin/sh -c true"
