"""Fixes in the daemon's configuration file: edited as JSON, every other key kept, written whole or not at all.

dockerd does not start when a setting stands on its command line and in its file (verifyDaemonSettings and
findConfigurationConflicts in moby's daemon/config), so a setting that the command line holds is left to a person.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final

from benchmark.model.facts import JsonValue
from benchmark.model.facts_daemon import DAEMON_SETTINGS
from benchmark.scap.fix.shell import program, quoted
from benchmark.scap.fix.step import Scope, Step, asking_task, task, variable

_PREFIX: Final = "daemon."
# Names on the command line that are not --SETTING (cmd/dockerd/config.go and options.go of moby).
_FLAGS: Final[Mapping[str, tuple[str, ...]]] = {
    "debug": ("--debug", "-D"),
    "log-level": ("--log-level", "-l"),
    "insecure-registries": ("--insecure-registry",),
    "authorization-plugins": ("--authorization-plugin",),
    "default-ulimits": ("--default-ulimit",),
    "storage-opts": ("--storage-opt",),
    "log-opts": ("--log-opt",),
}
_GUARDS: Final[Mapping[str, str]] = {
    "live-restore": """\
directory=$(said data-root)
if [ -s "${directory:-/var/lib/docker}/swarm/docker-state.json" ]; then
    say 'this host is in a swarm, and the daemon refuses live-restore there: nothing is changed'
    exit 0
fi
"""
}
_EDIT: Final = """\
edited() {  # the document with the changes made; nothing where that changes nothing
    if command -v python3 >/dev/null; then
        python3 -c '
import json, sys
path, wanted, unwanted = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3])
with open(path, encoding="utf-8") as file:
    old = json.loads(file.read().strip() or "{}")
if not isinstance(old, dict):
    sys.exit("the configuration is no JSON object")
def merged(into, new):
    both = isinstance(into, dict) and isinstance(new, dict)
    return into | {key: merged(into.get(key), value) for key, value in new.items()} if both else new
new = merged(old, wanted)
new = dict((key, value) for key, value in new.items() if value not in unwanted.get(key, []))
if json.dumps(new) != json.dumps(old):
    print(json.dumps(new, indent=2, ensure_ascii=False))' "$1" "$wanted" "$unwanted"
    elif command -v jq >/dev/null; then
        jq -s --argjson wanted "$wanted" --argjson unwanted "$unwanted" '
            (if length > 1 then error("more than one document") else .[0] // {} end) as $old | $old * $wanted
            | with_entries(select(
                .key as $key | .value as $value | any($unwanted[$key] // [] | .[]; . == $value) | not))
            | if . == $old then empty else . end' "$1"
    else
        say 'python3 or jq is needed to edit the configuration file, and neither is here'
        return 1
    fi
}
source=$config
[ -e "$source" ] || source=/dev/null
new=$(edited "$source")
if [ -z "$new" ]; then
    say "$config is as it should be"
    exit 0
fi
directory=$(dirname -- "$config")
[ -d "$directory" ] || mkdir -m 0755 -- "$directory"
made=$(mktemp -- "$directory/.daemon.json.XXXXXX")
trap 'rm -f -- "$made"' EXIT
if [ -e "$config" ]; then cp -p -- "$config" "$made"; else chmod 0644 "$made"; fi
printf '%s\\n' "$new" >"$made"
if dockerd --help 2>/dev/null </dev/null | grep -q -e ' --validate '; then
    dockerd --validate --config-file "$made" >/dev/null </dev/null
fi
sync "$made" 2>/dev/null || sync
mv -f -- "$made" "$config"
! command -v restorecon >/dev/null || restorecon "$config"
"""


def set_faults(argument: JsonValue, _: Scope) -> Iterator[str]:
    """Settings by daemon.json's names, with their values."""
    if not isinstance(argument, dict) or not argument:
        yield "is a mapping of settings to values"
        return
    yield from _unknown(argument)


def unset_faults(argument: JsonValue, _: Scope) -> Iterator[str]:
    """Settings with the values that are taken out."""
    if not isinstance(argument, dict) or not argument:
        yield "is a mapping of settings to lists of values"
        return
    yield from _unknown(argument)
    yield from (f"has a list of values for {name!r}" for name, each in argument.items() if not isinstance(each, list))


def set_shell(step: Step) -> str:
    """Puts the settings into the file; mappings are merged, lists and other values replaced."""
    return _shell(step, _entries(step), {})


def unset_shell(step: Step) -> str:
    """Takes settings out of the file that have one of these values."""
    return _shell(step, {}, _entries(step))


def set_ansible(step: Step) -> str:
    """The same with slurping and copying."""
    return _ansible(step, _entries(step), {})


def unset_ansible(step: Step) -> str:
    """The same with slurping and copying."""
    return _ansible(step, {}, _entries(step))


def _unknown(argument: Mapping[str, JsonValue]) -> Iterator[str]:
    for name in argument:
        if _PREFIX + name not in DAEMON_SETTINGS:
            yield f"knows no setting {name!r}"


def _entries(step: Step) -> dict[str, JsonValue]:
    return step.argument if isinstance(step.argument, dict) else {}


def _shell(step: Step, wanted: dict[str, JsonValue], unwanted: dict[str, JsonValue]) -> str:
    return program(
        step.control,
        ("setting",),
        _checked(wanted | unwanted)
        + f"wanted={quoted(json.dumps(wanted))}\nunwanted={quoted(json.dumps(unwanted))}\n"
        + _EDIT
        + 'say "$config has changed: the daemon follows when it is restarted or, for some settings, reloaded"\n',
    )


def _checked(settings: Mapping[str, JsonValue]) -> str:
    """Stops where the command line holds a setting: the running daemon's, or the one that systemd would start."""
    flags = [flag for name in settings for flag in _FLAGS.get(name, (f"--{name}",))]
    patterns = " | ".join(pattern for flag in flags for pattern in (flag, f"{flag}=*"))
    return f"""\
coming=$(systemctl show --property=ExecStart --value docker.service 2>/dev/null | tr ' ' '\\n') || coming=
set -f
for word in $options $coming; do
    case $word in {patterns})
        say "dockerd is started with $word, which its file must not repeat: change it there"
        exit 1 ;;
    esac
done
set +f
""" + "".join(_GUARDS.get(name, "") for name in settings)


def _ansible(step: Step, wanted: dict[str, JsonValue], unwanted: dict[str, JsonValue]) -> str:
    found = variable(step)
    looked = program(
        step.control,
        ("setting",),
        _checked(wanted | unwanted) + 'echo "$config"\n[ ! -s "$config" ] || cat "$config"\n',
    )
    gone = " + ".join(
        f"([{json.dumps(name)}] if old.get({json.dumps(name)}) in {json.dumps(values)} else [])"
        for name, values in unwanted.items()
    )
    expressions = {
        "old": f"({found}.stdout_lines[1:] | join('') | default('{{}}', true)) | from_json",
        "gone": gone or "[]",
        "new": f"old | combine({json.dumps(wanted)}, recursive=true) | dict2items | rejectattr('key', 'in', gone) | items2dict",
    }
    settled = "".join(f"  {name}: {_expression(each)}\n" for name, each in expressions.items())
    path = f"{found}.stdout_lines[0]"
    return (
        asking_task(step, "read the configuration", looked)
        + task(
            step,
            "a directory for the configuration",
            "file",
            f"path: {_expression(f'{path} | dirname')}\nstate: directory\n",
            f"when: {found}.stdout_lines | length > 0\n",
        )
        + task(
            step,
            step.title,
            "copy",
            f"dest: {_expression(path)}\ncontent: {_expression('new | to_nice_json(indent=2, sort_keys=false)')}\n",
            f"vars:\n{settled}when: {found}.stdout_lines | length > 0 and new != old\n",
        )
    )


def _expression(text: str) -> str:
    return json.dumps(f"{{{{ {text} }}}}")
