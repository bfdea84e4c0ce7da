"""Whether the data root lies on a mount of its own."""

import pytest

from benchmark.collect.daemon.data_root import configured_data_root, is_own_mount
from benchmark.collect.host.mounts import MountTable, parse_mountinfo
from benchmark.model.facts import Reason, Source, Unavailable

ROOT = "22 1 254:0 / / rw shared:1 - ext4 /dev/vda rw\n"
VAR = "23 22 254:1 / /var rw - ext4 /dev/vdb rw\n"
OTHER = "31 22 0:25 / /var/lib/docker rw - xfs /dev/vdc rw\n"
ITSELF = "40 22 254:0 /var/lib/docker /var/lib/docker rw - ext4 /dev/vda rw\n"
ITSELF_ON_VAR = "40 23 254:1 /lib/docker /var/lib/docker rw - ext4 /dev/vdb rw\n"
OTHER_TWICE = "41 31 0:25 / /var/lib/docker rw - xfs /dev/vdc rw\n"
BOUND = "40 22 254:0 /srv/docker /var/lib/docker rw - ext4 /dev/vda rw\n"
BELOW = "50 22 0:30 / /var/lib/docker/overlay2/x/merged rw - overlay overlay rw\n"


@pytest.mark.parametrize(
    ("lines", "own"),
    [
        (ROOT, False),
        (ROOT + VAR, False),
        (ROOT + BELOW, False),
        (ROOT + OTHER + BELOW, True),
        (ROOT + BOUND, True),
        (ROOT + ITSELF, False),
        (ROOT + ITSELF + BELOW, False),
        (ROOT + VAR + ITSELF_ON_VAR, False),
        (ROOT + OTHER + OTHER_TWICE, True),
        (ROOT + VAR + OTHER.replace("/var/lib/docker", "/var/lib/docker2"), False),
    ],
)
def test_only_a_mount_of_something_else_counts(lines, own):
    table = MountTable(parse_mountinfo(lines.encode()), Source("test"))
    assert is_own_mount(table, "/var/lib/docker") is own


@pytest.mark.parametrize(
    ("path", "remap", "configured"),
    [
        ("/var/lib/docker", "", "/var/lib/docker"),
        ("/var/lib/docker/165536.165536", "default", "/var/lib/docker"),
        ("/var/lib/docker/165536.165536", Unavailable(Reason.DENIED), "/var/lib/docker"),
        ("/srv/20.10", "", "/srv/20.10"),
        ("/srv/docker", "default", "/srv/docker"),
    ],
)
def test_the_part_that_user_namespaces_add_is_left_out(path, remap, configured):
    assert configured_data_root({"daemon.data-root": path, "daemon.userns-remap": remap}) == configured


def test_an_unknown_data_root_stays_unknown():
    why = Unavailable(Reason.CONFLICT, "x")
    assert configured_data_root({"daemon.data-root": why, "daemon.userns-remap": ""}) is why
