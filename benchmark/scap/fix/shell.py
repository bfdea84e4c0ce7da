"""The shell that fixes are made of: functions by name, each with those that it needs, in POSIX sh.

Every fix is a program of its own inside a document that concatenates them, so a script carries only what it uses. The
functions find files as the collector does: in the options of the daemon that runs, then in its configuration file, then
where they usually are.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from benchmark.model.unit_directories import UNIT_DIRECTORIES

_UNDER: Final = " " * 8
_END: Final = "DOCKMARK"
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")


@dataclass(frozen=True, slots=True)
class Function:
    """``text`` defines it, comments included; ``needs`` are the names of the functions that it calls."""

    text: str
    needs: tuple[str, ...] = ()


FUNCTIONS: Final[Mapping[str, Function]] = {
    "daemon": Function(
        """\
# The daemon of this host and its options: that of the pid file, else the only one that is no container's.
pid=
for each in $(cat /run/docker.pid 2>/dev/null); do
    [ "$(cat "/proc/$each/comm" 2>/dev/null)" != dockerd ] || pid=$each
done
if [ -z "$pid" ]; then
    for each in $(pidof dockerd 2>/dev/null); do
        [ "$(readlink "/proc/$each/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ] || continue
        [ -z "$pid" ] || { say 'several daemons run here and /run/docker.pid names none of them'; exit 1; }
        pid=$each
    done
fi
options=
[ -z "$pid" ] || options=$(tr '\\0' '\\n' <"/proc/$pid/cmdline")
# given NAME...: what the command line says of an option, one value a line
given() {
    for name; do
        printf '%s\\n' "$options" | awk -v name="$name" '
            take { print; take = 0; next }
            $0 == name { take = 1; next }
            index($0, name "=") == 1 { print substr($0, length(name) + 2); next }
            length(name) == 2 && index($0, name) == 1 { print substr($0, 3) }'
    done
}
config=$(given --config-file | tail -n 1)
config=${config:-/etc/docker/daemon.json}
[ ! -e "$config" ] || config=$(readlink -f -- "$config")
""",
    ),
    "setting": Function(
        """\
# setting NAME: what the configuration file says, one value a line
setting() {
    [ -s "$config" ] || return 0
    if command -v python3 >/dev/null; then
        python3 -c '
import json, sys
with open(sys.argv[1], encoding="utf-8") as file:
    value = json.loads(file.read().strip() or "{}").get(sys.argv[2], [])
print(*(value if isinstance(value, list) else [value]), sep="\\n")' "$config" "$1"
    elif command -v jq >/dev/null; then
        jq -r --arg name "$1" '.[$name] // empty | if type == "array" then .[] else . end' "$config"
    else
        say 'python3 or jq is needed to read the configuration file, and neither is here'
        return 1
    fi
}
# said NAME: what the command line, else the file says of a setting that has one value
said() {
    value=$(given "--$1" | tail -n 1)
    [ -n "$value" ] || value=$(setting "$1")
    printf '%s\\n' "$value"
}
""",
        ("daemon",),
    ),
    "tls": Function(
        """\
# tls SETTING FILE: what is set; else, where the command line is about TLS, what dockerd looks for by itself
tls() {
    found=$(said "$1")
    if [ -z "$found" ] && printf '%s\\n' "$options" | grep -q -e '^--tls'; then
        directory=$(tr '\\0' '\\n' <"/proc/$pid/environ" | sed -n 's/^DOCKER_CERT_PATH=//p')
        [ -n "$directory" ] || directory=$(tr '\\0' '\\n' <"/proc/$pid/environ" | sed -n 's/^HOME=//p')/.docker
        found=$directory/$2
    fi
    printf '%s\\n' "$found"
}
""",
        ("setting",),
    ),
    "unit": Function(
        f"""\
# unit NAME: its fragment, and every drop-in
unit() {{
    directories='
{textwrap.fill(" ".join(UNIT_DIRECTORIES), 100, initial_indent=_UNDER, subsequent_indent=_UNDER)}'
    for directory in $directories; do
        [ ! -e "$directory/$1" ] || {{ echo "$directory/$1"; break; }}
    done
    for directory in $directories; do
        printf '%s\\n' "$directory/$1.d"/*.conf "$directory/${{1##*.}}.d"/*.conf
    done
}}
"""
    ),
    "programs": Function(
        """\
# programs NAME: the one that runs beside us, and each that could be started
programs() {
    for each in $(pidof "$1" 2>/dev/null); do
        [ "$(readlink "/proc/$each/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ] || continue
        readlink "/proc/$each/exe"
    done
    printf '%s\\n' "/usr/bin/$1" "/usr/sbin/$1" "/usr/local/bin/$1" "/usr/local/sbin/$1"
}
"""
    ),
    "existing": Function(
        """\
# existing: those paths of the input that are there, links resolved, each once
existing() {
    while IFS= read -r path; do
        if [ -f "$path" ] || [ -d "$path" ] || [ -S "$path" ]; then readlink -f -- "$path"; fi
    done | sort -u
}
"""
    ),
}


def functions(names: Iterable[str]) -> str:
    """The text of these functions and of what they need, each once, in an order in which they work."""
    found: dict[str, None] = {}

    def add(name: str) -> None:
        for each in FUNCTIONS[name].needs:
            add(each)
        found[name] = None

    for each in names:
        add(each)
    return "".join(FUNCTIONS[each].text for each in found)


def program(control: str, needs: Iterable[str], body: str) -> str:
    """The lines of a program: strict, with ``say`` for what it tells, and no reading of its own standard input."""
    return (
        "set -eu\n"
        "PATH=$PATH:/usr/sbin:/sbin\n"
        f'say() {{ echo "dockmark: {control}: $*" >&2; }}\n'
        f"{functions(needs)}{body}"
    )


def as_step(control: str, text: str) -> str:
    """``text`` as one command of a bigger script: a shell of its own, so that it neither ends the others nor names theirs.

    No line of ``text`` is the one that ends it, whatever a tailoring has put there.
    """
    end = _END
    while f"\n{end}\n" in f"\n{text}":
        end += "_"
    return f"/bin/sh <<'{end}' || echo 'dockmark: {control}: not mended' >&2\n{text}{end}\n"


def quoted(word: str) -> str:
    """``word`` as one word of the shell."""
    return word if _PLAIN.fullmatch(word) else "'" + word.replace("'", "'\\''") + "'"
