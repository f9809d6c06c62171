"""When, how and to whom a notice of the window was served is kept, once, and as it was."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from portal.cases.intake.correction import request_correction
from portal.cases.intake.serving import serve, unserved
from portal.cases.models import Case, Served
from portal.documents.models import Document
from portal.lib.refusal import Refused, TooLate
from tests.cast import Cast, accepted_case, hold_posts_since, received_case
from tests.desk.test_permissions import client_of

pytestmark = [pytest.mark.django_db, pytest.mark.once]
FIRST = "m01"


def notice(case: Case, kind: str = "acceptance") -> Document:
    return case.documents.get(kind=kind)


def by_post(cast: Cast) -> Case:
    case = received_case(complete=False)
    request_correction(case, {FIRST: "请补交"}, by=cast.receiver, way="mail")
    return case


@pytest.mark.parametrize("way", ["in_person", "electronic"])
def test_a_correction_notice_given_or_sent_at_once_is_served_at_once(cast: Cast, way: str) -> None:
    case = received_case(complete=False)
    request_correction(case, {FIRST: "请补交"}, by=cast.receiver, way=way)
    paper = notice(case, "correction")
    served = Served.objects.get(document=paper)
    assert (served.way, served.served_at, served.receiver) == (way, paper.issued_at, "示例乙")
    assert (served.case, served.recorded_by) == (case, cast.receiver)
    assert list(unserved(case)) == []
    assert paper.number in case.events.get(verb="serve").text


def test_a_notice_by_post_is_served_when_it_is_posted(cast: Cast) -> None:
    case = by_post(cast)
    paper = notice(case, "correction")
    assert list(unserved(case)) == [paper]
    posted = timezone.now()
    serve(case, paper, by=cast.receiver, way="mail", at=posted, receiver=" 示例乙 ", note="邮件号码EX1", once="k1")
    served = Served.objects.get(document=paper)
    assert (served.way, served.served_at, served.receiver, served.note) == ("mail", posted, "示例乙", "邮件号码EX1")
    event = case.events.get(verb="serve")
    assert (event.once, event.actor, event.data["way"]) == ("k1", cast.receiver, "mail")
    assert "邮件号码EX1" in event.text
    assert "晚于" not in event.text


def test_a_correction_told_after_the_five_days_is_kept_as_late(cast: Cast) -> None:
    hold_posts_since(timezone.localdate())
    case = by_post(cast)
    with time_machine.travel(timezone.now() + timedelta(days=30), tick=False):
        paper = notice(case, "correction")
        serve(case, paper, by=cast.receiver, way="mail", at=timezone.now(), receiver="示例乙")
    assert "晚于应当告知的最后一天" in case.events.get(verb="serve").text


@pytest.mark.parametrize(
    "change, field, words",
    [
        ({"way": "pigeon"}, "way", "送达方式"),
        ({"receiver": " "}, "receiver", "收件人"),
        ({"at": timedelta(hours=1)}, "at", "现在以前"),
        ({"at": timedelta(hours=-1)}, "at", "文书出具"),
    ],
)
def test_a_service_names_way_receiver_and_a_time_that_can_be(
    cast: Cast, change: dict[str, object], field: str, words: str
) -> None:
    case = accepted_case()
    told = {"way": "in_person", "at": timezone.now(), "receiver": "示例乙", **change}
    if isinstance(told["at"], timedelta):
        told["at"] = timezone.now() + told["at"]
    with pytest.raises(Refused, match=words) as refusal:
        serve(case, notice(case), by=cast.receiver, **told)
    assert refusal.value.field == field
    assert not Served.objects.exists()


def test_a_notice_is_served_once_and_only_a_notice_of_this_case(cast: Cast) -> None:
    case, other = accepted_case(), accepted_case()
    told = {"way": "in_person", "at": timezone.now(), "receiver": "示例乙"}
    serve(case, notice(case), by=cast.receiver, **told)
    with pytest.raises(TooLate, match="已由receiver登记送达"):
        serve(case, notice(case), by=cast.second_receiver, **told)
    for paper in (notice(other), case.documents.exclude(kind="acceptance").first()):
        if paper is not None:
            with pytest.raises(Refused, match="本件的一份没有作废的通知书"):
                serve(case, paper, by=cast.receiver, **told)
    assert Served.objects.count() == 1


def test_only_the_window_writes_down_a_service(cast: Cast) -> None:
    case = accepted_case()
    told = {"way": "in_person", "at": timezone.now(), "receiver": "示例乙"}
    for somebody in (cast.officer("sx-jsj"), cast.issuer, cast.supervisor, cast.nobody):
        with pytest.raises(Refused, match="登记送达"):
            serve(case, notice(case), by=somebody, **told)
    serve(case, notice(case), by=cast.window_lead, **told)


def test_the_case_page_says_how_each_notice_was_served(cast: Cast) -> None:
    case = accepted_case()
    page = client_of(cast.receiver)
    url = reverse("cases_modeladmin_inspect", args=[case.pk])
    assert "登记送达" in page.get(url).content.decode()
    serve(case, notice(case), by=cast.receiver, way="in_person", at=timezone.now(), receiver="示例乙")
    text = page.get(url).content.decode()
    assert "送达：当面送达" in text
    assert "登记送达" not in text
