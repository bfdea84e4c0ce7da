"""Which audit rules count for a file: by real path and component, never by text."""

import pytest

from benchmark.collect.host.audited import audit_exceptions, audit_rules
from benchmark.model.facts import Reason, Subject, Unavailable


def host(*watches, source="kernel"):
    records = [{"path": path, "tree": tree, "perms": perms, "key": key} for path, tree, perms, key in watches]
    return Subject("host", "", "", {"audit.watches": records, "audit.source": source})


def file(path, name=""):
    return Subject("file", name or path, "", {"path": path})


@pytest.mark.parametrize(
    ("watched", "tree", "path", "counts"),
    [
        ("/usr/bin/dockerd", False, "/usr/bin/dockerd", True),
        ("/usr/bin/dockerd", False, "/usr/bin/dockerd-rootless.sh", False),
        ("/usr/bin/docker", False, "/usr/bin/dockerd", False),
        ("/etc/docker/daemon.json", False, "/etc/docker", False),
        ("/etc/docker", True, "/etc/docker", True),
        ("/etc/docker", True, "/etc/docker/daemon.json", True),
        ("/etc/docker", True, "/etc/docker2/daemon.json", False),
        ("/etc/docker", False, "/etc/docker/daemon.json", False),
        ("/", True, "/usr/bin/dockerd", True),
        ("/", False, "/usr/bin/dockerd", False),
    ],
)
def test_exact_path_or_a_tree_above_it(watched, tree, path, counts):
    assert bool(audit_rules(host((watched, tree, "rwxa", "")), file(path))) is counts


def test_rules_are_written_as_auditctl_takes_them_with_what_they_record_and_where_they_were_read():
    watches = host(("/run/docker.sock", False, "wa", "docker"), ("/run", True, "x", ""), source="files")
    assert audit_rules(watches, file("/run/docker.sock", "/var/run/docker.sock")) == [
        "-w /run/docker.sock -p wa -k docker (files)",
        "-w /run -p x (files)",
    ]


def test_a_rule_for_a_link_does_not_watch_the_file_behind_it():
    assert (
        audit_rules(host(("/etc/docker/daemon.json", False, "wa", "")), file("/srv/d.json", "/etc/docker/daemon.json"))
        == []
    )


def test_what_a_never_rule_keeps_from_a_tree_is_not_watched():
    def rules(perms, path="/etc/docker/x"):
        kept = {"path": "/etc/docker/x", "tree": False, "perms": perms, "key": "", "never": True}
        tree = {"path": "/etc/docker", "tree": True, "perms": "wa", "key": "", "never": False}
        facts = {"audit.watches": [kept, tree], "audit.source": "files"}
        return audit_rules(Subject("host", "", "", facts), file(path))

    assert rules("rwxa") == rules("wa") == []
    assert rules("w") == rules("rx") == rules("rwxa", path="/etc/docker/y") == ["-w /etc/docker -p wa (files)"]


def test_ignorance_is_not_an_empty_list():
    denied = Unavailable(Reason.DENIED, "auditctl")
    blind = Subject("host", "", "", {"audit.watches": denied})
    assert audit_rules(blind, file("/x")) is denied
    assert audit_rules(host(("/", True, "rwxa", "")), Subject("file", "/x", "", {"path": denied})) is denied


@pytest.mark.parametrize(
    ("rules", "kept_from"),
    [
        ("N/etc/docker W/etc/docker", True),
        ("W/etc/docker N/etc/docker", False),
        ("N/etc/docker", False),
        ("N/etc/docker:r W/etc/docker:wa", False),
        ("N/etc/docker:rw W/etc/docker:wa", True),
        ("W/etc/docker:wa N/etc/docker W/etc/docker:rwxa", True),
        ("W/etc/docker:wa N/etc/docker:wa W/etc/docker:rwxa", False),
        ("N/etc N/etc/docker:r W/etc/docker:wa", True),
        ("N/etc/docker-old W/etc/docker", False),
        ("N/etc/docker/x W/etc/docker", False),
        ("N W/etc/docker", True),
        ("K/etc/docker:w N/etc/docker:w W/etc/docker", False),
        ("N/etc/docker:w K/etc/docker:w W/etc/docker", False),
        ("N/etc/docker:a K/etc/docker:w W/etc/docker:wa", True),
    ],
)
def test_a_rule_that_says_never_of_some_is_an_exception_to_those_after_it(rules, kept_from):
    """W watches, N says never of some accesses and K of all."""
    records = []
    for rule in rules.split():
        path, _, perms = rule[1:].partition(":")
        narrowed = f"-a never,exit {rule}" if rule[0] == "N" else ""
        records.append(
            {
                "path": path,
                "tree": True,
                "perms": perms or "rwxa",
                "key": "",
                "never": rule[0] != "W",
                "narrowed": narrowed,
            }
        )
    facts = {"audit.watches": records, "audit.source": "kernel"}
    expected = next((f"-a never,exit {rule} (kernel)" for rule in rules.split() if rule[0] == "N"), "")
    found = Subject("host", "", "", facts)
    assert audit_exceptions(found, file("/etc/docker")) == ([expected] if kept_from else [])
    assert bool(audit_rules(found, file("/etc/docker"))) is ("W" in rules)


def test_what_is_not_known_of_the_rules_is_not_known_of_exceptions():
    denied = Unavailable(Reason.DENIED, "auditctl")
    assert audit_exceptions(Subject("host", "", "", {"audit.watches": denied}), file("/x")) is denied
    gone = Unavailable(Reason.VANISHED, "/x")
    assert audit_exceptions(host(), Subject("file", "/x", "", {"path": gone})) is gone
