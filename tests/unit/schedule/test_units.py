"""The units as text, and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.schedule.units import MARK, Schedule, UnitError, command_line, read_service, service_unit, timer_unit

PLAIN = Schedule("audit", "Mon *-*-* 02:00", 900, ("/usr/bin/dockmark", "audit", "--profile=level_1"))
WORDS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20), max_size=4).map(tuple)


TEXT = st.text(st.characters(codec="utf-8"), max_size=10)
SCHEDULES = st.builds(
    Schedule, st.just("x"), TEXT, st.integers(0, 9), WORDS, WORDS, st.booleans(), st.booleans(),
    st.lists(st.tuples(st.just("DOCKMARK_SET"), TEXT), max_size=2).map(tuple),
)  # fmt: skip


@given(schedule=SCHEDULES)
def test_what_is_written_is_read_back(schedule):
    assert read_service(service_unit(schedule)) == schedule


def test_verdicts_do_not_mark_the_unit_failed_and_everything_else_does():
    assert "SuccessExitStatus=1 2\n" in service_unit(PLAIN)


def test_a_local_audit_gets_no_network_and_a_remote_one_does():
    assert "AF_INET" not in service_unit(PLAIN)
    assert "AF_INET AF_INET6" in service_unit(Schedule("a", "daily", 0, ("/d",), network=True))


def test_nothing_makes_a_mount_namespace():
    """Below one, dockmark cannot prove that it sees the host's own mounts, and says so instead of judging."""
    makers = (
        "ProtectSystem",
        "ProtectHome",
        "PrivateTmp",
        "PrivateDevices",
        "ReadOnlyPaths",
        "ProtectKernel",
        "PrivateMounts",
    )
    assert not [each for each in makers if f"{each}" in service_unit(PLAIN)]


def test_a_missed_start_is_made_up_for():
    assert "Persistent=true\n" in timer_unit(PLAIN)
    assert "RandomizedDelaySec=900\n" in timer_unit(PLAIN)


@pytest.mark.parametrize(
    ("word", "written"),
    [
        ("--host=unix:///run/docker.sock", "--host=unix:///run/docker.sock"),
        ("50%", '"50%%"'),
        ("$HOME", '"$$HOME"'),
        ('say "hi"', '"say \\"hi\\""'),
        ("back\\slash", '"back\\\\slash"'),
        ("", '""'),
        ("two\nlines", '"two\\nlines"'),
        ("a;b", '"a;b"'),
    ],
)
def test_words_are_quoted_for_systemd(word, written):
    assert command_line((word,)) == written


@pytest.mark.parametrize(
    "text", ["", "[Service]\n", MARK, f"{MARK}\nSchedule={{}}\n", f"{MARK}\nSchedule=[1]\n", f"{MARK}\nSchedule={{\n"]
)
def test_a_file_that_is_not_ours_is_refused(text):
    with pytest.raises(UnitError):
        read_service(text)


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ('"delay": 900', '"delay": "1\\nOnCalendar=minutely"'),
        ('"delay": 900', '"delay": true'),
        ('"name": "audit"', '"name": 5'),
        ('"name": "audit"', '"name": "audit\\n"'),
        ('"audit": ["/usr/bin/dockmark", "audit", "--profile=level_1"]', '"audit": "audit"'),
        ('"audit": ["/usr/bin/dockmark"', '"audit": [null'),
        ('"network": false', '"network": "false"'),
        ('"environment": []', '"environment": [["A", 1]]'),
        ('"notify": []', '"notify": ' + "[" * 100_000),
    ],
)
def test_a_unit_that_was_changed_to_say_something_of_another_type_is_refused(said, other):
    text = service_unit(PLAIN)
    assert said in text
    with pytest.raises(UnitError, match="does not say what is scheduled"):
        read_service(text.replace(said, other))
