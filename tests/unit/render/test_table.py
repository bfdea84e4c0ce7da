"""The terminal report: order, counts, what is shown and what is held back, and hostile text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.model.control import Recreate, Remediation
from benchmark.model.facts import Reason, Unavailable
from benchmark.model.result import Finding, Result
from benchmark.model.snapshot import Enumeration, Target
from benchmark.render import FORMATS, RenderOptions, render_many
from tests.unit.render.made_assessments import (
    HOSTILE,
    SECTIONS,
    assessment,
    control,
    erring,
    every_result,
    failing,
    options_for,
    passing,
    requirement,
    row,
    seen,
    subject,
)

SGR = re.compile(r"\x1b\[(?:0|1|2|31|32|33|35|36)m")


def shown(made, **options):
    return "".join(render_many("table", [made], RenderOptions(sections=SECTIONS, **options)))


def lines_of(made, **options):
    return [each.strip() for each in shown(made, **options).splitlines()]


def test_golden(golden):
    golden("table.txt", shown(every_result()))


def test_golden_verbose(golden):
    golden("table_verbose.txt", shown(every_result(), verbose=True))


def test_sections_and_controls_in_the_benchmarks_order():
    made = [row(Result.PASS, [passing(subject())], [each]) for each in ("2.2", "2.10", "5.9", "5.10", "10.1")]
    found = re.findall(
        r"^(?:(\d+ [A-Z].*|Section \d+) \(|  ✓ pass +([\d.]+) )",
        shown(assessment(made)).split("Summary")[0],
        re.MULTILINE,
    )
    assert [a or b for a, b in found] == [
        *("2 Daemon configuration", "2.2", "2.10"),
        *("5 Container runtime", "5.9", "5.10"),
        *("Section 10", "10.1"),
    ]


def test_what_is_beyond_the_benchmark_stands_last_and_without_a_number():
    made = [
        row(Result.FAIL, [failing(subject())], (), made=control("image_x", "Images are fine")),
        row(Result.PASS, [passing(subject())], ["2.2"]),
        row(Result.PASS, [passing(subject())], (), made=control("image_y", "Images are good")),
    ]
    lines = shown(assessment(made)).split("Summary")[0].splitlines()
    titles = [each for each in lines if each and not each.startswith(" ")]
    assert titles[-2:] == ["2 Daemon configuration (1 pass)", "Beyond the benchmark (1 fail, 1 pass)"]
    block = lines[lines.index(titles[-1]) :]
    assert [each.split(None, 2)[1:] for each in block if "Images are" in each] == [
        ["fail", "Images are fine [high]"],
        ["pass", "Images are good"],
    ]


def test_what_is_beyond_the_benchmark_is_counted_as_incomplete():
    made = assessment([row(Result.ERROR, [erring(subject())], ()), row(Result.PASS, [passing(subject())])])
    assert "Incomplete: 1 of 2 controls" in shown(made)


def test_the_head_tells_who_was_audited_when_and_under_what():
    text = shown(assessment(profile="level_1"), framework="CIS Docker Benchmark")
    for part in (
        "CIS Docker Benchmark 1.8.0, level_1",
        "web-prod-17",
        "docker 20.10.24",
        "2026-11-22T20:46:10Z",
        "alice",
    ):
        assert part in text


def test_without_an_engine_the_head_says_so():
    assert "engine     no engine answered" in shown(assessment(target=Target("lonely")))


def test_a_shared_control_shows_all_its_numbers():
    assert "✓ pass  5.3, 5.10  A title" in lines_of(
        assessment([row(Result.PASS, [passing(subject())], ["5.10", "5.3"], made=control(title="A title"))])
    )


def test_found_against_expected_stands_beneath_a_failure():
    made = assessment([row(Result.FAIL, [passing(subject(name="db")), failing(subject())])])
    lines = lines_of(made)
    at = lines.index("✗ fail  5.5  Containers run without the privileged flag [high]")
    assert lines[at + 1] == "✗ container web: HostConfig.Privileged is true, must equal false"
    assert "db" not in shown(made)


def test_subjects_with_the_same_statement_share_a_line():
    made = [row(Result.FAIL, [failing(subject(name=f"c{n}")) for n in range(3)])]
    lines = lines_of(assessment(made))
    assert "✗ 3 containers: HostConfig.Privileged is true, must equal false" in lines
    assert "c0, c1, c2" in lines


def test_five_subjects_are_named_and_the_others_counted():
    made = [row(Result.FAIL, [failing(subject(name=f"c{n}")) for n in range(22)])]
    lines = lines_of(assessment(made))
    assert "✗ 22 containers: HostConfig.Privileged is true, must equal false" in lines
    assert "c0, c1, c2, c3, c4" in lines
    assert "… and 17 more (--verbose shows all)" in lines
    assert "c21" in shown(assessment(made), verbose=True)


def test_each_kind_of_failure_is_shown_before_more_of_the_same():
    findings = [failing(subject(name=f"c{n}")) for n in range(9)] + [failing(subject(name="odd"), message="must not")]
    lines = lines_of(assessment([row(Result.FAIL, findings)]))
    assert "c0, c1, c2, c3" in lines
    assert "✗ container odd: HostConfig.Privileged is true, must not" in lines
    assert "… and 5 more (--verbose shows all)" in lines


@pytest.mark.parametrize("count", [1, 2, 5, 6, 7, 30])
def test_named_and_counted_subjects_add_up(count):
    findings = [failing(subject(name=f"c{n}"), message=f"rule {n % 7}") for n in range(count)]
    text = shown(assessment([row(Result.FAIL, findings)]))
    hidden = re.search(r"and (\d+) more", text)
    assert len(re.findall(r"\bc\d+\b", text)) == min(count, 5)
    assert (int(hidden.group(1)) if hidden else 0) == max(0, count - 5)


def test_a_failure_does_not_hide_what_could_not_be_looked_at():
    made = [row(Result.FAIL, [erring(subject(name="db")), failing(subject())])]
    lines = [each for each in lines_of(assessment(made)) if "container " in each]
    assert lines[0].startswith("✗ container web: ")
    assert lines[1] == "! container db: processes is not known (denied: /proc/1/cmdline)"


def test_an_error_carries_its_reason_code():
    finding = Finding(subject(), Result.ERROR, (seen(value=None, held=None),), "container web: gone", Reason.VANISHED)
    assert "! container web: gone (vanished)" in lines_of(assessment([row(Result.ERROR, [finding])]))


def test_a_gap_is_told_with_and_without_findings():
    gap = Enumeration(gap=Unavailable(Reason.TRUNCATED, "GET /containers/json"))
    alone = lines_of(
        assessment([row(Result.ERROR, enumeration=gap, message="could not be listed", reason=Reason.TRUNCATED)])
    )
    assert "! nothing to look at: truncated: GET /containers/json" in alone
    beside = lines_of(assessment([row(Result.FAIL, [failing(subject())], enumeration=gap)]))
    assert "! the list of containers is incomplete: truncated: GET /containers/json" in beside


def test_controls_with_nothing_to_look_at_share_the_line_that_says_why():
    engine, remote = (Enumeration(gap=Unavailable(reason, "x")) for reason in (Reason.NO_ENGINE, Reason.REMOTE))
    rows = [row(Result.ERROR, enumeration=each, reason=each.gap.reason) for each in (engine, engine, remote)]
    told = [line for line in lines_of(assessment(rows)) if "nothing to look at" in line]
    assert told == ["! nothing to look at: no_engine: x", "! nothing to look at: remote: x"]


def test_of_what_awaits_a_person_only_what_was_found_is_shown():
    found = Finding(subject(), Result.NOTCHECKED, (seen("Mounts", [1], held=False),), "container web: Mounts; judge")
    clean = Finding(subject(name="db"), Result.NOTCHECKED, (seen("Mounts", []),), "container db: ask a person")
    text = shown(assessment([row(Result.NOTCHECKED, [found, clean])]))
    assert "○ container web: Mounts; judge" in text
    assert "container db" not in text


def test_verbose_shows_passes_evidence_remediation_and_its_cost():
    mended = control(remediation=Remediation("Leave the flag out.\n", Recreate.CONTAINER))
    made = assessment([row(Result.FAIL, [passing(subject(name="db")), failing(subject())], made=mended)])
    lines = lines_of(made, verbose=True)
    assert "✓ container db: HostConfig.Privileged is false, as required" in lines
    assert "HostConfig.Privileged = true (GET /containers/web-id/json)" in lines
    assert "fix: Leave the flag out." in lines
    assert "cost: recreate container" in lines
    assert "fix: " not in shown(made)


def test_a_pass_has_no_fix():
    assert "fix: " not in shown(assessment([row(Result.PASS, [passing(subject())])]), verbose=True)


def test_the_summary_counts_all_nine_results_and_names_what_matters():
    text = shown(every_result())
    for each in Result:
        assert re.search(rf"^  . {each.value} +\d+  ", text, re.MULTILINE), each
    assert re.search(r"! error +2  could not be looked at: 3\.15, 3\.16, 5\.29$", text, re.MULTILINE)
    assert re.search(r"✗ fail +1  .*: 5\.5$", text, re.MULTILINE)


def test_results_that_seldom_occur_are_named_together():
    text = shown(assessment([row(Result.PASS, [passing(subject())])]))
    assert "none notselected, informational, fixed" in text
    assert re.search(r"✗ fail +0  ", text)


def test_score_coverage_and_what_was_looked_at():
    lines = lines_of(every_result())
    assert "score      20.0 % (1 of 5 passed), 20.0 % after waivers" in lines
    assert "coverage   2 of 10 controls judged" in lines
    assert any(
        each.startswith("looked at  1 daemon, 2 files, 25 containers, 1 image; 1 container vanished") for each in lines
    )
    assert "XCCDF" not in shown(every_result())
    assert "XCCDF      default 20 of 100, flat 1 of 5" in shown(every_result(), verbose=True)


def test_nothing_scorable_is_not_a_score_of_zero():
    assert "score      n/a (nothing could be scored), n/a after waivers" in lines_of(assessment())


def test_hints_only_where_there_is_something_to_do():
    assert "Incomplete" not in shown(assessment([row(Result.PASS, [passing(subject())])]))
    assert "Incomplete: 3 of 10 controls" in shown(every_result())
    assert "`dockmark controls show 5.5`" in shown(every_result())


def test_requirements_without_a_control_are_listed_in_ranges():
    made = assessment(not_judged=tuple(requirement(f"4.{n}") for n in range(1, 13)))
    lines = lines_of(made)
    assert "Not yet judged: 12 requirements without a control, not in the score" in lines
    assert "Section 4: 4.1-4.12" in lines


def test_notes_on_facts_are_shown_once():
    daemon = subject("daemon", "docker", notes={"daemon.icc": "pending restart", "daemon.tls": "nobody asked"})
    made = [row(Result.FAIL, [failing(daemon, "daemon.icc")], [each]) for each in ("2.1", "2.2")]
    lines = lines_of(assessment(made))
    assert lines.count("! daemon daemon.icc: pending restart") == 1
    assert "nobody asked" not in shown(assessment(made))


def test_a_flood_of_warnings_is_bounded():
    made = assessment(warnings=tuple(f"warning {n}" for n in range(50)))
    assert "… and 40 more (--verbose shows all)" in lines_of(made)
    assert "! warning 49" in lines_of(made, verbose=True)


def test_waived_and_attested_are_marked():
    waiver = {"until": "2027-01-01"}
    made = row(Result.FAIL, [failing(subject())], made=control(title="A title"), waiver=waiver, attestation={})
    assert "A title [high, waived, attested]" in shown(assessment([made]))


def test_colour_is_never_the_only_carrier():
    painted = shown(every_result(), colour=True)
    assert "\x1b[31m✗ fail\x1b[0m" in painted
    assert SGR.sub("", painted) == shown(every_result())


def test_ascii_when_the_terminal_knows_no_more():
    assert shown(every_result(), unicode=False).isascii()
    assert shown(every_result(), unicode=False, verbose=True).isascii()


@pytest.mark.parametrize("width", [80, 100, 140])
def test_lines_keep_the_width(width):
    made = [
        row(
            Result.FAIL, [failing(subject(name="name-" * 30)), failing(subject(name="x" * 200))], ["2.4", "5.1", "5.2"]
        ),
        row(Result.PASS, [passing(subject())], ["5.3"], made=control(title="A very long title " * 9)),
        *every_result().results,
    ]
    assert max(map(len, shown(assessment(made), width=width).splitlines())) <= width


def test_a_long_message_is_cut_in_the_middle_and_whole_in_verbose():
    finding = Finding(subject(), Result.FAIL, (seen(held=False),), "container web: " + "long " * 400 + "END")
    made = assessment([row(Result.FAIL, [finding])])
    assert len(shown(made)) < 2500
    assert "…" in shown(made)
    assert "END" in shown(made)
    assert shown(made, verbose=True).count("long") == 400


ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=25)


@settings(max_examples=60, deadline=None)
@given(text=ANY_TEXT, verbose=st.booleans(), colour=st.booleans(), unicode=st.booleans(), width=st.integers(0, 200))
def test_whatever_a_host_says_the_report_is_printable(text, verbose, colour, unicode, width):
    about = subject(name=text, identity=text, notes={text: text})
    gap = Enumeration(gap=Unavailable(Reason.DENIED, text), vanished=(text,), appeared=(text,))
    findings = [
        Finding(about, result, (seen(text, text, text, held=False),), text, Reason.DENIED)
        for result in (Result.FAIL, Result.ERROR, Result.NOTCHECKED, Result.PASS)
    ]
    made = assessment(
        [
            row(Result.FAIL, findings, [text], made=control(title=text), message=text, enumeration=gap),
            row(Result.ERROR, [], ["5.1"], message=text, enumeration=gap),
        ],
        target=Target(text, text, text, text, text, text, text, text),
        tool_version=text,
        operator=text,
        collected_at=text,
        release=text,
        profile=text,
        warnings=(text,),
        not_judged=(requirement(text),),
    )
    options = RenderOptions(width, colour, verbose, unicode, {"5": text}, text)
    for whole in ("".join(render_many("table", [made] * count, options)) for count in (1, 2)):
        bare = SGR.sub("", whole) if colour else whole
        assert bare.replace("\n", "").isprintable()
        assert unicode or bare.isascii()


def test_hostile_names_are_shown_escaped():
    text = shown(assessment([row(Result.FAIL, [failing(subject(name=HOSTILE))])]), verbose=True)
    assert r"container we\x1b]0;owned\x07b\u202eevil" in text


def test_many_targets_are_a_row_each():
    made = [assessment(every_result().results, target=Target(name)) for name in ("alpha", "b" * 300, "5.10")]
    text = "".join(render_many("table", made, RenderOptions(width=90)))
    lines = text.splitlines()
    assert lines[2].split() == ["target", "score", "coverage", "fail", "error", "unknown", "manual"]
    assert lines[4].split() == ["alpha", "20.0", "%", "2/10", "1", "2", "1", "1"]
    assert lines[6].startswith("5.10 ")
    assert max(map(len, lines)) <= 90
    assert lines[-1] == "3 targets, 3 of them incomplete (error or unknown)"


def test_no_targets_are_said_to_be_none():
    assert "".join(render_many("table", [], RenderOptions())) == "No targets.\n"
    assert "".join(render_many("json", [], RenderOptions())) == ""


def test_one_of_many_is_rendered_as_one():
    made = every_result()
    options = options_for(made)
    for name, chosen in FORMATS.items():
        assert "".join(render_many(name, iter([made]), options)) == "".join(chosen.render(made, options))
        assert chosen.name == name


def test_an_unknown_format_is_refused_at_once():
    with pytest.raises(KeyError):
        render_many("tabel", [], RenderOptions())
