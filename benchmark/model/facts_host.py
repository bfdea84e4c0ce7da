"""The facts of the host itself and of single files on it."""

from __future__ import annotations

from typing import Final

from benchmark.model.declaration import Fact, Type

HOST_FACTS: Final = {
    "os_release.ID": Fact(Type.STRING, "distribution"),
    "os_release.VERSION_ID": Fact(Type.STRING, "distribution's version"),
    "kernel": Fact(Type.VERSION, "kernel release", derived=True),
    "docker_group.members": Fact(
        Type.STRINGS,
        "accounts in the group that may use the API socket, users whose primary group it is included, sorted;"
        " absent without such a group",
        derived=True,
    ),
    "mount_points": Fact(Type.PATHS, "mount points of this mount namespace", derived=True),
    "audit.source": Fact(Type.STRING, "where the audit rules were read: kernel or files", derived=True),
    "audit.enabled": Fact(
        Type.BOOL, "the kernel's audit system is on; absent where only files could be read", derived=True
    ),
    "audit.watches": Fact(
        Type.RECORDS,
        "paths that audit rules watch",
        fields={
            "path": Fact(Type.STRING, "watched path"),
            "tree": Fact(Type.BOOL, "true when everything below it is watched too"),
            "perms": Fact(Type.STRING, "watched accesses out of r, w, x, a"),
            "key": Fact(Type.STRING, "key of the rule"),
            "never": Fact(Type.BOOL, "true when the rule keeps those accesses from the rules after it"),
            "narrowed": Fact(
                Type.STRING, "a rule that says never and by further filters keeps only some of them; else empty"
            ),
        },
        derived=True,
    ),
}

FILE_FACTS: Final = {
    "path": Fact(Type.STRING, "absolute path on the target, links resolved"),
    "type": Fact(Type.STRING, "file, directory, socket, link, fifo, block or char", derived=True),
    "mode": Fact(Type.MODE, "permission bits including setuid, setgid and sticky", derived=True),
    "owner": Fact(Type.OWNER, "owning user and group", derived=True),
    "acl": Fact(
        Type.STRINGS,
        "ACL entries beyond owner, group and others, as getfacl writes them; empty without an ACL",
        derived=True,
    ),
    "writable_parents": Fact(
        Type.PATHS, "parent directories in which somebody other than root may replace entries", derived=True
    ),
    "audit_rules": Fact(
        Type.STRINGS,
        "audit rules that watch this very path or a tree above it, as `-w PATH -p ACCESSES -k KEY (kernel)`",
        derived=True,
    ),
    "audit_exceptions": Fact(
        Type.STRINGS,
        "rules that say never of some accesses (of a program, of a user) before one of `audit_rules` could record them,"
        " as `-a never,exit -F path=PATH FILTERS (kernel)`",
        derived=True,
    ),
    "read_only_mount": Fact(Type.BOOL, "the file system it lies on is mounted read-only", derived=True),
}
