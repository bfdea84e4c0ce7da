"""What scripts know of a host: members of collections and facts, as shell over the command docker and auditctl.

A fact is printed as JSON scalars, one a line, so that no value can hold a line end or a control character; nothing printed is an
empty list, or the absence of a single value. A command that fails makes the fact unknown, never absent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.export.sce_fact import PLAIN, ScriptFact, asked
from benchmark.export.sce_objects import CONTAINER, IMAGE
from benchmark.export.sce_swarm import ADDRESSES, NETWORK, SWARM
from benchmark.model.declaration import Fact, Type
from benchmark.model.facts_daemon import DAEMON_FACTS
from benchmark.scap.fix.places import PLACES, find_files, needs_of
from benchmark.scap.fix.shell import functions


@dataclass(frozen=True, slots=True)
class ScriptCollection:
    """``text`` sets ``members`` to its members, one a line; ``kind`` is their kind and what a line about one begins with."""

    text: str
    kind: str
    facts: Mapping[str, ScriptFact]
    needs: tuple[str, ...] = ()


# Functions that facts and collections need, besides those of the fixes.
LIBRARY: Final[Mapping[str, str]] = {
    "engine": """\
# engine FORMAT: what the engine says of itself
engine() { docker info --format "$1" 2>/dev/null </dev/null; }
answer=$(docker version --format '{{.Server.Version}}' 2>&1 </dev/null) || leave error "no engine answers: $answer"
""",
    "option": """\
# option NAME: true when the engine's security features name it
option() {
    options=$(engine '{{range .SecurityOptions}}{{json .}}{{"\\n"}}{{end}}') || return 1
    case $options in *"\\"name=$1\\""* | *"\\"name=$1,"*) echo true ;; *) echo false ;; esac
}
""",
    "rules": """\
# The kernel's rules. A rule that says never may be printed like any other; whether one is, the rule files tell.
rules=$(auditctl -l 2>&1 </dev/null) || leave error "auditctl -l: $rules"
status=$(auditctl -s 2>&1 </dev/null) || leave error "auditctl -s: $status"
# watching WHICH: the rules that record accesses to $member, or the exceptions that come before them
watching() {
    printf '%s\\n' "$rules" | awk -v file="$member" -v which="$1" '
        function covers(path) { sub("/+$", "", path); return path == file || index(file, path "/") == 1 }
        {
            path = ""; perms = "rwxa"; never = 0; narrowed = 0; list = "exit"; tree = 1
            for (at = 1; at <= NF; at++) {
                if ($at == "-w") { path = $(++at) }
                else if ($at == "-p") { perms = $(++at) }
                else if ($at == "-k") { at++ }
                else if ($at == "-a" || $at == "-A") {
                    at++
                    never = $at ~ /never/
                    list = $at ~ /exit/ ? "exit" : $at ~ /task/ ? "task" : "other"
                }
                else if ($at == "-S") { at++; if ($at != "all") narrowed = 1 }
                else if ($at == "-F") {
                    at++
                    if ($at ~ /^path=/) { path = substr($at, 6); tree = 0 }
                    else if ($at ~ /^dir=/) path = substr($at, 5)
                    else if ($at ~ /^perm=/) perms = substr($at, 6)
                    else if ($at !~ /^(key|arch)=/) narrowed = 1
                }
                else if ($at == "-C") { at++; narrowed = 1 }
            }
            if (list == "other") next
            if (list == "task") {
                if (never && narrowed) { held[++holds] = $0; worth[holds] = "rwxa" }
                if (never && !narrowed) stopped = 1
                next
            }
            if (path != "" && !(tree ? covers(path) : path == file)) next
            if (path == "" && !never) next
            if (narrowed) { if (never) { held[++holds] = $0; worth[holds] = perms } next }
            split(perms, letters, "")
            fresh = 0; new = 0
            for (each in letters) {
                if (!never && !(letters[each] in kept)) fresh = 1
                if (!never && !(letters[each] in kept) && !(letters[each] in decided)) {
                    for (one = 1; one <= holds; one++) if (index(worth[one], letters[each])) counts[one] = 1
                }
            }
            for (each in letters) { if (never) kept[letters[each]] = 1; decided[letters[each]] = 1 }
            if (fresh) found[++founds] = $0
        }
        END {
            if (stopped) exit
            if (which == "rules") { for (one = 1; one <= founds; one++) quote(found[one]) }
            else for (one = 1; one <= holds; one++) if (counts[one]) quote(held[one])
        }
        function quote(text) { gsub(/[^ -!#-[^-~\\]]/, "?", text); print "\\"" text "\\"" }'
}
""",
    "state": """\
# The state of this node in its swarm.
state=$(engine '{{.Swarm.LocalNodeState}}') || leave error 'docker info does not answer'
case $state in inactive | active) ;; *) leave error "the swarm of this node is in the state '$state'" ;; esac
""",
}
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {"option": ("engine",), "state": ("engine",)}


def library(names: tuple[str, ...]) -> str:
    """The text of these functions and of what they need, each once."""
    found: dict[str, None] = {}
    fixes: dict[str, None] = {}
    for name in names:
        for each in (*_NEEDS.get(name, ()), name):
            (found if each in LIBRARY else fixes)[each] = None
    return functions(fixes) + "".join(LIBRARY[each] for each in found)


def _of_engine(name: str, fact: Fact) -> ScriptFact:
    return ScriptFact(asked("." + name.removeprefix("info."), fact.type), fact.type, ("engine",))


def _security(name: str) -> ScriptFact:
    return ScriptFact(f"option {name}\n", Type.BOOL, ("option",))


_SERVER: Final = "docker version --format '{{json .Server.%s}}' 2>/dev/null </dev/null\n"
_DAEMON: Final[Mapping[str, ScriptFact]] = {
    **{
        name: _of_engine(name, fact)
        for name, fact in DAEMON_FACTS.items()
        if name.startswith("info.") and not fact.derived and (fact.type in PLAIN or fact.type is Type.STRINGS)
    },
    "version.Version": ScriptFact(_SERVER % "Version", Type.VERSION, ("engine",)),
    "version.Experimental": ScriptFact(_SERVER % "Experimental", Type.BOOL, ("engine",)),
    "security.apparmor": _security("apparmor"),
    "security.selinux": _security("selinux"),
    "security.rootless": _security("rootless"),
    "security.userns": _security("userns"),
    "security.seccomp": ScriptFact(
        """\
options=$(engine '{{range .SecurityOptions}}{{json .}}{{"\\n"}}{{end}}') || return 1
printf '%s\\n' "$options" | sed -n 's/^"name=seccomp,profile=\\([^,"]*\\)".*/"\\1"/p'
""",
        Type.STRING,
        ("engine",),
    ),
    "operations.stopped_containers": ScriptFact(
        """\
found=$(docker ps --all --quiet --no-trunc 2>/dev/null </dev/null) || return 1
count=0
for each in $found; do
    lives=$(docker container inspect --format '{{.State.Running}}' "$each" 2>/dev/null </dev/null) || return 1
    [ "$lives" = true ] || count=$((count + 1))
done
echo $count
""",
        Type.INT,
        ("engine",),
    ),
    "operations.unused_images": ScriptFact(
        """\
found=$(docker image ls --quiet --no-trunc 2>/dev/null </dev/null) || return 1
made=$(docker ps --all --quiet --no-trunc 2>/dev/null </dev/null) || return 1
used=
for each in $made; do
    image=$(docker container inspect --format '{{.Image}}' "$each" 2>/dev/null </dev/null) || return 1
    used="$used $image "
done
count=0
for each in $(printf '%s\\n' "$found" | sort -u); do
    case $used in *" $each "*) ;; *) count=$((count + 1)) ;; esac
done
echo $count
""",
        Type.INT,
        ("engine",),
    ),
}
_FILE: Final[Mapping[str, ScriptFact]] = {
    "audit_rules": ScriptFact("watching rules\n", Type.STRINGS, ("rules",)),
    "audit_exceptions": ScriptFact("watching exceptions\n", Type.STRINGS, ("rules",)),
}
# Facts of another subject, by the prefix under which conditions name them.
AROUND: Final[Mapping[str, Mapping[str, ScriptFact]]] = {
    "daemon:": _DAEMON,
    "host:": {
        "audit.enabled": ScriptFact(
            "case $status in *'enabled 0'*) echo false ;; *'enabled '[12]*) echo true ;; *) return 1 ;; esac\n",
            Type.BOOL,
            ("rules",),
        )
    },
}


def _listed(command: str, kind: str, facts: Mapping[str, ScriptFact]) -> ScriptCollection:
    """What a command of docker lists, each once."""
    return ScriptCollection(
        f"""\
members=$(docker {command} 2>/dev/null </dev/null) || leave error 'docker {command.partition(" --")[0]} does not answer'
members=$(printf '%s\\n' "$members" | sort -u)
""",
        kind,
        facts,
        ("engine",),
    )


COLLECTIONS: Final[Mapping[str, ScriptCollection]] = {
    "daemon": ScriptCollection("members=daemon\n", "daemon", {**_DAEMON, **ADDRESSES}, ("engine",)),
    "swarm": ScriptCollection(
        """\
members=
[ "$state" = inactive ] || members=$(engine '{{if .Swarm.ControlAvailable}}{{.Swarm.Cluster.ID}}{{end}}') ||
    leave error 'docker info does not answer'
""",
        "swarm",
        SWARM,
        ("state",),
    ),
    "overlay_networks": _listed("network ls --quiet --no-trunc --filter driver=overlay", "network", NETWORK),
    "containers": _listed("ps --all --quiet --no-trunc", "container", CONTAINER),
    "images": _listed("image ls --quiet --no-trunc", "image", IMAGE),
    **{
        name: ScriptCollection(find_files(name) + "members=$files\n", "file", _FILE, (*needs_of(name), "rules"))
        for name in PLACES
    },
}
