"""Whatever a collector let through, no string of a snapshot looks like a secret; everything else stays as it was."""

from __future__ import annotations

from dataclasses import replace

from benchmark.collect.second_net import cast_second_net
from benchmark.model.facts import ABSENT, Reason, Source, Subject, Unavailable
from benchmark.model.snapshot import Collector, Enumeration, Snapshot, Target
from benchmark.model.snapshot_file import encode_snapshot
from tests.snapshots import container, snapshot

TOKEN = "ghp_0123456789abcdef0123456789abcdef0123"


def test_every_string_passes_the_net() -> None:
    subject = Subject(
        "container",
        f"web-{TOKEN}",
        "ab" * 32,
        {
            "HostConfig.CapAdd": [f"x {TOKEN}"],
            "Mounts": [{"Source": f"/{TOKEN}"}],
            "HostConfig.CgroupParent": f"/{TOKEN}",
            "Config.User": Unavailable(Reason.SYNTAX, f"{TOKEN} is no user"),
            "State.Health.Status": ABSENT,
        },
        Source("GET /x", says=TOKEN),
        sources={"Config.User": (Source(f"file:/{TOKEN}"),)},
        notes={"Config.User": f"note {TOKEN}"},
        blocked=Unavailable(Reason.DENIED, TOKEN),
    )
    made = Snapshot(
        Target(f"host {TOKEN}", kernel=TOKEN),
        Collector("1", 0, "root", f"/{TOKEN}"),
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:01Z",
        (subject,),
        {"containers": Enumeration((0,), Unavailable(Reason.RESET, TOKEN), (TOKEN,), (TOKEN,), (Source(TOKEN),))},
        (f"warning {TOKEN}",),
    )
    written = encode_snapshot(cast_second_net(made)).decode()
    assert "0123456789abcdef" not in written
    assert written.count("[redacted:github_token]") == written.count("[redacted:") > 10


def test_what_is_no_secret_stays_as_it_was() -> None:
    made = snapshot([container("web", {"Config.User": "1000"}), container("password-store", {"Config.User": "app"})])
    assert cast_second_net(made) == made
    assert cast_second_net(replace(made, warnings=("token.txt is not there",))).warnings == ("token.txt is not there",)
