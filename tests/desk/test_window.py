"""What the window is told before it acts, and what a department that sent its task back is spared."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.cases.intake.files import keep_upload
from portal.cases.intake.materials import check_materials
from portal.cases.intake.reveal import reveal_phone
from portal.cases.models import Case, Task
from portal.cases.routes.tasks import drop
from portal.handover.signing import bounce
from portal.lib.refusal import Refused
from tests.cast import Cast, accepted_case, answer_all, good_rows, received_case, sign_all
from tests.desk.test_screens import at_desk
from tests.files import PDF
from tests.stages import bounced

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def page_of(cast: Cast, name: str, *args: object) -> str:
    return at_desk(cast.receiver).get(reverse(name, args=args)).content.decode()


def press(cast: Cast, name: str, pk: int, **fields: str) -> str:
    client = at_desk(cast.receiver)
    return client.post(reverse(name, args=[pk]), {"key": str(uuid.uuid4()), **fields}, follow=True).content.decode()


# -- acceptance -------------------------------------------------------------------------------------------------------


def test_the_page_of_acceptance_says_what_is_missing_before_anybody_presses(cast: Cast) -> None:
    case = received_case(complete=False)
    page = page_of(cast, "cases_modeladmin_accept", case.pk)
    assert "材料还不能受理" in page
    assert f"“{case.materials.first().name}”缺少" in page
    assert "材料齐全、符合法定形式，现予受理" not in page
    assert "材料齐全、符合法定形式，现予受理" in page_of(cast, "cases_modeladmin_accept", received_case().pk)


def test_whoever_accepts_is_asked_when_departments_would_have_nothing_to_read(cast: Cast) -> None:
    case = received_case()
    refused = press(cast, "cases_modeladmin_accept", case.pk)
    case.refresh_from_db()
    assert case.status == "received"
    assert "凭扫描件办理" in refused
    assert "请先上传扫描件" in refused
    press(cast, "cases_modeladmin_accept", case.pk, without_scans="on")
    case.refresh_from_db()
    assert case.status == "dispatched"


def test_nobody_is_asked_when_everything_is_scanned_or_nobody_works_from_scans(cast: Cast) -> None:
    scanned = received_case()
    for line in scanned.materials.all():
        name = f"{line.key}.pdf"
        upload = SimpleUploadedFile(
            name, PDF.replace(b"%%EOF", f"% {name}\n%%EOF".encode()), content_type="application/pdf"
        )
        keep_upload(scanned, upload, by=cast.receiver, material=line)
    assert "凭扫描件办理" not in page_of(cast, "cases_modeladmin_accept", scanned.pk)
    press(cast, "cases_modeladmin_accept", scanned.pk)
    scanned.refresh_from_db()
    assert scanned.status == "dispatched"
    instant = received_case("SS-02")
    client = at_desk(cast.business_receiver)
    page = client.get(reverse("cases_modeladmin_accept", args=[instant.pk])).content.decode()
    assert "凭扫描件办理" not in page


def test_the_reason_of_a_material_that_became_sound_is_gone(cast: Cast) -> None:
    case = received_case()
    key = case.materials.first().key
    check_materials(
        case, [{"key": key, "received": True, "verdict": "bad", "reason": "审查合格书已过期"}], by=cast.receiver
    )
    assert case.materials.get(key=key).reason == "审查合格书已过期"
    check_materials(case, [row | {"reason": "审查合格书已过期"} for row in good_rows(case)], by=cast.receiver)
    assert case.materials.get(key=key).reason == ""
    assert "审查合格书已过期" not in page_of(cast, "cases_modeladmin_inspect", case.pk).split("办件日志")[0]


# -- intake -----------------------------------------------------------------------------------------------------------


def test_the_applicant_of_an_item_for_bodies_is_a_body_with_its_code(cast: Cast) -> None:
    page = page_of(cast, "desk_intake_item", "TZ-09")
    assert '<option value="body" selected>' in page
    assert '<option value="001" selected>' in page


# -- the telephone ----------------------------------------------------------------------------------------------------


def test_the_telephone_is_shown_once_for_a_reason_that_stands_in_the_log(cast: Cast) -> None:
    case = received_case()
    number = case.application.contact_phone
    assert number not in page_of(cast, "cases_modeladmin_inspect", case.pk)
    shown = press(cast, "cases_modeladmin_phone", case.pk, reason="通知申请人补交图纸")
    assert f'联系电话：<strong class="desk-number">{number}</strong>' in shown
    event = case.events.get(verb="reveal_phone")
    assert (event.text, event.actor) == ("通知申请人补交图纸", cast.receiver)
    assert number not in event.text
    with pytest.raises(Refused, match="不少于4个字"):
        reveal_phone(case, by=cast.receiver, reason="想看")


# -- what a department sent back ---------------------------------------------------------------------------------------


def opinion_of(case: Case) -> Task:
    task = case.tasks.filter(status="bounced", is_lead=False).exclude(kind="decision").first()
    assert task
    return task


def test_sending_a_task_again_does_not_propose_who_sent_it_back(cast: Cast) -> None:
    task = opinion_of(bounced(cast))
    page = page_of(cast, "tasks_modeladmin_redispatch", task.pk)
    assert "请选择承办部门" in page
    assert f'<option value="{task.department_id}" selected' not in page


def test_a_department_that_is_not_concerned_is_dropped_with_a_reason(cast: Cast) -> None:
    case = bounced(cast)
    task = opinion_of(case)
    with pytest.raises(Refused, match="请写明不再征求该部门意见的理由"):
        drop(task, by=cast.receiver, reason=" ")
    drop(task, by=cast.receiver, reason="项目不在其管辖范围")
    task.refresh_from_db()
    assert task.status == "cancelled"
    assert "项目不在其管辖范围" in case.events.get(verb="drop").text
    with pytest.raises(Refused):
        drop(task, by=cast.receiver, reason="再取消一次")


def test_the_lead_and_the_decision_cannot_be_dropped(cast: Cast) -> None:
    case = bounced(cast)
    for task in case.tasks.filter(is_lead=True):
        with pytest.raises(Refused, match="请重新分办"):
            drop(task, by=cast.receiver, reason="与本件无关")


def test_a_stage_goes_on_when_the_last_open_department_is_dropped(cast: Cast) -> None:
    case = accepted_case()
    last = case.slips.waiting().exclude(department=case.lead).first()
    bounce(last, by=cast.officer(last.department.code), reason="不属于本部门")
    sign_all(case, cast)
    answer_all(case, cast)
    case.refresh_from_db()
    stage = case.stage
    drop(opinion_of(case), by=cast.receiver, reason="项目不在其管辖范围")
    case.refresh_from_db()
    assert case.stage == stage + 1
    assert case.events.filter(verb="join").count() == 1


def test_when_all_that_is_left_is_dropped_the_case_is_on_its_way_again(cast: Cast) -> None:
    """Everybody sent it back; the lead's answer is in, the others are not concerned."""
    case = bounced(cast)
    case.tasks.filter(is_lead=True).exclude(kind="decision").update(status="done", outcome="agree")
    for task in case.tasks.filter(status="bounced"):
        task.case = case
        drop(task, by=cast.receiver, reason="与本件无关")
    case.refresh_from_db()
    assert case.status == "dispatched"
    assert case.tasks.get(kind="decision").status in {"sent", "working"}
