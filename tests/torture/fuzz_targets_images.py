"""Targets: build files, histories, shell scripts, image archives, scanners' reports, seccomp profiles."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from benchmark.collect.archive.content_facts import content_facts
from benchmark.collect.archive.image_archive import ImageArchive
from benchmark.collect.archive.limits import MIB, ArchiveDefect, ArchiveLimits, Budget
from benchmark.collect.engine.client import Reply
from benchmark.collect.engine.image_facts import HISTORY_FACTS, image_facts, image_notes
from benchmark.collect.images.build_files import dockerfile_facts
from benchmark.collect.images.references import lies_in, parse_reference
from benchmark.collect.images.shell_words import MOST_COMMANDS, parse_script
from benchmark.collect.images.users import is_administrator, is_root
from benchmark.collect.scanners.reader import VulnerabilityReports, parse_report
from benchmark.collect.scanners.report import ReportDefect
from benchmark.collect.scanners.vulnerabilities import vulnerability_facts
from benchmark.collect.seccomp.profile import parse_profile, weaker_than_default
from benchmark.model.facts import Subject, Unavailable
from tests.faulty_daemon import make_image
from tests.torture.fuzz_run import Target
from tests.torture.fuzz_sound import require_sound
from tests.unit.collect.archive import made_archives as made
from tests.unit.collect.scanners import made_reports

_CORPUS: Final = Path(__file__).parent / "corpus"
_LIMITS: Final = ArchiveLimits(
    stream_bytes=4 * MIB, unpacked_bytes=8 * MIB, entries=20_000, name_bytes=4 * MIB, document_bytes=MIB, listed=50
)


def _dockerfile(data: bytes) -> bool:
    read = dockerfile_facts(data)
    if isinstance(read, Unavailable):
        assert read.detail, "refused without a reason"
        return False
    require_sound("dockerfile", read[0], read[1])
    return True


def _script(data: bytes) -> bool:
    found = parse_script(data.decode("utf-8", "surrogateescape"))
    if isinstance(found, Unavailable):
        return False
    assert len(found) <= MOST_COMMANDS
    assert all(each.words or each.assignments or not each.program for each in found)
    return True


def _history(data: bytes) -> bool:
    """The bytes as the CreatedBy of an image's layers, a line each; what every image says besides."""
    lines = [each.decode("utf-8", "replace") for each in data.split(b"\n\n")]
    entries: list[Any] = [{"Id": "x", "Created": 1700000000, "CreatedBy": each, "Size": 1} for each in lines]
    return _image(make_image(0), entries)


def _inspected(data: bytes) -> bool:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict):
        return False
    document = json.loads(json.dumps(document).replace("\\ud800", "\\ufffd"))
    return _image(document, [{"Created": 1700000000, "CreatedBy": "CMD x", "Size": 0}])


def _image(document: dict[str, Any], entries: list[Any]) -> bool:
    facts = image_facts(document, Reply("/history", entries, None))
    told = {name: value for name, value in facts.items() if name in HISTORY_FACTS or name != "age_days"}
    require_sound("image", told, image_notes(facts))
    return not isinstance(facts["history"], Unavailable)


def _archive(data: bytes) -> bool:
    found = _content(data, 65536)
    require_sound("image", found)
    return True


def _content(data: bytes, piece: int) -> dict[str, Any]:
    read = ImageArchive(Budget(_LIMITS))
    for at in range(0, len(data), piece):
        read.take(data[at : at + piece])
    return dict(content_facts(read.layers(), _LIMITS.listed))


def _in_pieces(data: bytes) -> bool:
    """However an archive is cut into pieces, the same comes of it."""
    whole = _outcome(data, len(data) or 1)
    assert _outcome(data, 97) == whole, "in pieces of 97 bytes something else comes out"
    return not isinstance(whole, str)


def _outcome(data: bytes, piece: int) -> object:
    try:
        return _content(data, piece)
    except ArchiveDefect as defect:
        return str(defect.reason)


def _report(data: bytes) -> bool:
    report = parse_report(data)
    image = Subject(
        "image", "made:1", made_reports.IMAGE, {"Id": made_reports.IMAGE, "RepoDigests": [], "RepoTags": ["made:1"]}
    )
    facts = vulnerability_facts(VulnerabilityReports((report,)), image, "2026-11-25T00:00:00Z")
    require_sound("image", facts)
    assert all(count >= 0 for count in report.counts.values())
    assert all(report.fixable[each] <= report.counts[each] for each in report.counts), (
        "more can be fixed than was found"
    )
    return True


def _seccomp(data: bytes) -> bool:
    profile = parse_profile(data.decode("utf-8", "surrogatepass") if _decodes(data) else data.decode("latin-1"))
    if isinstance(profile, Unavailable):
        return False
    weaker = weaker_than_default(profile, ["CHOWN"], (27, 0))
    require_sound("container", {"seccomp_weaker": [*weaker]})
    assert set(weaker_than_default(profile, ["ALL"], (27, 0))) <= {
        *weaker_than_default(profile, (), None),
        *weaker,
        *_every(profile),
    }
    return True


def _every(profile: Any) -> set[str]:
    return {name for rule in profile.rules for name in rule.names} | set(weaker_than_default(profile, (), (19, 3)))


def _decodes(data: bytes) -> bool:
    try:
        data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return False
    return True


def _reference(data: bytes) -> bool:
    text = data.decode("utf-8", "replace")
    found = parse_reference(text)
    is_root(text)
    is_administrator(text)
    if found is not None:
        assert lies_in(found.name)[-1] == found.name
        assert parse_reference(f"{found.name}:{found.tag}" if found.tag else found.name) is not None
    return found is not None


_DOCKERFILE: Final = b"""# syntax=docker/dockerfile:1
ARG BASE=debian:12
FROM ${BASE} AS build
ENV A=b C="d e" PATH=/x:$PATH
RUN --mount=type=cache,target=/c apt-get update && apt-get install -y curl \\
  # a comment
  && curl -k https://x/ | sh -c 'echo "$(id)" `pwd`'
RUN <<EOF
echo hello
EOF
COPY --from=docker.io/library/nginx:1 /a /b
FROM scratch
COPY --from=build /a /
ADD https://x/y.tar.gz /
HEALTHCHECK --interval=5s CMD ["/healthy", "-q"]
USER 1000:1000
CMD ["sh", "-c", "echo"]
"""
_HISTORY: Final = b"""/bin/sh -c #(nop)  CMD ["sh"]

RUN |2 TOKEN=abc B=2 /bin/sh -c apt-get update # buildkit

/bin/sh -c #(nop) ADD file:0123456789abcdef in /\x20

ENV PASSWORD=hunter2 A=b

powershell -Command $x; #(nop) COPY a b

USER app

|1 PASSWORD=x /bin/bash -o pipefail -c curl -k https://u:p@h/ | sh
"""
_SCRIPT: Final = b"""set -e; export A=b; sudo -u x env B=c sh -c 'apt-get update; echo "a b"' && (cd /; ls) || { :; }
cat <<EOF | bash
curl -k x
EOF
eval "echo $(date `id`)" # c
"""
_PROFILE: Final = json.dumps(
    {
        "defaultAction": "SCMP_ACT_ERRNO",
        "archMap": [{"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86"]}],
        "syscalls": [
            {
                "names": ["read", "mount"],
                "action": "SCMP_ACT_ALLOW",
                "args": [],
                "includes": {"caps": ["CAP_SYS_ADMIN"]},
            },
            {
                "name": "clone",
                "action": "SCMP_ACT_ALLOW",
                "args": [{"index": 0, "value": 2114060288, "op": "SCMP_CMP_MASKED_EQ"}],
            },
            {
                "names": ["ptrace"],
                "action": "SCMP_ACT_LOG",
                "includes": {"minKernel": "4.8"},
                "excludes": {"arches": ["s390"]},
            },
        ],
    }
).encode()
_LAYER: Final = made.layer(
    made.directory("etc"),
    made.entry("etc/passwd", b"root:x:0:0::/:/bin/sh\nweb:x:10:10::/:\n"),
    made.entry("usr/bin/su", b"x", mode=0o4755),
    made.hardlink("usr/bin/su2", "usr/bin/su", 0o4755),
    made.symlink("var/run", "/run"),
    made.entry("root/.ssh/id_rsa", made.KEY),
    made.pax({"path": "long/" * 30 + "x", "mtime": "1.5"}) + made.entry("short", b"y"),
)
_UPPER: Final = made.layer(
    made.entry("etc/.wh.passwd"), made.entry("root/.ssh/.wh..wh..opq"), made.entry("../out", b"z")
)
_ARCHIVES: Final = (
    made.saved(_LAYER, _UPPER),
    made.oci(_LAYER, _UPPER),
    made.oci(_LAYER, packed="", docker=True),
)
_REPORTS: Final = tuple(
    json.dumps(each).encode()
    for each in (
        made_reports.grype(("High", "fixed"), ("Low", "wont-fix")),
        made_reports.trivy(("CRITICAL", "1.2"), ("LOW", "")),
        made_reports.anchore(("Medium", "1.0")),
        made_reports.anchore_list(("Negligible", "None")),
        made_reports.scout(),
    )
)
_SHELL_WORDS: Final = (
    *(
        b"<<EOF",
        b"\nEOF\n",
        b"$(",
        b"`",
        b"${",
        b"}",
        b")",
        b"(",
        b'"',
        b"'",
        b"\\",
        b"\\\n",
        b" | ",
        b"&&",
        b";",
        b"#",
    ),
    *(b"sh -c ", b"env ", b"sudo ", b"eval ", b"A=b ", b"curl -k x", b"apt-get update", b"--password=x ", b"<(", b">x"),
)
_BUILD_WORDS: Final = (
    *(
        b"FROM a\n",
        b"FROM a AS b\n",
        b"ARG A=b\n",
        b"ENV A=$A$A\n",
        b"RUN ",
        b"COPY --from=x a b\n",
        b"USER ",
        b"CMD [",
        b"ADD ",
    ),
    *(
        b"# escape=`\n",
        b"# syntax=",
        b"ONBUILD ",
        b"HEALTHCHECK ",
        b"NONE",
        b"--mount=from=a",
        b"--a=b ",
        b"$A",
        b"${A:-b}",
        b"${A:+b}",
    ),
)
_ATTACK: Final = b"FROM a\n"

IMAGE_TARGETS: Final = (
    Target(
        "dockerfile",
        _dockerfile,
        (),
        (_DOCKERFILE, b"FROM a\nRUN x\n", b'\xef\xbb\xbf# escape=`\nFROM a `\n AS b\nSHELL ["a"]\nONBUILD RUN x\n'),
        (*_BUILD_WORDS, *_SHELL_WORDS),
        (
            (_ATTACK + b"RUN ", b"--a ", b"x\n"),
            (_ATTACK + b"RUN ", b"env ", b"x\n"),
            (_ATTACK + b"RUN ", b"A=1 ", b"x\n"),
            (_ATTACK + b"RUN ", b"if ", b"x\n"),
            (_ATTACK + b"RUN ", b"<<A ", b"\n"),
            (_ATTACK + b'CMD ["', b'\\"', b"\n"),
            (_ATTACK + b'ARG A="', b'\\"', b"\n"),
            (_ATTACK + b'ENV A="', b"\\'", b"\n"),
            (b"ARG A=" + b"x" * 16000 + b"\nARG B=", b"$A", b"\nFROM a\n"),
            (b"", b"FROM a AS b\n", b""),
            (_ATTACK, b"COPY --from=b a b\n", b""),
            (_ATTACK, b"ARG A=$A\n", b""),
            (_ATTACK + b"RUN ", b"sh -c a\n", b""),
            (_ATTACK + b"RUN x ", b"--password ", b"\n"),
            (_ATTACK + b"RUN x ", b"\\\n#\n", b"y\n"),
        ),
    ),
    Target(
        "shell_script",
        _script,
        (),
        (_SCRIPT, b"a\n"),
        _SHELL_WORDS,
        (
            (b"cat ", b"<<A ", b"\n"),
            (b"", b"cat <<A\nA\n", b""),
            (b"", b"env ", b"x"),
            (b"", b"A=1 ", b"x"),
            (b"", b"$(", b""),
            (b"", b'"$(', b""),
            (b"", b"`", b""),
            (b"", b"sh -c ", b""),
            (b"sh ", b"-o a ", b"-c x"),
            (b"", b"eval ", b"x"),
            (b"", b"x <(", b""),
            (b'"', b"\\", b""),
        ),
    ),
    Target(
        "history",
        _history,
        (),
        (_HISTORY,),
        (
            *_SHELL_WORDS,
            b"|1 ",
            b"#(nop) ",
            b"/bin/sh -c ",
            b"RUN ",
            b"ENV ",
            b" # buildkit",
            b"cmd /S /C ",
            b"powershell -Command ",
        ),
        (
            (b"|1 ", b" sh -o", b""),
            (b"|1 ", b" powershell -a", b""),
            (b"|1 ", b" cmd /a", b""),
            (b"RUN |9999 ", b"PASSWORD=x ", b"/bin/sh -c x"),
            (b"a ", b"-b ", b""),
            (b"a", b" ", b"b"),
            (b"powershell ", b"a", b"#(nop"),
            (b"ENV ", b"PASSWORD=x ", b""),
            (b"ENV A=", b"x://a:", b""),
            (b"CMD [", b'"\\', b""),
            (b'CMD ["', b'\\"', b""),
        ),
    ),
    Target(
        "image_inspect",
        _inspected,
        (),
        (json.dumps(make_image(0)).encode(),),
        (b'"Config"', b"null", b'"User"', b'"root"'),
    ),
    Target(
        "image_archive",
        _archive,
        (ArchiveDefect,),
        _ARCHIVES,
        (
            b"ustar\x0000",
            b"ustar  \0",
            bytes(512),
            b"manifest.json",
            b".wh.",
            b"../",
            b"path=",
            b"\x1f\x8b",
            b"diff_ids",
        ),
        ((b"", made.entry("a/b", b"x"), bytes(1024)), (b"", made.header(b"x", b"L"), b"")),
    ),
    Target("archive_in_pieces", _in_pieces, (), _ARCHIVES[:2], (b"ustar\x0000", bytes(512), b"size=", b"\x80")),
    Target(
        "scanner_report",
        _report,
        (ReportDefect,),
        _REPORTS,
        (b'"matches"', b'"severity"', b'"High"', b"sha256:", b'"runs"', b'"rules"', b'"fixed"', b"null", b'"1"'),
    ),
    Target(
        "seccomp_profile",
        _seccomp,
        (),
        (_PROFILE, b"{}"),
        (b'"names"', b'"action"', b'"SCMP_ACT_ALLOW"', b'"caps"', b"null"),
    ),
    Target(
        "image_reference",
        _reference,
        (),
        (b"nginx:1@sha256:" + b"a" * 64, b"r.example:5000/a/b:c"),
        (b":", b"/", b"@", b"."),
        ((b"", b"a/", b"b"), (b"", b"a:", b"")),
    ),
)
