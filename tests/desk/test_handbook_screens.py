"""The screens of the handbooks: the office has them made, everybody with a post reads, downloads and compares them."""

from __future__ import annotations

import hashlib
import re
import uuid
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from portal.catalog.editions.intake import withdraw_item
from portal.catalog.handbook.models import Handbook, HandbookStatus
from portal.catalog.jobs import handbooks_given_up
from portal.catalog.models import ServiceItem
from portal.jobs.models import Promise, PromiseStatus
from portal.lib.files import PDF, private_path, store_bytes
from portal.organisations.models import Role, User
from tests.cast import Cast, person
from tests.catalog.handbooks import definition, ordered, republished
from tests.pages.acts import at_desk

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def manager() -> User:
    return person("office", [(Role.CATALOG_ADMIN, "", "")])


def finished(code: str = "business") -> Handbook:
    """A handbook with a file of no account."""
    handbook = ordered(code)
    handbook.finish(store_bytes(b"%PDF-1.7 handbook %%EOF", PDF), 7)
    return handbook


def failed() -> Handbook:
    handbook = ordered()
    error = "ChapterFailed: 第1章“企业名称预先核准”（SS-02）不能排版，详细情况见系统日志。"
    Promise.objects.exclude(status=PromiseStatus.DONE).update(status=PromiseStatus.DEAD, last_error=error)
    handbooks_given_up(timezone.now())
    return Handbook.objects.for_list().get(pk=handbook.pk)


def get(user: User, name: str, *args: Any, query: str = "") -> HttpResponse:
    return at_desk(user).get(reverse(name, args=args) + query)


def text_of(response: HttpResponse) -> str:
    """What a person reads of the page, without tags; a value in quotes may hold an angle."""
    page = re.sub(r"<(script|style|svg|template)\b.*?</\1>", "", response.content.decode(), flags=re.S)
    main = re.search(r"<main\b.*?</main>", page, re.S)
    words = re.sub(r"""<(?:"[^"]*"|'[^']*'|[^'">])*>""", " ", main[0] if main else page)
    return re.sub(r"\s+", " ", words)


def order(user: User, **data: Any) -> HttpResponse:
    return at_desk(user).post(reverse("desk_handbook_order"), {"key": str(uuid.uuid4()), "scope": "business", **data})


# --- the list and the order -------------------------------------------------------------------------------------------


def test_the_list_tells_number_scope_items_pages_state_time_and_person(cast: Cast) -> None:
    done, coming = finished("business"), ordered("")
    shown = text_of(get(cast.receiver, "handbooks_modeladmin_index"))
    for words in (
        done.number,
        "商事登记",
        "1项",
        "7页",
        "已完成",
        coming.number,
        "全中心",
        "3项",
        "等待制作 0%",
        "系统",
    ):
        assert words in shown, words


def test_the_list_is_narrowed_by_scope_and_by_words(cast: Cast) -> None:
    zone, centre = finished("business"), finished("")
    for query, there in (("?show=zones", zone), ("?show=centre", centre), ("?q=商事", zone)):
        shown = text_of(get(cast.receiver, "handbooks_modeladmin_index", query=query))
        gone = centre if there == zone else zone
        assert there.number in shown, query
        assert gone.number not in shown, query


def test_the_list_costs_the_same_however_long_it_is(cast: Cast) -> None:
    client, counts = at_desk(cast.receiver), []
    for codes in (("business",), ("", "investment", "realestate", "business", "")):
        for code in codes:
            finished(code)
        client.get(reverse("handbooks_modeladmin_index"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("handbooks_modeladmin_index"))
        counts.append(len(queries))
    assert counts[0] == counts[1] < 20


def test_the_office_orders_and_is_led_to_the_page_of_the_handbook(cast: Cast) -> None:
    assert "制作手册" in text_of(get(manager(), "handbooks_modeladmin_index"))
    answer = order(manager(), scope="centre")
    handbook = Handbook.objects.get()
    assert answer.url == reverse("handbooks_modeladmin_inspect", args=[handbook.pk])
    assert (handbook.zone, handbook.ordered_by) == (None, manager())


def test_a_double_click_orders_once(cast: Cast) -> None:
    key = str(uuid.uuid4())
    assert order(manager(), key=key).url == order(manager(), key=key).url
    assert Handbook.objects.count() == 1


def test_who_only_reads_neither_sees_the_button_nor_can_order(cast: Cast) -> None:
    assert "制作手册" not in text_of(get(cast.receiver, "handbooks_modeladmin_index"))
    assert order(cast.receiver).status_code == 302
    assert not Handbook.objects.exists()


@pytest.mark.parametrize(
    "data, words",
    [
        ({"scope": "utility"}, "没有在用的事项，不能制作手册。"),
        ({"scope": "nowhere"}, "没有“nowhere”这个选项，请从列表中选择。"),
        ({"scope": ""}, "必填"),
        ({"key": "x"}, "请刷新页面后重新提交。"),
        ({"scope": "business\x00"}, "不"),
    ],
)
def test_an_order_that_cannot_be_taken_is_answered_with_a_sentence(
    cast: Cast, data: dict[str, str], words: str
) -> None:
    answer = order(manager(), **data)
    assert answer.status_code == 200
    assert words in text_of(answer)
    assert not Handbook.objects.exists()


def test_while_one_is_being_made_the_order_says_which(cast: Cast) -> None:
    first = ordered("business")
    assert f"商事登记的{first.number}正在制作，请等它完成后再制作新的一版。" in text_of(order(manager()))


# --- progress and failure ---------------------------------------------------------------------------------------------


def test_a_page_under_way_refreshes_with_and_without_scripts_and_a_finished_one_does_not(cast: Cast) -> None:
    handbook = ordered("")
    handbook.begin()
    handbook.advance(1)
    page = get(cast.receiver, "handbooks_modeladmin_inspect", handbook.pk).content.decode()
    assert f'data-desk-refresh="{reverse("desk_handbook_progress", args=[handbook.pk])}"' in page
    assert re.search(r'<noscript>\s*<meta http-equiv="refresh"', page)
    assert re.search(r'<progress[^>]* max="4" value="1"', page)
    assert "已完成1步，共4步（25%）" in page
    handbook.finish(store_bytes(b"%PDF- x %%EOF", PDF), 7)
    page = get(cast.receiver, "handbooks_modeladmin_inspect", handbook.pk).content.decode()
    assert "data-desk-refresh" not in page
    assert "http-equiv" not in page


def test_the_piece_that_is_asked_for_again_says_when_it_has_ended(cast: Cast) -> None:
    handbook = ordered()
    piece = get(cast.receiver, "desk_handbook_progress", handbook.pk)
    assert "等待开始" in piece.content.decode()
    assert "data-desk-ended" not in piece.content.decode()
    assert "no-store" in piece["Cache-Control"]
    handbook.finish(store_bytes(b"%PDF- x %%EOF", PDF), 7)
    assert "data-desk-ended" in get(cast.receiver, "desk_handbook_progress", handbook.pk).content.decode()


def test_an_attempt_that_went_wrong_is_told_while_the_next_one_waits(cast: Cast) -> None:
    handbook = ordered()
    Promise.objects.update(last_error="ChapterFailed: 第1章不能排版。")
    piece = get(cast.receiver, "desk_handbook_progress", handbook.pk).content.decode()
    assert "上一次制作没有成功：第1章不能排版。系统稍后会自动再试。" in piece


def test_a_failure_says_why_and_the_office_makes_it_again(cast: Cast) -> None:
    handbook = failed()
    shown = text_of(get(manager(), "handbooks_modeladmin_inspect", handbook.pk))
    assert "原因：第1章“企业名称预先核准”（SS-02）不能排版，详细情况见系统日志。" in shown
    assert "重新制作" in shown
    url = reverse("handbooks_modeladmin_retry", args=[handbook.pk])
    answer = at_desk(manager()).post(url, {"key": str(uuid.uuid4())})
    assert answer.url == reverse("handbooks_modeladmin_inspect", args=[handbook.pk])
    handbook.refresh_from_db()
    assert handbook.status == HandbookStatus.ORDERED


def test_a_reader_sees_the_failure_and_cannot_make_it_again(cast: Cast) -> None:
    handbook = failed()
    assert "请联系审管办管理员处理" in text_of(get(cast.receiver, "handbooks_modeladmin_inspect", handbook.pk))
    url = reverse("handbooks_modeladmin_retry", args=[handbook.pk])
    assert "您的岗位不能办理" in text_of(at_desk(cast.receiver).post(url, {"key": str(uuid.uuid4())}))
    handbook.refresh_from_db()
    assert handbook.status == HandbookStatus.FAILED


# --- the file ---------------------------------------------------------------------------------------------------------


def test_the_file_is_a_download_that_no_browser_runs_or_keeps(cast: Cast) -> None:
    handbook = finished()
    answer = get(cast.receiver, "desk_handbook_file", handbook.pk)
    data = b"".join(answer.streaming_content)
    assert hashlib.sha256(data).hexdigest() == handbook.sha256
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    assert "sandbox" in answer["Content-Security-Policy"]


def test_a_damaged_file_is_a_sentence_and_is_not_handed_out(cast: Cast) -> None:
    handbook = finished()
    private_path(handbook.path).write_bytes(b"%PDF- forged %%EOF")
    answer = get(cast.receiver, "desk_handbook_file", handbook.pk)
    assert answer.status_code == 503
    assert f"{handbook.number}的文件已损坏" in answer.content.decode()
    assert handbook.path not in answer.content.decode()


def test_there_is_no_file_before_it_is_made(cast: Cast) -> None:
    handbook = ordered()
    assert get(cast.receiver, "desk_handbook_file", handbook.pk).status_code == 404
    assert "下载手册" not in text_of(get(cast.receiver, "handbooks_modeladmin_inspect", handbook.pk))


# --- comparison -------------------------------------------------------------------------------------------------------


def two_handbooks() -> tuple[Handbook, Handbook]:
    """Of the whole centre; between them SS-02 changes and BDC-01 goes."""
    first = finished("")
    republished(conditions=(*definition("SS-02").conditions, "新设的条件"), quota="每年十件")
    withdraw_item(ServiceItem.objects.get(code="BDC-01"), by=None, reason="测试")
    return first, finished("")


def test_two_handbooks_are_compared_item_by_item_and_element_by_element(cast: Cast) -> None:
    first, second = two_handbooks()
    shown = text_of(get(cast.receiver, "desk_handbook_compare", query=f"?old={first.pk}&new={second.pk}"))
    assert "修改1项，取消1项" in shown
    for words in ("新设的条件", "数量限制", "每年十件", "第1版 → 第2版", definition("BDC-01").name, "取消整个事项"):
        assert words in shown, words
    assert definition("TZ-09").name not in shown


def test_the_other_way_round_what_went_has_come(cast: Cast) -> None:
    first, second = two_handbooks()
    shown = text_of(get(cast.receiver, "desk_handbook_compare", query=f"?old={second.pk}&new={first.pk}"))
    assert "新增1项，修改1项" in shown
    assert "新增整个事项" in shown


def test_without_a_choice_the_newest_is_compared_with_the_one_before_it(cast: Cast) -> None:
    first, second = two_handbooks()
    assert f"与{first.number}相比，{second.number}" in text_of(get(cast.receiver, "desk_handbook_compare"))


def test_what_cannot_be_compared_is_answered_with_a_sentence(cast: Cast) -> None:
    assert "还没有手册" in text_of(get(cast.receiver, "desk_handbook_compare"))
    zone = finished("business")
    assert "没有可以比较的另一版" in text_of(get(cast.receiver, "desk_handbook_compare"))
    centre = finished("")
    shown = text_of(get(cast.receiver, "desk_handbook_compare", query=f"?old={zone.pk}&new={centre.pk}"))
    assert "只能比较同一范围的两本手册" in shown
    same = text_of(get(cast.receiver, "desk_handbook_compare", query=f"?old={zone.pk}&new={zone.pk}"))
    assert "内容相同" in same


@pytest.mark.parametrize("query", ["?new=0", "?old=x", "?new=999999999999", "?old=²", "?new=-1"])
def test_a_handbook_that_is_not_there_is_not_found(cast: Cast, query: str) -> None:
    finished("business")
    assert get(cast.receiver, "desk_handbook_compare", query=query).status_code == 404


def test_the_screens_speak_chinese(cast: Cast) -> None:
    first, second = two_handbooks()
    bad = failed()
    for name, args in (
        ("handbooks_modeladmin_index", []),
        ("handbooks_modeladmin_inspect", [second.pk]),
        ("handbooks_modeladmin_inspect", [bad.pk]),
        ("desk_handbook_order", []),
        ("desk_handbook_compare", []),
    ):
        shown = re.sub(r"[A-Z]{2,3}-\d+|PDF|MB|KB|[0-9a-f]{64}|sx-\w+", "", text_of(get(manager(), name, *args)))
        shown = shown.replace("office", "")
        assert not re.findall(r"[A-Za-z]{3,}", shown), (name, re.findall(r"[A-Za-z]{3,}", shown))
    assert first.number
