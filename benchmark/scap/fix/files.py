"""Fixes of the control's own files: rights are only taken away, owners set, audit rules added."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from benchmark.model.facts import JsonValue
from benchmark.scap.fix.places import PLACES, find_files, needs_of
from benchmark.scap.fix.shell import program
from benchmark.scap.fix.step import Scope, Step, asking_task, task, variable

_MODE: Final = re.compile(r"0[0-7]{3}")
_NAME: Final = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
_ACCESSES: Final = re.compile(r"r?w?x?a?")
_RULES: Final = "/etc/audit/rules.d/50-docker.rules"
# Bits of a class of users, and the bit beyond rwx that chmod's letters give to it.
_CLASSES: Final = (("u", 6, ("s", 0o4000)), ("g", 3, ("s", 0o2000)), ("o", 0, ("t", 0o1000)))


def mode_faults(argument: JsonValue, scope: Scope) -> Iterator[str]:
    """A mode, for files of the control."""
    yield from _without_files(scope)
    if not (isinstance(argument, str) and _MODE.fullmatch(argument)):
        yield 'is a mode in four octal digits, such as "0644"'


def mode_shell(step: Step) -> str:
    """Takes every bit beyond the mode away; adds none."""
    # busybox takes the sticky bit for everybody's
    return _on_each(step, f'    chmod {_taken(step).replace("t", ",a-t")} -- "$file"\n')


def mode_ansible(step: Step) -> str:
    """The same with the module file."""
    return _find_task(step) + _file_task(step, f"mode: {_taken(step)}\n")


def owner_faults(argument: JsonValue, scope: Scope) -> Iterator[str]:
    """A user and a group, for files of the control."""
    yield from _without_files(scope)
    user, _, group = argument.partition(":") if isinstance(argument, str) else ("", "", "")
    if not (_NAME.fullmatch(user) and _NAME.fullmatch(group)):
        yield 'is "USER:GROUP"'


def owner_shell(step: Step) -> str:
    """Gives the files to user and group; a file that root's group has stays there, since that lets nobody else in."""
    user, _, group = str(step.argument).partition(":")
    if group == "root":
        return _on_each(step, f'    chown -h {user}:{group} -- "$file"\n')
    return _on_each(
        step,
        f"""\
    group={group}
    getent group {group} >/dev/null || group=root
    [ "$(stat -c %g -- "$file")" != 0 ] || group=root
    chown -h "{user}:$group" -- "$file"
""",
    )


def owner_ansible(step: Step) -> str:
    """The same with the module file; the group is kept where it is root's, as in the shell."""
    user, _, group = str(step.argument).partition(":")
    if group == "root":
        return _find_task(step) + _file_task(step, f"owner: {user}\ngroup: {group}\n")
    chosen = f"""\
printf '%s\\n' "$files" | while IFS= read -r file; do
    group={group}
    getent group {group} >/dev/null || group=root
    [ ! -e "$file" ] || [ "$(stat -c %g -- "$file")" != 0 ] || group=root
    [ ! -e "$file" ] || printf '%s %s\\n' "$group" "$file"
done
"""
    options = f"path: \"{{{{ item.split(' ', 1)[1] }}}}\"\nowner: {user}\ngroup: \"{{{{ item.split(' ')[0] }}}}\"\n"
    return asking_task(step, "find the files", _finder(step, chosen)) + task(
        step, step.title, "file", options, _loop(step)
    )


def audit_faults(argument: JsonValue, scope: Scope) -> Iterator[str]:
    """The accesses to record and the key to record them under."""
    yield from _without_files(scope)
    entries = argument if isinstance(argument, dict) else {}
    accesses, key = entries.get("accesses"), entries.get("key")
    if entries.keys() != {"accesses", "key"}:
        yield "has accesses and key, and nothing else"
    elif not (isinstance(accesses, str) and accesses and _ACCESSES.fullmatch(accesses)):
        yield "records accesses out of rwxa, in that order"
    elif not (isinstance(key, str) and _NAME.fullmatch(key)):
        yield "has a key of small letters, digits, _ and -"


def audit_shell(step: Step) -> str:
    """Adds a rule for each file, to stay and, where the kernel takes it, at once; switches recording on if it is off."""
    return program(
        step.control,
        needs_of(step.for_each),
        find_files(step.for_each)
        + f"""\
if [ -z "$files" ]; then say 'there is no such file here'; exit 0; fi
if ! command -v auditctl >/dev/null || [ ! -d /etc/audit ]; then
    say 'auditd is not installed here'
    exit 1
fi
mkdir -p /etc/audit/rules.d
status=$(auditctl -s 2>/dev/null) || status='no answer'
printf '%s\\n' "$files" | while IFS= read -r file; do
    case $file in *[!A-Za-z0-9_./:@%+,=-]*) say "$file: audit rules cannot name this path"; exit 1 ;; esac
    rule="-w $file {_rule(step)}"
    if ! cat /etc/audit/rules.d/*.rules 2>/dev/null | grep -qxF -e "$rule"; then
        (umask 077 && printf '%s\\n' "$rule" >>{_RULES})
        say "$rule is now in {_RULES}"
    fi
    if grep -qsE '^[^#]*[ ,]never([ ,]|$)' /etc/audit/rules.d/*.rules /etc/audit/audit.rules; then
        say 'rules that say never come first and may keep accesses from the record: look through them'
    fi
    case $status in
    *'no answer'*) say 'the kernel does not answer: the rules hold from the next boot on' ;;
    *'enabled 2'*) say 'the rules are locked: new ones hold from the next boot on' ;;
    *) auditctl -l | grep -qxF -e "$rule" || auditctl -w "$file" {_rule(step)} ;;
    esac
done
case $status in *'enabled 0'*) auditctl -e 1 >/dev/null ;; esac
""",
    )


def audit_ansible(step: Step) -> str:
    """A line in a rule file for each file, and the kernel told at once where it takes rules."""
    rule = f"-w {{{{ item }}}} {_rule(step)}"
    line = f'path: {_RULES}\nline: "{rule}"\ncreate: true\nmode: u-xs,g-rwxs,o-rwxt\n'
    return (
        _find_task(step)
        + task(step, "a directory for audit rules", "file", "path: /etc/audit/rules.d\nstate: directory\n", _some(step))
        + task(step, step.title, "lineinfile", line, _loop(step))
        + task(
            step,
            "tell the kernel",
            "shell",
            f"""\
executable: /bin/sh
cmd: |
  PATH=$PATH:/usr/sbin:/sbin
  case $(auditctl -s) in *'enabled 2'*) echo locked until the next boot; exit 0 ;; esac
  auditctl -l | grep -qxF -e "{rule}" || {{ auditctl -w "{{{{ item }}}}" {_rule(step)} && echo changed; }}
  case $(auditctl -s) in *'enabled 0'*) auditctl -e 1 && echo changed ;; esac
""",
            f"{_loop(step)}register: {variable(step)}_kernel\n"
            f"changed_when: \"'changed' in {variable(step)}_kernel.stdout\"\n",
        )
    )


def _without_files(scope: Scope) -> Iterator[str]:
    if scope.for_each not in PLACES:
        yield f"is about files, and {scope.for_each} are none that a script knows to find"


def _taken(step: Step) -> str:
    """``u-xs,g-wxs,o-wxt``: what the mode does not allow, as chmod's letters, which take away and never give."""
    allowed = int(str(step.argument), 8)
    parts = []
    for who, shift, (letter, bit) in _CLASSES:
        rights = "".join(each for each, value in (("r", 4), ("w", 2), ("x", 1)) if not allowed >> shift & value)
        parts.append(f"{who}-{rights}{'' if allowed & bit else letter}")
    return ",".join(parts)


def _rule(step: Step) -> str:
    entries = step.argument if isinstance(step.argument, dict) else {}
    return f"-p {entries['accesses']} -k {entries['key']}"


def _on_each(step: Step, body: str) -> str:
    """A program that does ``body`` to every ``$file``."""
    return program(
        step.control,
        needs_of(step.for_each),
        find_files(step.for_each)
        + "if [ -z \"$files\" ]; then say 'there is no such file here'; exit 0; fi\n"
        + f"printf '%s\\n' \"$files\" | while IFS= read -r file; do\n{body}done\n",
    )


def _finder(step: Step, body: str) -> str:
    return program(step.control, needs_of(step.for_each), find_files(step.for_each) + body)


def _find_task(step: Step) -> str:
    return asking_task(step, "find the files", _finder(step, '[ -z "$files" ] || printf \'%s\\n\' "$files"\n'))


def _file_task(step: Step, options: str) -> str:
    return task(step, step.title, "file", f'path: "{{{{ item }}}}"\n{options}', _loop(step))


def _loop(step: Step) -> str:
    return f'loop: "{{{{ {variable(step)}.stdout_lines }}}}"\n'


def _some(step: Step) -> str:
    return f"when: {variable(step)}.stdout_lines | length > 0\n"
