"""One definition drives everything: read from the content, checked before publishing, kept as numbered editions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from pydantic import ValidationError

from portal.cases.intake.outcomes import accept
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.editions.publishing import check, publish
from portal.catalog.exchange.content import department_names, load_items, load_themes
from portal.catalog.judging.preflight import PreflightFailed, preflight
from portal.catalog.models import Edition, ItemStatus, ServiceItem
from portal.catalog.schema.definition import ItemDefinition
from portal.lib.refusal import TooLate
from portal.organisations.models import Organisation
from tests.cast import Cast, received_case

ITEMS = {item.code: item for item in load_items(settings.CONTENT_DIR)}
DEPARTMENTS = set(department_names(settings.CONTENT_DIR).values())
ZONES = {"investment", "business", "realestate", "social", "utility"}


def stages(code: str) -> list[list[tuple[str, str, int]]]:
    route = ITEMS[code].route
    return [[(step.kind, step.department, step.limit_wd) for step in stage.steps] for stage in route.stages]


def changed(code: str, /, **changes: Any) -> ItemDefinition:
    return ItemDefinition.model_validate({**ITEMS[code].model_dump(), **changes})


def test_the_29_items_and_6_themes_load_and_every_item_passes_preflight() -> None:
    assert len(ITEMS) == 29
    assert len(load_themes(settings.CONTENT_DIR)) == 6
    assert sum(len(item.materials) for item in ITEMS.values()) == 201
    for item in ITEMS.values():
        findings = preflight(item, departments=DEPARTMENTS, zones=ZONES)
        assert [finding for finding in findings if finding.severity == "error"] == [], item.code


def test_a_permit_is_reviewed_beside_five_opinions_and_then_decided_by_its_lead() -> None:
    review, decision = stages("TZ-09")
    assert review[0] == ("review", "sx-jsj", 3)
    assert {step[:2] for step in review[1:]} == {
        ("opinion", code) for code in ("sx-rfb", "sx-qxj", "sx-xfzd", "sx-jtj", "sx-slj")
    }
    assert decision == [("decision", "sx-jsj", 1)]
    assert ITEMS["TZ-09"].route.result.limit_wd == 1


def test_a_parallel_group_becomes_one_stage_before_the_lead() -> None:
    assert stages("BDC-01") == [
        [("review", "sx-jsj", 1), ("review", "sx-dsj", 1)],
        [("decision", "sx-gtj", 3)],
    ]


def test_an_instant_item_has_one_decision_at_the_window() -> None:
    assert stages("SS-02") == [[("decision", "sx-scjg", 0)]]
    assert ITEMS["SS-02"].route.result is None


def test_a_body_that_is_no_organisation_acts_under_the_lead_department() -> None:
    step = next(iter(ITEMS["GY-04"].route.stages[0].steps))
    assert (step.department, step.performer) == ("sx-jsj", "供水企业")


def test_only_the_lead_department_takes_paper() -> None:
    for item in ITEMS.values():
        assert {step.department for step in item.route.steps() if step.takes_paper} <= {item.lead_dept}


def test_the_speed_up_is_shown_only_where_promise_and_law_can_be_compared() -> None:
    assert ITEMS["TZ-09"].speedup == 67
    assert ITEMS["SS-02"].is_instant
    assert ITEMS["SH-03"].speedup is None


def test_a_definition_round_trips_byte_for_byte() -> None:
    for item in ITEMS.values():
        again = ItemDefinition.model_validate_json(item.canonical())
        assert again.canonical() == item.canonical()


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"zone": "moon"}, "受理区“moon”不存在"),
        ({"lead_dept": "sx-none"}, "部门“sx-none”不存在"),
        ({"case_type": "instant"}, "即办件的承诺时限应为0"),
        ({"promised_limit": {"value": 16}}, "长于法定时限"),
        ({"promised_limit": {"value": 4}}, "各环节时限合计5个工作日"),
        ({"fee": {"charged": True}}, "缺少收费项目"),
        ({"fee": {"charged": False, "standard": "80元"}}, "不收费的事项"),
    ],
)
def test_what_does_not_hold_is_found(changes: dict[str, Any], words: str) -> None:
    findings = preflight(changed("TZ-09", **changes), departments=DEPARTMENTS, zones=ZONES)
    assert any(words in finding.message for finding in findings)


def test_faults_of_the_route_are_found() -> None:
    route = ITEMS["TZ-09"].route.model_dump()
    twice = {**route, "stages": (*route["stages"], {**route["stages"][1], "key": "g3"})}
    findings = preflight(changed("TZ-09", route=twice), departments=DEPARTMENTS, zones=ZONES)
    words = "".join(finding.message for finding in findings)
    assert "2个决定步骤" in words
    assert "重复了2次" in words
    early = {**route, "stages": tuple(reversed(route["stages"]))}
    findings = preflight(changed("TZ-09", route=early), departments=DEPARTMENTS, zones=ZONES)
    assert any("不在最后" in finding.message for finding in findings)


def test_faults_of_the_material_list_are_found() -> None:
    materials = [material.model_dump() for material in ITEMS["TZ-09"].materials]
    materials[1] = {**materials[0], "tolerant": True}
    findings = preflight(changed("TZ-09", materials=materials), departments=DEPARTMENTS, zones=ZONES)
    words = "".join(finding.message for finding in findings)
    assert "列了2次" in words
    assert "容缺后补与必要性不一致" in words


@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": 1},
        {"promised_limit": {"value": -1}},
        {"name": "长" * 201},
        {"code": "tz09"},
        {"visits": -1},
    ],
)
def test_what_is_no_definition_at_all_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        changed("TZ-09", **changes)


@pytest.mark.django_db
def test_publishing_makes_the_next_edition_and_the_same_content_none(cast: Cast) -> None:
    item = ServiceItem.objects.get(code="TZ-09")
    first = publish(ITEMS["TZ-09"], by=cast.editor)
    second = publish(changed("TZ-09", note="改动"), by=cast.editor)
    item.refresh_from_db()
    assert (first.number, second.number) == (1, 2)
    assert item.current_edition == second


@pytest.mark.django_db
def test_a_refused_definition_makes_no_edition(cast: Cast) -> None:
    with pytest.raises(PreflightFailed):
        publish(changed("TZ-09", promised_limit={"value": 4}), by=cast.editor)
    assert Edition.objects.filter(item__code="TZ-09").count() == 1
    check(ITEMS["TZ-09"])


@pytest.mark.django_db
def test_an_edition_cannot_be_changed_or_removed(cast: Cast) -> None:
    edition = Edition.objects.get(item__code="TZ-09")
    for attempt in (
        edition.save,
        edition.delete,
        lambda: Edition.objects.update(note="x"),
        lambda: Edition.objects.all().delete(),
    ):
        with pytest.raises(TypeError):
            attempt()


@pytest.mark.django_db
def test_a_case_keeps_the_edition_it_was_taken_under(cast: Cast) -> None:
    case = received_case("TZ-09")
    publish(changed("TZ-09", note="新版"), by=None)
    case.refresh_from_db()
    assert case.edition.number == 1


@pytest.mark.django_db
def test_withdrawing_closes_intake_once_and_leaves_running_cases(cast: Cast) -> None:
    case = received_case("TZ-09")
    item = ServiceItem.objects.get(code="TZ-09")
    withdraw_item(item, by=cast.publisher, reason="事项取消")
    assert item not in ServiceItem.objects.open_for_intake()
    with pytest.raises(TooLate):
        withdraw_item(item, by=cast.publisher, reason="again")
    accept(case, by=cast.receiver)
    publish(ITEMS["TZ-09"], by=None)
    item.refresh_from_db()
    assert item.status == ItemStatus.IN_FORCE


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["施工许可", "sgxk", "shigong", "tz-09", "TZ09", "市建设局 许可", "绍兴市建设局"])
def test_an_item_is_found_by_what_a_clerk_types(cast: Cast, typed: str) -> None:
    assert "TZ-09" in set(ServiceItem.search(typed).values_list("code", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["火星", "\x00火星", "a" * 5000, "'; drop table"])
def test_nothing_is_found_by_what_matches_nothing(cast: Cast, typed: str) -> None:
    assert not ServiceItem.search(typed).exists()


@pytest.mark.django_db
def test_a_dissolved_department_cannot_be_published_with(cast: Cast) -> None:
    Organisation.objects.filter(code="sx-qxj").update(valid_to=timezone.localdate() - timedelta(days=1))
    with pytest.raises(PreflightFailed, match="sx-qxj"):
        publish(changed("TZ-09", note="改动"), by=cast.editor)
