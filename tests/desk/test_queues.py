"""A tile opens the list that it counts, and every verb page says which case it is about."""

from __future__ import annotations

import io
import re

import pytest
from django.urls import reverse
from pypdf import PdfReader

from portal.cases.decision.decide import decide
from portal.cases.models import Case, Task
from portal.desk import home
from portal.handover.models import Slip
from tests.cast import Cast, accepted_case, case_to_decide, received_case, sign_all
from tests.desk.test_screens import at_desk
from tests.stages import bounced, ready

pytestmark = pytest.mark.django_db


def everything(cast: Cast) -> None:
    """Cases in every queue of a tile."""
    received_case()
    bounced(cast)
    accepted_case("TZ-09")
    ready(cast)
    working = accepted_case("TZ-09")
    sign_all(working, cast)
    instant = accepted_case("SS-02")
    decide(instant.tasks.get(), by=cast.officer(instant.lead.code), granted=True)
    late = accepted_case("TZ-09")
    Case.objects.filter(pk=late.pk).update(promised_due="2026-01-05")
    Task.objects.filter(case=late).update(due="2026-01-05")


@pytest.mark.parametrize("who", ["receiver", "estate_receiver", "issuer", "supervisor", "officer"])
def test_a_tile_counts_what_its_list_shows(cast: Cast, who: str) -> None:
    everything(cast)
    user = cast.officer("sx-jsj") if who == "officer" else getattr(cast, who)
    found = home.tiles(user)
    assert found
    client = at_desk(user)
    for tile in found:
        page = client.get(tile.url).content.decode()
        assert f"共{tile.count_text}条" in page, tile.label


def test_each_hand_has_a_queue_of_its_own(cast: Cast) -> None:
    everything(cast)
    found = {tile.label: tile.count for tile in home.tiles(cast.issuer)}
    assert found["待当场出件"] == 1
    assert found["待领取"] == 1
    counts = {tile.label: tile.count for tile in home.tiles(cast.officer("sx-jsj"))}
    assert counts["待我签收"] > 0
    assert counts["待我决定"] == 0  # an officer decides instant items only
    chief = {tile.label: tile.count for tile in home.tiles(cast.decider("sx-jsj"))}
    assert "待我签收" not in chief
    working = Task.objects.filter(department__code="sx-jsj", status="working", case__item__code="TZ-09")
    assert counts["待我承办"] == working.exclude(kind="decision").count()
    assert chief["待我决定"] == working.filter(kind="decision").count()


def test_work_of_others_is_no_filter(cast: Cast) -> None:
    page = at_desk(cast.receiver).get(reverse("cases_modeladmin_index")).content.decode()
    assert "部门退回" in page
    assert "待移交结果" not in page
    assert "待当场出件" not in page


def verb_pages(cast: Cast) -> list[tuple[Case, object, str]]:
    """Cases with whoever stands before one of their verb pages."""
    waiting = received_case()
    sent = accepted_case("TZ-09")
    slip = Slip.objects.filter(case=sent).first()
    assert slip
    on_shelf = ready(cast)
    return [
        *(
            (waiting, cast.receiver, reverse(f"cases_modeladmin_{verb}", args=[waiting.pk]))
            for verb in ("accept", "correct", "materials", "withdraw", "upload")
        ),
        *(
            (sent, cast.officer(slip.department.code), reverse(f"slips_modeladmin_{verb}", args=[slip.pk]))
            for verb in ("sign", "bounce")
        ),
        (on_shelf, cast.issuer, reverse("pickup_modeladmin_deliver", args=[on_shelf.delivery.pk])),
    ]


def test_every_verb_page_has_the_head_of_its_case(cast: Cast) -> None:
    for case, user, url in verb_pages(cast):
        page = at_desk(user).get(url).content.decode()
        head = re.search(r'<header class="desk-case">.*?</header>', page, re.DOTALL)
        assert head, url
        for said in (str(case), case.definition.name, case.application.applicant_name, 'class="lamp '):
            assert said in head[0], (url, said)
    assert f"存放位置 {case.delivery.shelf}" in head[0]


def test_whoever_decides_reads_the_opinions_beside_the_form(cast: Cast) -> None:
    case = case_to_decide(cast)
    decision = case.tasks.get(kind="decision")
    opinions = case.tasks.filter(status="done")
    assert len(opinions) > 1
    opinions.update(opinion="同意，请注意排水")
    url = reverse("tasks_modeladmin_decide", args=[decision.pk])
    page = at_desk(cast.officer(decision.department.code)).get(url).content.decode()
    assert "各部门意见" in page
    assert page.count("同意，请注意排水") == len(opinions)
    assert all(str(task.department) in page for task in opinions)


def test_a_finder_with_one_hit_opens_it(cast: Cast) -> None:
    answer = at_desk(cast.receiver).get(reverse("desk_intake"), {"q": "TZ-09"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("desk_intake_item", args=["TZ-09"]))
    assert at_desk(cast.receiver).get(reverse("desk_intake"), {"q": "没有这个事项"}).status_code == 200


def test_one_key_prints_every_paper_of_a_case(cast: Cast) -> None:
    case = accepted_case("TZ-09")
    page = at_desk(cast.receiver).get(reverse("cases_modeladmin_inspect", args=[case.pk])).content.decode()
    assert page.index('aria-keyshortcuts="Alt+P"') < page.index("部门办理")
    for slip in Slip.objects.filter(case=case):
        assert f"办理交接单（{slip.department}）" in page
    assert at_desk(cast.estate_receiver).get(reverse("desk_papers", args=[case.pk])).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_all_papers_are_one_file_without_those_that_are_void(cast: Cast) -> None:
    case = accepted_case("BDC-01")
    papers = list(case.documents_for(cast.estate_receiver))
    pages = sum(len(PdfReader(io.BytesIO(paper.pdf())).pages) for paper in papers)
    client = at_desk(cast.estate_receiver)
    answer = client.get(reverse("desk_papers", args=[case.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(answer.content)).pages) == pages
    papers[0].void(by=cast.supervisor, reason="测试作废")
    less = client.get(reverse("desk_papers", args=[case.pk]))
    assert len(PdfReader(io.BytesIO(less.content)).pages) == pages - len(PdfReader(io.BytesIO(papers[0].pdf())).pages)
