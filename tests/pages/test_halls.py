"""办事大厅: what the pages of the halls say, the plan with its list, and the papers that hang and lie there."""

from __future__ import annotations

import re
from datetime import time

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from pages.content import load_pages
from pages.halls import HallIndexPage, HallPage
from pages.models import HomePage
from portal.catalog.drawing.floor_plan import floors
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.models import ServiceItem
from portal.organisations.models import HallArea, OpeningHours, Organisation, ServiceCenter, Window, Zone
from portal.workdays.calendar import forget_calendar
from tests.pages.acts import at_desk, editor, guide

pytestmark = [pytest.mark.django_db, pytest.mark.once]
AREAS = ("前台受理区", "后台审批区", "公共事务区", "电子政务体验区", "商务区")


def city_hall() -> HallPage:
    return HallPage.objects.get(hall__code="sx-center")


def shown(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, url
    return answer.content.decode()


def test_every_centre_has_a_page_in_the_list(small_site: HomePage, client: Client) -> None:
    html = shown(client, "/halls/")
    for page in HallPage.objects.all():
        assert f'href="{page.url}"' in html
        assert shown(client, page.url).count("<h1") == 1
    assert HallPage.objects.count() == ServiceCenter.objects.count() == 7


def test_the_city_hall_says_when_where_what_and_for_whom(small_site: HomePage, client: Client) -> None:
    html = shown(client, city_hall().url)
    for words in ("星期一至星期五", "8:30—12:00", "公交", "停车", "无障碍电梯", "tel:0575", "A01", *AREAS):
        assert words in html, words
    assert f'href="{guide().url}"' in html
    assert re.search(r"现在开放|现在还没有开门|现在是休息时间|今天已经关门|今天不开放", html)


def test_only_staff_find_what_to_print(small_site: HomePage, client: Client) -> None:
    places = ("signs/window/A01", "signs/window/Z01", "signs/zone/investment", "signs/area/front")
    links = [f'href="/papers/{place}.pdf"' for place in (*places, "materials/zone/investment")]
    html = shown(client, city_hall().url)
    assert "打印" not in html
    assert "/papers/" not in html
    staffs = shown(at_desk(editor()), city_hall().url)
    assert [link for link in links if link not in staffs] == []
    stranger = Client()
    stranger.cookies[settings.SESSION_COOKIE_NAME] = "x" * 32
    assert "/papers/" not in shown(stranger, city_hall().url)


@pytest.mark.usefixtures("kept_pages")
def test_a_warm_hall_takes_no_query_and_never_shows_what_staff_saw(small_site: HomePage, client: Client) -> None:
    url = city_hall().url
    for _ in range(2):
        shown(at_desk(editor()), url)
        shown(client, url)
    with CaptureQueriesContext(connection) as counted:
        assert "/papers/" not in shown(Client(), url)
    assert len(counted) == 0


def test_a_hall_without_data_says_so_and_promises_no_telephone_that_is_not_there(
    small_site: HomePage, client: Client
) -> None:
    city = ServiceCenter.objects.get(kind="city")
    asks = f"来之前请先问{city.name}"
    for url in ("/halls/", HallPage.objects.get(hall__code="br-ga").url):
        html = shown(client, url)
        assert "地址、开放时间和电话待核实" in html
        assert asks in html
        assert "请先打电话咨询" not in html
    assert 'id="plan"' not in html
    ServiceCenter.objects.filter(pk=city.pk).update(phone="")
    html = shown(client, "/halls/")
    assert "地址、开放时间和电话待核实。" in html
    assert "来之前" not in html
    ServiceCenter.objects.filter(code="br-ga").update(phone="0575-00000009", address="绍兴市（演示）")
    html = shown(client, HallPage.objects.get(hall__code="br-ga").url)
    assert "开放时间待核实。来之前请先打咨询电话。" in html


def test_the_plan_is_named_and_said_again_in_words(small_site: HomePage, client: Client) -> None:
    html = shown(client, city_hall().url)
    drawings = re.findall(r"<svg.*?</svg>", html, re.S)
    assert len(drawings) == 2
    for drawing in drawings:
        assert 'role="img"' in drawing
        assert "<title" in drawing
        assert "<desc" in drawing
    words = re.sub(r"<svg.*?</svg>", "", html, flags=re.S)
    for area in AREAS:
        assert f"<strong>{area}</strong>" in words
    for window in Window.objects.filter(center=city_hall().hall):
        assert f'href="#w-{window.code}"' in words


def test_names_on_the_plan_are_text_and_never_markup(small_site: HomePage) -> None:
    HallArea.objects.filter(code="front").update(name="<b>前台&受理\x0b区</b>")
    drawing = floors(ServiceCenter.objects.get(code="sx-center"))[0].svg
    assert "&lt;b&gt;前台&amp;" in drawing
    assert "<b>" not in drawing
    assert "\x0b" not in drawing


def test_windows_that_find_no_room_on_the_plan_stand_in_the_list(small_site: HomePage, client: Client) -> None:
    center = ServiceCenter.objects.get(code="sx-center")
    front = HallArea.objects.get(code="front")
    Window.objects.bulk_create(
        Window(code=f"X{number:03}", name=f"窗口{number}", center=center, area=front) for number in range(120)
    )
    drawing = floors(center)[0].svg
    assert ">X000<" in drawing
    assert ">X119<" not in drawing
    assert 'href="#w-X119"' in shown(client, city_hall().url)


def test_a_withdrawn_item_leaves_its_window(small_site: HomePage, client: Client) -> None:
    assert guide().title in shown(client, city_hall().url)
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=None, reason="取消")
    assert guide().title not in shown(client, city_hall().url)


def test_a_professional_window_takes_what_its_department_is_responsible_for(
    small_site: HomePage, client: Client
) -> None:
    item = ServiceItem.objects.get(code="TZ-09")
    lead = Organisation.objects.get(pk=item.lead_id)
    window = Window.objects.create(
        code="P1", name="专业窗口", kind="professional", center=city_hall().hall, organisation=lead
    )
    window.zones.add(item.zone)
    counter = shown(client, city_hall().url).split('id="w-P1"')[1].split("</section>")[0]
    assert guide().title in counter
    assert guide("BDC-01").title not in counter


def queries(client: Client, url: str) -> int:
    forget_calendar()
    with CaptureQueriesContext(connection) as captured:
        shown(client, url)
    return len(captured)


def test_more_windows_halls_and_areas_cost_no_more_queries(small_site: HomePage, client: Client) -> None:
    hall, index = city_hall(), HallIndexPage.objects.get()
    shown(client, "/")
    few = queries(client, hall.url), queries(client, index.url)
    zone = Zone.objects.get(code="investment")
    for number in range(5):
        center = ServiceCenter.objects.create(code=f"more-{number}", name=f"分中心{number}", owner=hall.hall.owner)
        OpeningHours.objects.create(center=center, weekday=0, opens=time(9), closes=time(17))
        index.add_child(instance=HallPage(title=center.name, slug=center.code, hall=center))
        area = HallArea.objects.create(code=f"area-{number}", name="新区", center=hall.hall, floor=3)
        Window.objects.create(code=f"N{number}", name="新窗口", center=hall.hall, area=area).zones.add(zone)
    assert (queries(client, hall.url), queries(client, index.url)) == few


def test_pages_that_people_took_away_do_not_come_back(small_site: HomePage, three_items) -> None:
    HallPage.objects.get(hall__code="br-ga").delete()
    load_pages(three_items)
    assert HallPage.objects.count() == 6


def paper(client: Client, name: str, *args: str) -> bytes:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, args
    assert answer["Content-Type"] == "application/pdf"
    return answer.content


def test_signs_and_material_lists_are_pdf_and_printed_once(small_site: HomePage, client: Client) -> None:
    places = [("window", "A01"), ("window", "Z01"), ("zone", "investment"), ("area", "front"), ("area", "back")]
    for kind, code in places:
        assert paper(client, "paper_sign", kind, code).startswith(b"%PDF")
    first = client.get(reverse("paper_material_list", args=["window", "A01"]))
    assert first.content.startswith(b"%PDF")
    again = client.get(reverse("paper_material_list", args=["zone", "investment"]))
    assert again.content.startswith(b"%PDF")
    same = client.get(reverse("paper_material_list", args=["window", "A01"]), headers={"If-None-Match": first["ETag"]})
    assert same.status_code == 304


@pytest.mark.parametrize(
    "name, kind, code",
    [
        ("paper_sign", "moon", "A01"),
        ("paper_sign", "window", "a%00b"),
        ("paper_sign", "window", "NOWHERE"),
        ("paper_sign", "zone", "x" * 3000),
        ("paper_material_list", "area", "front"),
        ("paper_material_list", "window", "Z01"),
    ],
)
def test_papers_of_no_place_are_a_sentence(
    small_site: HomePage, client: Client, name: str, kind: str, code: str
) -> None:
    word = "signs" if name == "paper_sign" else "materials"
    answer = client.get(f"/papers/{word}/{kind}/{code}.pdf")
    assert answer.status_code == 404
    assert "没有" in answer.content.decode()


def test_a_list_that_is_too_long_says_what_to_take_instead(small_site: HomePage, client: Client, monkeypatch) -> None:
    from portal.catalog.papers import hall_views

    monkeypatch.setattr(hall_views, "MOST_ITEMS", 0)
    answer = client.get(reverse("paper_material_list", args=["window", "A01"]))
    assert answer.status_code == 400
    assert "标准化手册" in answer.content.decode()


def test_a_sign_leads_to_the_page_of_its_hall(small_site: HomePage) -> None:
    from portal.catalog.papers.hall_papers import window_sign

    window = Window.objects.get(code="A01")
    assert window_sign(window)["hall_url"] == f"{settings.BASE_URL}{city_hall().url}"
    Page.objects.get(pk=city_hall().pk).specific.unpublish()
    assert window_sign(Window.objects.get(code="A01"))["hall_url"] == f"{settings.BASE_URL}/"
