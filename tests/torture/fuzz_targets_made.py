"""Targets: frameworks of the user's own, and the scripts that mend a host, in which values of a tailoring stand."""

from __future__ import annotations

import shlex
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import yaml

from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.user_mapping import load_mapping, with_mappings
from benchmark.scap.fix.scripts import ansible_tasks, shell_script
from benchmark.scap.fix.shell import as_step, quoted
from benchmark.scap.fix.step import indented
from tests.controls.test_controls import CATALOG
from tests.torture.fuzz_run import Target

_GROUP: Final = CATALOG.controls["docker_group_members_approved"]
_MAPPING: Final = b"""\
framework: house
title: House rules
versions: ["1", "2"]
complete: false
about: >
  Ours,
  all of it.
sections: {"H": {"1": Hosts, "2": Machines}}
requirements:
  - label: One
    ids: {"1": "H.1", "2": "H.2"}
    reach: partly
    reach_reason: The rest is on paper.
    edges:
      - controls: [container_not_privileged, live_restore_enabled]
        relationship: intersects-with
        directness: direct
        support: published
        sources: [A public table]
        reason: Both are about it.
  - label: Two
    ids: {"2": "H.3"}
    reach: not reachable
    reach_reason: Paper.
    corresponds: {"1": ["H.1"]}
"""


def _mapping(data: bytes) -> bool:
    """What is accepted stands in the catalogue as it was read, and every control that it names is there."""
    with NamedTemporaryFile(suffix=".yaml") as file:
        file.write(data)
        file.flush()
        framework = load_mapping(Path(file.name), CATALOG)
        for each in framework.requirements:
            assert set(each.controls) <= CATALOG.controls.keys()
        assert with_mappings(CATALOG, [Path(file.name)]).frameworks[framework.id] == framework
    return True


def _fix(data: bytes) -> bool:
    """The script is one command however its values are made, and the tasks are the YAML that they would be without them."""
    names = data.replace(b"\0", b"").decode("utf-8", "replace").split("|")
    assert shlex.split(" ".join(map(quoted, names))) == names
    script = shell_script(_GROUP, {"approved_accounts": [*names]})
    first, *lines, nothing = script.split("\n")
    end = first.split("'")[1]
    assert lines.index(end) == len(lines) - 1, "it ends before its end"
    assert not nothing
    assert as_step(_GROUP.id, "true\n").startswith("/bin/sh <<'")
    moved = indented(script, 2).splitlines(keepends=True)
    assert "".join(each[2:] if each.strip() else each for each in moved) == script
    (block,) = yaml.safe_load(ansible_tasks(_GROUP, {"approved_accounts": [*names]}))
    (plain,) = yaml.safe_load(ansible_tasks(_GROUP, {"approved_accounts": ["root"]}))
    block["block"][1].pop("when")
    plain["block"][1].pop("when")
    assert block == plain
    return True


MADE_TARGETS: Final = (
    Target(
        "mapping_yaml",
        _mapping,
        (ContentErrors,),
        (_MAPPING,),
        (
            b"controls: ",
            b"[",
            b"]",
            b"{",
            b"}",
            b"- ",
            b"&a ",
            b"*a",
            b"!!str ",
            b"\t",
            b"reach: ",
            b'"1"',
            b"\xef\xbb\xbf",
        ),
        ((b"framework: house\nrequirements:\n", b"  - {}\n", b""), (b"sections: ", b"[", b"]")),
        share=0.3,
    ),
    Target(
        "fix_script",
        _fix,
        (),
        (b"root|alice|bob b|o'neill|-x", b"DOCKMARK", b"a\nDOCKMARK\ntouch /tmp/x|b"),
        (b"|", b"DOCKMARK", b"\n", b"\r", b"'", b'"', b"\\", b"{{ x }}", b"{% raw %}", b"$(x)", b"\xe2\x80\xa8"),
    ),
)
