"""Content trees made up for tests: small, valid, and easy to break in one place."""

from __future__ import annotations

from pathlib import Path

from benchmark.catalog.content_error import ContentErrors
from benchmark.catalog.load import load_catalog

CONTROL = """\
id: {id}
title: A control of the tests
version: 1
severity: high
for_each: containers
check:
  fact: HostConfig.Privileged
  equals: false
rationale: Because the test says so.
remediation:
  text: Do the other thing.
  recreate: recreate container
"""

RICH = """\
id: {id}
title: Every part of the language at once, umlauts (ü) included
version: 3
severity: low
for_each: running_containers
when:
  all:
    - {{fact: daemon:security.apparmor, equals: true}}
    - not: {{fact: host:docker_group.members, contains: nobody, absent: fail}}
check:
  any:
    - fact: Mounts
      every:
        any:
          - {{fact: RW, equals: false}}
          - {{fact: HostPaths, under_none_of: [/, /etc]}}
    - fact: capabilities
      subset_of: {{parameter: approved_capabilities}}
    - {{fact: HostConfig.Memory, at_least: 1, at_most: 9000000000}}
review: {{fact: published_ports, some: {{fact: HostPort, at_most: 1023}}}}
attest: Only a person knows what the service needs.
parameters:
  approved_capabilities:
    type: strings
    default: [CHOWN, "SETUID"]
    description: Capabilities that a container may hold
rationale: |
  Two lines
  of reason.
remediation: {{text: Mend it., recreate: change host}}
"""

MAPPING_HEAD = """\
framework: cis_docker
title: A framework of the tests
versions: ["1.6.0", "1.8.0"]
sections: {"5": Containers, "4": Images}
beyond: []
requirements:
"""


def write_tree(root: Path, controls: dict[str, str], mapping: str | None = None) -> Path:
    """A content tree: control texts by ``room/id``, ``{id}`` filled in, and a mapping that names each in order."""
    (root / "mappings").mkdir(parents=True)
    (root / "controls").mkdir()
    for path, text in controls.items():
        file = root / "controls" / f"{path}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text.replace("{id}", file.stem) if "{{" not in text else text.format(id=file.stem))
    if mapping is None:
        mapping = MAPPING_HEAD + "".join(
            f"  - label: Item {number}\n"
            f'    id: "5.{number}"\n'
            f'    levels: {{"1.6.0": [1, 2], "1.8.0": 1}}\n'
            f'    assessment: {{"1.6.0": manual, "1.8.0": automated}}\n'
            f"    controls: [{Path(path).name}]\n"
            for number, path in enumerate(controls, 1)
        )
    (root / "mappings" / "cis_docker.yaml").write_text(mapping)
    return root


def many_controls(count: int) -> dict[str, str]:
    """As many valid controls, every third one rich."""
    rooms = ("containers", "daemon", "files")
    return {f"{rooms[each % 3]}/control_number_{each}": RICH if each % 3 == 0 else CONTROL for each in range(count)}


def errors_of(root: Path) -> list[str]:
    """The errors of a tree as a user sees them; an empty list when it loads."""
    try:
        load_catalog(root)
    except ContentErrors as errors:
        return [str(each) for each in errors.errors]
    return []


def errors_of_control(root: Path, text: str, name: str = "broken") -> list[str]:
    """The errors of one control's text, without the path before the line number."""
    found = errors_of(write_tree(root, {f"containers/{name}": text}))
    assert all(each.startswith(f"controls/containers/{name}.yaml:") for each in found), found
    return [each.split(".yaml:", 1)[1] for each in found]
