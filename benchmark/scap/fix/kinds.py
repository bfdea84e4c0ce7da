"""The table of fixes: what a control may ask a script to do. There is no other way: content holds no script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from benchmark.scap.fix import daemon, files, people
from benchmark.scap.fix.step import FixKind

FIXES: Final[Mapping[str, FixKind]] = {
    each.name: each
    for each in (
        FixKind(
            "file_mode",
            'a mode, "0644"',
            "takes every permission beyond it away from the control's files; adds none",
            "restrict",
            files.mode_faults,
            files.mode_shell,
            files.mode_ansible,
        ),
        FixKind(
            "file_owner",
            '"USER:GROUP"',
            "gives the control's files to them; where the group is another than root's, a file of root's group, or a host "
            "without the group, keeps or gets root's",
            "restrict",
            files.owner_faults,
            files.owner_shell,
            files.owner_ansible,
        ),
        FixKind(
            "audit_rule",
            "`accesses` (out of rwxa) and `key`",
            "adds an audit rule for each of the control's files, to stay and at once, and switches recording on",
            "enable",
            files.audit_faults,
            files.audit_shell,
            files.audit_ansible,
        ),
        FixKind(
            "daemon_set",
            "settings with values, as in daemon.json",
            "writes them into the daemon's configuration file: mappings are merged, lists and other values replaced",
            "configure",
            daemon.set_faults,
            daemon.set_shell,
            daemon.set_ansible,
        ),
        FixKind(
            "daemon_unset",
            "settings with lists of values",
            "takes a setting out of the daemon's configuration file where it has one of the values",
            "configure",
            daemon.unset_faults,
            daemon.unset_shell,
            daemon.unset_ansible,
        ),
        FixKind(
            "api_group_members",
            "a parameter of type strings",
            "takes accounts that are not listed out of the group that may use the API; nobody while none is listed",
            "restrict",
            people.members_faults,
            people.members_shell,
            people.members_ansible,
        ),
        FixKind(
            "swarm_certificate_expiry",
            "a parameter of type int, in nanoseconds",
            "makes it the lifetime of nodes' certificates, where the swarm has a longer one",
            "configure",
            people.expiry_faults,
            people.expiry_shell,
            people.expiry_ansible,
        ),
    )
}
