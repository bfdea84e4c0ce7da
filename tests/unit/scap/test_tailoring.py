"""What a Tailoring says, resolved against the benchmark: order, groups, values, weights, and every mistake at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from benchmark.catalog.load import load_catalog
from benchmark.cli.checklist import checklist_of
from benchmark.model.control import Severity
from benchmark.model.tailoring import Refinement, Role
from benchmark.scap.tailoring import TailoringRefused, resolve_tailoring
from benchmark.scap.tailoring_document import read_tailoring
from benchmark.scap.tailoring_xml import TailoringDraft, tailoring_pieces
from benchmark.scap.xml_reader import XmlRefused

CATALOG = load_catalog()
CHECKLIST = checklist_of(CATALOG, "cis_docker", "1.8.0")
LEVEL_1, LEVEL_2 = (f"xccdf_dockmark_profile_level_{each}" for each in (1, 2))


def rule(label):
    return f"xccdf_dockmark_rule_{label}"


def group(section):
    return f"xccdf_dockmark_group_{section}"


def value(name):
    return f"xccdf_dockmark_value_{name}"


def document(*profiles, benchmark=CHECKLIST.id):
    named = f'<benchmark href="x" id="{benchmark}"/>\n' if benchmark else ""
    text = (
        '<Tailoring xmlns="http://checklists.nist.gov/xccdf/1.2" id="xccdf_x_tailoring_t">\n'
        f'{named}<version time="2026-11-27T00:00:00Z">3</version>\n{"".join(profiles)}</Tailoring>\n'
    )
    return read_tailoring(text.encode(), "t.xml")


def profile(*changes, extends=LEVEL_2, name="mine"):
    base = f' extends="{extends}"' if extends else ""
    return f'<Profile id="xccdf_x_profile_{name}"{base}>\n<title>Mine</title>\n{"".join(changes)}</Profile>\n'


def select(idref, selected="true"):
    return f'<select idref="{idref}" selected="{selected}"/>\n'


def tailored(*changes, extends=LEVEL_2):
    return resolve_tailoring(document(profile(*changes, extends=extends)), CHECKLIST, None)


def judged(tailoring):
    return {name for name, selected in tailoring.selected.items() if selected}


def refused(*changes, **more):
    with pytest.raises(TailoringRefused) as caught:
        resolve_tailoring(document(profile(*changes, **more)), CHECKLIST, None)
    return caught.value.errors


def test_a_profile_that_changes_nothing_is_the_one_it_extends():
    by_level = {each.id: each.selected for each in CHECKLIST.profiles}
    for extended in (LEVEL_1, LEVEL_2):
        wanted = {each.control.id for each in CHECKLIST.rules() if each.id in by_level[extended]}
        assert judged(tailored(extends=extended)) == wanted
    assert by_level[LEVEL_1] < by_level[LEVEL_2]


def test_a_profile_that_extends_none_starts_with_nothing():
    assert judged(tailored(select(rule("5.5")), extends="")) == {"container_not_privileged"}


def test_the_later_select_wins():
    assert "container_not_privileged" not in judged(tailored(select(rule("5.5")), select(rule("5.5"), "false")))
    assert "container_not_privileged" in judged(tailored(select(rule("5.5"), "false"), select(rule("5.5"), "1")))


def test_a_rule_is_judged_only_when_every_group_around_it_is_selected():
    without = judged(tailored(select(group("1"), "false"), select(rule("1.1.3"))))
    assert not without & {each.control.id for each in CHECKLIST.rules() if each.number.startswith("1.")}
    assert "daemon_binary_audited" in judged(tailored(select(group("1"), "0"), select(group("1"), "true")))


def test_a_control_beyond_the_benchmark_can_be_selected():
    assert "image_base_recent" in judged(tailored(select(rule("image_base_recent"))))


def test_values_are_read_by_the_type_of_their_parameter():
    told = tailored(
        f'<set-value idref="{value("container_restart_bounded.most_restarts")}">3</set-value>\n',
        f'<set-value idref="{value("docker_group_members_approved.approved_accounts")}">alice, bob</set-value>\n',
        f'<set-value idref="{value("image_vulnerabilities_acceptable.undated_reports_count")}">true</set-value>\n',
        f'<set-complex-value idref="{value("image_registry_approved.approved_registries")}"><item>a,b</item>\n<item>c</item>'
        "</set-complex-value>\n",
        f'<set-value idref="{value("logs_sent_off_host.remote_log_drivers")}"></set-value>\n',
    ).parameters
    assert told == {
        ("container_restart_bounded", "most_restarts"): 3,
        ("docker_group_members_approved", "approved_accounts"): ["alice", "bob"],
        ("image_vulnerabilities_acceptable", "undated_reports_count"): True,
        ("image_registry_approved", "approved_registries"): ["a,b", "c"],
        ("logs_sent_off_host", "remote_log_drivers"): [],
    }


def test_refinements_add_up_in_order():
    told = tailored(
        f'<refine-rule idref="{rule("5.5")}" weight="3.0" severity="low"/>\n',
        f'<refine-rule idref="{rule("5.5")}" role="unscored" weight="0.125"/>\n',
        f'<refine-rule idref="{group("5")}" weight="2"/>\n',
        f'<refine-value idref="{value("container_restart_bounded.most_restarts")}" selector="strict"/>\n',
    )
    assert told.refinements == {
        "container_not_privileged": Refinement(Decimal("0.125"), Severity.LOW, Role.UNSCORED),
    }
    assert told.group_weights == {"5": Decimal(2)}


@pytest.mark.parametrize("weight", ["0", "1.000000", "0.125", "999", ".5", "10.0", "007"])
def test_weights_that_the_schema_takes(weight):
    told = tailored(f'<refine-rule idref="{rule("5.5")}" weight="{weight}"/>\n')
    assert told.refinements["container_not_privileged"].weight == Decimal(weight)


@pytest.mark.parametrize("weight", ["-1", "10.25", "1000", "0.1234", "1e3", "NaN", ".", "", "\uff11"])
def test_weights_that_it_does_not(weight):
    (error,) = refused(f'<refine-rule idref="{rule("5.5")}" weight="{weight}"/>\n')
    assert "weight" in error


def test_a_profile_may_extend_another_of_the_file():
    base = profile(select(rule("5.5"), "false"), name="base")
    mine = profile(select(rule("5.6"), "false"), extends="xccdf_x_profile_base")
    told = resolve_tailoring(document(base, mine), CHECKLIST, "mine")
    assert not judged(told) & {"container_not_privileged", "container_no_sensitive_host_mounts"}
    assert (told.extends, told.profile) == (LEVEL_2, "xccdf_x_profile_mine")


def test_every_mistake_is_told_at_once_with_its_line():
    errors = refused(
        select(rule("99.9")),
        f'<set-value idref="{value("nothing.at_all")}">1</set-value>\n',
        f'<set-value idref="{value("container_restart_bounded.most_restarts")}">many</set-value>\n',
        f'<set-complex-value idref="{value("container_restart_bounded.most_restarts")}"><item>1</item></set-complex-value>\n',
        f'<refine-rule idref="{rule("5.5")}" severity="critical"/>\n',
        f'<refine-rule idref="{rule("5.5")}" role="lead"/>\n',
        f'<refine-rule idref="{group("5")}" severity="low"/>\n',
        f'<refine-value idref="{value("container_restart_bounded.most_restarts")}" operator="greater than"/>\n',
    )
    assert [each.split(": ", 1)[0] for each in errors] == [f"t.xml:{line}" for line in range(6, 14)]
    assert "no rule or group xccdf_dockmark_rule_99.9" in errors[0]
    assert "'many' is not an integer" in errors[2]


@pytest.mark.parametrize("extended", ["xccdf_dockmark_profile_level_3", "xccdf_x_profile_mine"])
def test_what_extends_nothing_or_itself_is_refused(extended):
    (error,) = refused(extends=extended)
    assert error.startswith("t.xml:4: ")


def test_a_file_for_another_benchmark_is_refused():
    other = checklist_of(CATALOG, "cis_docker", "1.7.0").id
    with pytest.raises(TailoringRefused, match=r"made for .*1\.7\.0, and this is .*1\.8\.0"):
        resolve_tailoring(document(profile(), benchmark=other), CHECKLIST, None)
    assert resolve_tailoring(document(profile(), benchmark=""), CHECKLIST, None).extends == LEVEL_2


def test_of_several_profiles_one_has_to_be_named():
    both = document(profile(name="one"), profile(name="two"))
    with pytest.raises(TailoringRefused, match="several profiles; name one"):
        resolve_tailoring(both, CHECKLIST, None)
    assert resolve_tailoring(both, CHECKLIST, "xccdf_x_profile_two").profile == "xccdf_x_profile_two"
    with pytest.raises(TailoringRefused, match="no profile 'three'"):
        resolve_tailoring(both, CHECKLIST, "three")


def test_an_entity_is_refused():
    with pytest.raises(XmlRefused, match="DOCTYPE"):
        read_tailoring(b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "t.xml")


def test_what_is_written_is_read_back():
    draft = TailoringDraft(
        "ours",
        'A <title> & "more"\x1b',
        "2026-11-27T00:00:00Z",
        LEVEL_1,
        {rule("5.5"): False, rule("1.1.3"): True},
        {
            value("docker_group_members_approved.approved_accounts"): ["a", "b"],
            value("engine_version_supported.minimum_version"): "27",
        },
    )
    text = "".join(tailoring_pieces(draft, CHECKLIST))
    told = resolve_tailoring(read_tailoring(text.encode(), "t.xml"), CHECKLIST, None)
    assert told.title == 'A <title> & "more"\ufffd[U+001B]'
    assert "container_not_privileged" not in judged(told)
    assert told.parameters == {
        ("docker_group_members_approved", "approved_accounts"): ["a", "b"],
        ("engine_version_supported", "minimum_version"): "27",
    }
