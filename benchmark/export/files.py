"""Files as populations: which items a collection of files is, and how their facts become states of unix:file (OVAL 5.11)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from benchmark.evaluate.operators import OPERATORS
from benchmark.export.oval_terms import (
    FALSE,
    FILE,
    TEXT,
    TRUE,
    Captured,
    Combined,
    Concat,
    Criteria,
    Entity,
    Exists,
    Field,
    Filtered,
    Found,
    Items,
    State,
    Term,
    some,
)
from benchmark.export.places import CONFIG_DIRECTORY, CONFIG_FILE
from benchmark.export.population import Population
from benchmark.export.sides import NOBODY, CriteriaSides, NotExpressible, SetSides, Sides, decided
from benchmark.model.control import Control, Each, Test
from benchmark.model.facts_host import FILE_FACTS
from benchmark.model.unit_directories import UNIT_DIRECTORIES
from benchmark.scap.oval_words import Comparison, IsEmpty, ModeBits, OfValue, OwnedBy, Presence

RECORDED: Final = "what the kernel records is what counts, and only auditctl lists that"
LINK: Final = State(FILE, (Entity("type", "symbolic link"),))
_DIRECTORY: Final = State(FILE, (Entity("type", "directory"),))
_EMPTY: Final = State(FILE, (Entity("size", "0", datatype="int"),))
_NO_ACL: Final = State(FILE, (Entity("has_extended_acl", "false", datatype="boolean"),))
_BITS: Final[Mapping[int, str]] = {
    0o4000: "suid", 0o2000: "sgid", 0o1000: "sticky",
    0o400: "uread", 0o200: "uwrite", 0o100: "uexec",
    0o040: "gread", 0o020: "gwrite", 0o010: "gexec",
    0o004: "oread", 0o002: "owrite", 0o001: "oexec",
}  # fmt: skip
_TYPES: Final = {"file": "regular", "directory": "directory", "socket": "socket", "fifo": "fifo"}


def file_at(path: str | Term) -> Found:
    """The file of that path, or those of a term's paths; a link is an item of its own."""
    return Found(FILE, (Entity("filepath", path),))


def directory_at(path: str | Term) -> Found:
    """The directory of that path, or those of a term's."""
    return Found(FILE, (Entity("path", path), Entity("filename", None)))


def file_population(members: Items, *, gap: Criteria = FALSE, there: CriteriaSides | None = None) -> Population:
    """Files that are ``members``. Nothing is known of a link: its item tells of the link and not of what it leads to."""
    proper = Filtered(members, LINK, keep=False)

    def read(test: Test | Each) -> SetSides:
        if isinstance(test, Each):
            raise NotExpressible(f"{test.fact} is no fact of OVAL's unix:file")
        return _read(test, proper)

    return Population(members, read, gap, decided(TRUE) if there is None else there)


def _read(test: Test, proper: Items) -> SetSides:
    counterpart = OPERATORS[test.word].oval(test.argument, FILE_FACTS[test.fact].type)
    match test.fact, counterpart:
        case _, Presence(there):
            sides: SetSides = Sides(proper, NOBODY)
            return sides if there else sides.turned()
        case "mode", ModeBits(allowed):
            forbidden = tuple(
                Entity(name, "false", datatype="boolean") for bit, name in _BITS.items() if not allowed & bit
            )
            return _by(State(FILE, forbidden), proper)
        case "owner", OwnedBy(user, group):
            return _owned(user, group, proper)
        case "acl", IsEmpty():
            return _by(_NO_ACL, proper)
        case "type", OfValue(Comparison("equals", tuple(values))) if all(each in _TYPES for each in values):
            return _by(State(FILE, tuple(Entity("type", _TYPES[each]) for each in values), "OR"), proper)
        case "audit_rules" | "audit_exceptions", _:
            raise NotExpressible(RECORDED)
        case _:
            raise NotExpressible(f"OVAL's unix:file has nothing that says: {test.fact} {test.word}")


def _by(state: State, proper: Items) -> SetSides:
    return Sides(Filtered(proper, state, keep=True), Filtered(proper, state, keep=False))


def _owned(user: str, group: str, proper: Items) -> SetSides:
    """By numbers, as the file system knows accounts. A filter whose variable has no value lets everything through, so where a
    name has no number no file is looked at: paths are joined with numbers first, and of nothing nothing is joined.
    """
    entities: list[Entity] = []
    looked_at: Items = proper
    for field, name, table in (("group_id", group, "group"), ("user_id", user, "passwd")):
        if name == "root" or name.isdigit():
            entities.append(Entity(field, "0" if name == "root" else name, datatype="int"))
            continue
        line = text_in(f"/etc/{table}", rf"^{re.escape(name)}:[^:\n]*:(\d++):")
        entities.append(Entity(field, Field(line, "subexpression", "int"), datatype="int"))
        joined = Concat((Field(looked_at, "filepath"), "@", Field(line, "subexpression")))
        looked_at = file_at(Captured(joined, r"\A(.*)@\d+\z"))
    true = Filtered(looked_at, State(FILE, tuple(entities)), keep=True)
    return Sides(true, Combined("COMPLEMENT", proper, true))


def text_in(path: str | Term, pattern: str | Term) -> Found:
    """Every match of ``pattern`` in the file, an item each; its first group is the field ``subexpression``."""
    return Found(
        TEXT,
        (
            Entity("filepath", path),
            Entity("pattern", pattern, "pattern match"),
            Entity("instance", "1", "greater than or equal", "int"),
        ),
    )


def first_of(found: list[Found]) -> Items:
    """Of files that are called alike in several directories, highest first, the one in the highest of them.

    A file counts where none above has its name: those that do are looked for under the names found above.
    """
    chosen: Items = found[0]
    above: Items = found[0]
    for each in found[1:]:
        directory = next(entity for entity in each.entities if entity.name == "path")
        shadowed = Found(FILE, (directory, Entity("filename", Field(above, "filename"))))
        chosen = Combined("UNION", chosen, Combined("COMPLEMENT", each, shadowed))
        above = Combined("UNION", above, each)
    return chosen


def _unit(name: str) -> Population:
    """The fragment and its drop-ins. Whether a link masks them cannot be told, and an empty file does."""
    fragment = first_of([Found(FILE, (Entity("path", each), Entity("filename", name))) for each in UNIT_DIRECTORIES])
    kind = name.rpartition(".")[2]
    folders = [f"{each}/{name}.d" for each in UNIT_DIRECTORIES] + [f"{each}/{kind}.d" for each in UNIT_DIRECTORIES]
    conf = Entity("filename", r"^.+\.conf$", "pattern match")
    drop_ins = first_of([Found(FILE, (Entity("path", each), conf)) for each in folders])
    masked = Exists(Filtered(fragment, _EMPTY, keep=True), f"{name} is an empty file")
    linked = Exists(Filtered(fragment, LINK, keep=True), f"{name} is a link")
    hollow = Exists(Filtered(drop_ins, _EMPTY, keep=True), f"a drop-in of {name} is an empty file")
    return file_population(
        Combined("UNION", fragment, drop_ins),
        gap=some(masked, linked, hollow),
        there=decided(Exists(fragment, f"there is a unit {name}")),
    )


def socket_unit_files() -> Items:
    """The files of docker.socket."""
    return _unit("docker.socket").members


def _certificates() -> Population:
    """Everything below certs.d but directories."""
    below = (("recurse", "directories"), ("recurse_direction", "down"), ("max_depth", "-1"))
    directory = Concat((CONFIG_DIRECTORY.setting, "/certs.d"))
    files = Found(FILE, (Entity("path", directory), Entity("filename", ".*", "pattern match")), below)
    return file_population(Filtered(files, _DIRECTORY, keep=False))


FILE_POPULATIONS: Final[Mapping[str, Callable[[Control], Population]]] = {
    "docker_service_units": lambda _: _unit("docker.service"),
    "docker_socket_units": lambda _: _unit("docker.socket"),
    "configuration_directories": lambda _: file_population(directory_at(CONFIG_DIRECTORY.setting)),
    "registry_certificates": lambda _: _certificates(),
    "daemon_config_files": lambda _: file_population(file_at(CONFIG_FILE.setting)),
    "default_files": lambda _: file_population(file_at("/etc/default/docker")),
    "sysconfig_files": lambda _: file_population(file_at("/etc/sysconfig/docker")),
}
