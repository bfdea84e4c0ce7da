"""Fixes of who belongs to a group, and of what a swarm keeps about itself: the two that take a parameter's value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from benchmark.model.facts import JsonValue
from benchmark.scap.fix.shell import program, quoted
from benchmark.scap.fix.step import Scope, Step, asking_task, parameter_faults, task, variable

# The number of the group that may use the API: the one that the daemon is told, else docker's. Groups that share it count.
_GROUP: Final = """\
group=$(given -G --group | tail -n 1)
[ -n "$group" ] || group=$(setting group)
number=$(getent group "${group:-docker}" | cut -d : -f 3)
number=${number:-${group:-none}}
# members: a group and an account of it, once for each
members() {
    getent group | awk -F : -v number="$number" '
        $3 == number { count = split($4, names, ","); for (at = 1; at <= count; at++) print $1, names[at] }'
}
"""


def members_faults(argument: JsonValue, scope: Scope) -> Iterator[str]:
    """The parameter that lists who may be in the group."""
    yield from parameter_faults(argument, scope, "strings")


def members_shell(step: Step) -> str:
    """Takes out of the group whoever is not approved; nobody while none is, which is for a person to judge."""
    approved = _approved(step)
    if not approved:
        return program(
            step.control, (), "say 'no account is approved yet: who may stay is for a person to say'\nexit 1\n"
        )
    return program(
        step.control,
        ("setting",),
        f"""\
approved={quoted(chr(10).join(approved))}
{_GROUP}members | while read -r group member; do
    printf '%s\\n' "$approved" | grep -qxF -e "$member" || gpasswd -d "$member" "$group" >/dev/null
done
left=$(
    getent passwd | awk -F : -v number="$number" '$4 == number {{ print $1 }}' | while IFS= read -r member; do
        printf '%s\\n' "$approved" | grep -qxF -e "$member" || printf '%s ' "$member"
    done
)
[ -z "$left" ] || {{ say "the group is the primary one of ${{left}}: usermod -g gives an account another"; exit 1; }}
""",
    )


def members_ansible(step: Step) -> str:
    """The same: who is too many is asked first, then taken out one by one."""
    approved = _approved(step)
    found = variable(step)
    looked = program(step.control, ("setting",), f"{_GROUP}members\n")
    wanted = json.dumps(f"item.split(' ')[1] not in {json.dumps(approved)}") if approved else "false"
    words = "gpasswd, -d, \"{{ item.split(' ')[1] }}\", \"{{ item.split(' ')[0] }}\""
    return asking_task(step, "who is in the group", looked) + task(
        step,
        step.title,
        "command",
        f"argv: [{words}]\n",
        f'loop: "{{{{ {found}.stdout_lines }}}}"\nwhen: {wanted}\n',
    )


def expiry_faults(argument: JsonValue, scope: Scope) -> Iterator[str]:
    """The parameter that holds the longest lifetime."""
    yield from parameter_faults(argument, scope, "int")


def expiry_shell(step: Step) -> str:
    """Tells the swarm the longest lifetime, where it has a longer one."""
    return program(step.control, (), f'{_asked(step)}[ -z "$longer" ] || {_update(step)} >/dev/null\n')


def expiry_ansible(step: Step) -> str:
    """The same, through the command docker."""
    found = variable(step)
    return asking_task(
        step, "ask the swarm", f'{{% raw %}}\n{program(step.control, (), _asked(step))}echo "$longer"\n{{% endraw %}}\n'
    ) + task(step, step.title, "command", f"cmd: {_update(step)}\n", f"when: {found}.stdout | trim != ''\n")


def _approved(step: Step) -> list[str]:
    return [str(each) for each in step.argument] if isinstance(step.argument, list) else []


def _asked(step: Step) -> str:
    """Sets ``longer`` to the lifetime where it is longer than allowed; an engine that does not answer ends the program."""
    return f"""\
cluster=$(docker info --format '{{{{json .Swarm.Cluster}}}}' </dev/null)
lifetime=$(printf '%s\\n' "$cluster" | sed -n 's/.*"NodeCertExpiry":\\([0-9][0-9]*\\).*/\\1/p')
if [ -z "$lifetime" ]; then say 'this is no manager of a swarm'; exit 1; fi
longer=
[ "$lifetime" -le {step.argument} ] && [ "$lifetime" -gt 0 ] || longer=$lifetime
"""


def _update(step: Step) -> str:
    return f"docker swarm update --cert-expiry {step.argument}ns"
