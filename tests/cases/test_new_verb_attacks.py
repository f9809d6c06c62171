"""New verbs and screens under attack: replays, stale pages, hostile texts, two posts in one hand, typed numbers."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from portal.cases.intake.receive import receive
from portal.cases.models import Application, Case, Event, Task
from portal.cases.routes.tasks import drop
from portal.catalog.models import ServiceItem
from portal.desk import home
from portal.desk.base.views import DONE_BEFORE
from portal.handover import integrity
from portal.handover.forwarding import forward
from portal.handover.models import Custody, Slip
from portal.handover.unsigned import presume, recall
from portal.jobs.models import Promise
from portal.lib.refusal import Refused, TooLate
from portal.organisations.models import Post, Role, ServiceCenter, User, Window
from tests.cast import (
    AGAIN,
    BRANCH,
    CENTRE,
    OTHER_PERSON,
    Cast,
    accepted_case,
    company,
    decided_case,
    person,
    private_person,
    received_case,
)
from tests.desk.test_permissions import client_of
from tests.desk.test_posting import POSTINGS, a_scan, everything
from tests.files import PDF
from tests.stages import bounced

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LEAD = "sx-jsj"


def holder(name: str, cast: Cast) -> User:
    return cast.publisher if name.startswith("waivers_") else cast.receiver


def form_of(name: str, thing: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), **POSTINGS[name].body(thing)}


def dropped_once(cast: Cast) -> Task:
    return bounced(cast).tasks.filter(status="bounced", is_lead=False).exclude(kind="decision").first()


# -- the same form twice -------------------------------------------------------------------------------------------

ONCE = [
    "cases_modeladmin_serve",
    "cases_modeladmin_hand_back",
    "cases_modeladmin_call_home",
    "slips_modeladmin_recall",
    "slips_modeladmin_take_back",
    "tasks_modeladmin_drop",
    "waivers_modeladmin_grant",
    "waivers_modeladmin_decline",
]


@pytest.mark.parametrize("name", ONCE)
def test_a_double_click_does_nothing_twice_and_is_told_as_done_before(cast: Cast, name: str) -> None:
    thing = POSTINGS[name].build(cast)
    client, url, form = client_of(holder(name, cast)), reverse(name, args=[thing.pk]), form_of(name, thing)
    assert DONE_BEFORE not in client.post(url, form, follow=True).content.decode()
    written = everything()
    again = client.post(url, form, follow=True)
    assert again.redirect_chain
    assert DONE_BEFORE in again.content.decode()
    assert everything() == written


def test_a_used_form_that_brings_something_else_is_not_told_as_saved(cast: Cast) -> None:
    case, name = received_case(), "cases_modeladmin_upload"
    client, url, form = client_of(cast.receiver), reverse(name, args=[case.pk]), {"key": str(uuid.uuid4())}
    client.post(url, {**form, **a_scan(case)}, follow=True)
    other = SimpleUploadedFile("另一份.pdf", PDF + b"%%EOF\n")
    page = client.post(url, {**form, **a_scan(case), "upload": other}, follow=True).content.decode()
    assert case.files.count() == 1
    assert DONE_BEFORE in page
    assert "文件已保存。" not in page


def test_the_form_of_another_hand_is_no_proof_that_one_did_it_oneself(cast: Cast) -> None:
    task, key = dropped_once(cast), str(uuid.uuid4())
    url = reverse("tasks_modeladmin_drop", args=[task.pk])
    client_of(cast.receiver).post(url, {"key": key, "reason": "与本件无关"})
    second = client_of(cast.second_receiver).post(url, {"key": key, "reason": "与本件无关"})
    assert "现为“已取消”" in str(second.context["form"].errors)


def test_who_goes_back_to_mend_what_was_taken_in_is_not_told_that_the_mended_is_kept(cast: Cast) -> None:
    item, window, key = ServiceItem.objects.get(code="TZ-09"), Window.objects.get(code="A01"), uuid.uuid4()

    def take(**changes: Any) -> Case:
        typed = private_person(**changes)
        return receive(item=item, applicant=typed, window=window, by=cast.receiver, key=key, in_spite_of=AGAIN)

    first = take()
    assert take() == first
    for changes in ({"identity_number": OTHER_PERSON}, {"contact_phone": "13900000001"}, {"name": "示例丁"}):
        with pytest.raises(Refused, match="已经用过"):
            take(**changes)
    assert Application.objects.count() == 1


# -- hostile words ------------------------------------------------------------------------------------------------

TYPED = {
    "cases_modeladmin_hand_back": ("name", "identity_number", "authority", "identity_kind"),
    "cases_modeladmin_serve": ("receiver", "note", "way", "at", "document"),
    "cases_modeladmin_phone": ("reason",),
    "slips_modeladmin_recall": ("reason",),
    "slips_modeladmin_take_back": ("difference",),
    "tasks_modeladmin_drop": ("reason",),
    "waivers_modeladmin_decline": ("answer",),
}


@pytest.mark.parametrize("name", TYPED)
def test_what_no_hand_types_is_told_beside_the_form_and_changes_nothing(cast: Cast, name: str) -> None:
    thing = POSTINGS[name].build(cast)
    client, url, before = client_of(holder(name, cast)), reverse(name, args=[thing.pk]), everything()
    for typed in TYPED[name]:
        for text in ("甲乙丙丁\x00", "甲" * 10_000):
            answer = client.post(url, {**form_of(name, thing), "matches": "no", typed: text})
            assert answer.status_code == 200, typed
            assert answer.context["form"].errors, typed
    assert everything() == before


@pytest.mark.parametrize("at", ["0001-01-01T00:00", "9999-12-31T23:59", "2026-02-30T00:00"])
def test_a_service_at_an_impossible_time_is_none(cast: Cast, at: str) -> None:
    name, case = "cases_modeladmin_serve", accepted_case()
    form = {**form_of(name, case), "at": at}
    assert "at" in client_of(cast.receiver).post(reverse(name, args=[case.pk]), form).context["form"].errors


def test_a_reason_is_shown_as_it_was_typed_and_runs_nowhere(cast: Cast) -> None:
    task = dropped_once(cast)
    drop(task, by=cast.receiver, reason="<script>alert(1)</script>")
    page = client_of(cast.receiver).get(reverse("cases_modeladmin_inspect", args=[task.case_id])).content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


NUMBERED = {
    "cases_modeladmin_hand_back": "authority",
    "cases_modeladmin_serve": "note",
    "cases_modeladmin_phone": "reason",
    "cases_modeladmin_withdraw": "reason",
    "slips_modeladmin_recall": "reason",
    "slips_modeladmin_take_back": "difference",
    "tasks_modeladmin_drop": "reason",
}


@pytest.mark.parametrize("name", NUMBERED)
def test_a_number_typed_into_a_reason_stands_in_no_event_and_no_promise(cast: Cast, name: str) -> None:
    thing = POSTINGS[name].build(cast)
    said = {"matches": "no", NUMBERED[name]: f"受托人{OTHER_PERSON}，电话13700000000"}
    answer = client_of(cast.receiver).post(reverse(name, args=[thing.pk]), {**form_of(name, thing), **said})
    assert answer.status_code == (200 if name.endswith("_phone") else 302)
    written = "".join(f"{event.text}{json.dumps(event.data)}" for event in Event.objects.all())
    assert OTHER_PERSON not in written
    assert "13700000000" not in written
    assert OTHER_PERSON not in str(list(Promise.objects.values()))
    assert name.endswith("_hand_back") or "330603********0008" in written


# -- what is shown once -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        ({"contact_other": "微信示例"}, "13800000000；其他联系方式：微信示例"),
        ({"contact_phone": "", "contact_other": "微信示例"}, "其他联系方式：微信示例"),
        ({"contact_phone": ""}, "没有留联系方式"),
    ],
)
def test_who_asks_for_the_contact_is_shown_whatever_was_left(cast: Cast, left: dict[str, str], shown: str) -> None:
    case, name = received_case(applicant=company(**left)), "cases_modeladmin_phone"
    page = client_of(cast.receiver).post(reverse(name, args=[case.pk]), form_of(name, case)).content.decode()
    assert f'<strong class="desk-number">{shown}</strong>' in page


@pytest.mark.parametrize("name", ["cases_modeladmin_phone", "cases_modeladmin_reveal"])
def test_a_form_used_elsewhere_opens_nothing(cast: Cast, name: str) -> None:
    case, key = accepted_case(), str(uuid.uuid4())
    case.note("note", "备注", by=cast.receiver, once=key)
    answer = client_of(cast.receiver).post(reverse(name, args=[case.pk]), {"key": key, "reason": "无"})
    assert "不少于4个字" in str(answer.context["form"].errors)
    assert not case.events.filter(verb__startswith="reveal").exists()


# -- stale pages and papers that came later -----------------------------------------------------------------------


def test_who_drops_second_is_told_so_before_a_reason_is_asked(cast: Cast) -> None:
    task = dropped_once(cast)
    stale = Task.objects.get(pk=task.pk)
    drop(task, by=cast.receiver, reason="与本件无关")
    with pytest.raises(TooLate, match="已取消"):
        drop(stale, by=cast.receiver, reason=" ")
    assert stale.status == "bounced", "a refused verb leaves its object as it was"


def presumed_with_more_on_the_way(cast: Cast) -> list[Slip]:
    """Two slips to the lead that nobody there has signed: one counts as received, one brings what came in later."""
    case = accepted_case()
    first = case.slips.get(department__code=LEAD)
    Slip.objects.filter(pk=first.pk).update(issued_at=timezone.now() - timedelta(days=60))
    presume(Slip.objects.get(pk=first.pk))
    case.refresh_from_db()
    Custody.objects.hand_over([case.materials.filter(received=True).first()], to="window")
    second = forward(case, by=cast.receiver)
    return [Slip.objects.get(pk=slip.pk) for slip in (first, second)]


@pytest.mark.parametrize("called_back", [0, 1])
def test_with_its_step_a_department_gives_back_every_paper_that_it_has_not_signed_for(
    cast: Cast, called_back: int
) -> None:
    slips = presumed_with_more_on_the_way(cast)
    case = slips[0].case
    elsewhere = Slip.objects.filter(case=case).exclude(department__code=LEAD)
    recall(slips[called_back], by=cast.receiver, reason="分办有误")
    assert {Slip.objects.get(pk=slip.pk).status for slip in slips} == {"cancelled"}
    assert {slip.status for slip in elsewhere} == {"issued"}
    assert set(Custody.objects.now().of_case(case).values_list("holder", flat=True)) == {"window"}
    assert list(integrity.problems()) == []


# -- two posts in one hand ----------------------------------------------------------------------------------------


def counts(user: User) -> dict[str, int]:
    return {tile.label: tile.count for tile in home.tiles(user)}


def test_a_queue_is_what_one_may_work_and_not_all_that_one_sees(cast: Cast) -> None:
    received_case()
    bounced(cast)
    elsewhere = person("estate-and-eyes", [(Role.RECEIVER, "C01", ""), (Role.SUPERVISOR, "", "")])
    here = person("window-and-eyes", [(Role.RECEIVER, "A01", ""), (Role.SUPERVISOR, "", "")])
    for user, many in ((elsewhere, 0), (here, 1)):
        assert (counts(user)["待受理"], counts(user)["部门退回待重新分办"]) == (many, many)


def test_a_result_waits_for_the_department_of_its_own_centre(cast: Cast) -> None:
    decided_case(cast)
    elsewhere = person("both-centres", [(Role.OFFICER, "", LEAD)], center=BRANCH)
    Post.objects.create(user=elsewhere, role=Role.SUPERVISOR, center=ServiceCenter.objects.get(code=CENTRE))
    assert counts(elsewhere)["待移交结果"] == 0
    assert counts(cast.officer(LEAD))["待移交结果"] == 1
