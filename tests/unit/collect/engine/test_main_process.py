"""Who a container's main process is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmark.collect.engine.main_process import main_process_facts
from benchmark.collect.engine.reports import ContainerContext
from benchmark.model.facts import ABSENT, Reason, Unavailable

NOWHERE = Unavailable(Reason.REMOTE)
CONTEXT = ContainerContext(
    resolve_path=lambda _: None,
    api_sockets=(),
    volume_devices={},
    daemon_seccomp="default",
    daemon_no_new_privileges=False,
    daemon_started_at=None,
    processes=lambda _: (),
    process_no_new_privs=lambda _: NOWHERE,
)


def judged(uid, user="", running=True, pid=42, **host):
    context = replace(CONTEXT, process_uid=lambda asked: uid if asked == pid else NOWHERE)
    document = {"State": {"Running": running, "Pid": pid}, "Config": {"User": user}, "HostConfig": host}
    found = main_process_facts(document, context)
    return tuple(each.reason if isinstance(each, Unavailable) else each for each in found.values())


@pytest.mark.parametrize(
    ("uid", "user", "expected"),
    [
        (0, "", (0, True)),
        (0, "1000", (0, True)),  # the kernel knows better than the setting
        (999, "", (999, False)),  # started as root, and gave that up
        (165536, "root", (165536, False)),  # mapped by a user namespace
        (NOWHERE, "1000", (Reason.REMOTE, Reason.REMOTE)),  # a program that is setuid root
        (NOWHERE, "0:0", (Reason.REMOTE, Reason.REMOTE)),  # one that gives up root
        (NOWHERE, "", (Reason.REMOTE, Reason.REMOTE)),
        (NOWHERE, None, (Reason.REMOTE, Reason.REMOTE)),
        (NOWHERE, 5, (Reason.REMOTE, Reason.REMOTE)),
        (Unavailable(Reason.DENIED), "1000", (Reason.DENIED, Reason.DENIED)),
        (Unavailable(Reason.NO_PROCESS), "", (Reason.NO_PROCESS, Reason.NO_PROCESS)),
    ],
)
def test_running(uid, user, expected):
    assert judged(uid, user) == expected


@pytest.mark.parametrize(
    ("user", "expected"),
    [("1000", False), ("1000:0", False), ("0", Reason.REMOTE), ("00:1", Reason.REMOTE), ("app", Reason.REMOTE)],
)
def test_elsewhere_a_number_that_may_not_gain_privileges_is_not_root(user, expected):
    assert judged(NOWHERE, user, SecurityOpt=["no-new-privileges:true"]) == (Reason.REMOTE, expected)
    assert judged(NOWHERE, user, SecurityOpt=["no-new-privileges:false"]) == (Reason.REMOTE, Reason.REMOTE)


def test_not_running():
    assert judged(0, "1000", running=False, pid=0) == (ABSENT, False)
    assert judged(0, "", running=False, pid=0) == (ABSENT, True)
    assert judged(0, "1000", running=None) == (Reason.UNSUPPORTED, Reason.UNSUPPORTED)
    assert judged(0, "1000", pid=0) == (Reason.UNSUPPORTED, Reason.UNSUPPORTED)
    assert judged(0, "1000", pid="x") == (Reason.UNSUPPORTED, Reason.UNSUPPORTED)
