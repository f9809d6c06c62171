"""纠错: kept once, capped, cleaned, limited, without personal data; seen and answered by the editors only."""

from __future__ import annotations

import uuid

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.catalog.care import feedback_views
from portal.catalog.care.feedback import LONGEST_TEXT, MOST_OPEN, GuideFeedback, plain_text
from portal.catalog.editions.intake import withdraw_item
from portal.catalog.models import ServiceItem
from portal.lib.refusal import Refused, TooLate
from tests.cast import PERSON, Cast

pytestmark = [pytest.mark.django_db, pytest.mark.once]
URL = "/feedback/TZ-09/"


@pytest.fixture(autouse=True)
def _nobody_has_written_yet() -> None:
    cache.clear()


def form(**changes: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "part": "fee", "text": "现在不收费了，请更正。", "website": "", **changes}


def test_a_message_is_kept_with_the_edition_the_reader_saw(cast: Cast, client: Client) -> None:
    answer = client.post(URL, form())
    assert answer.url == reverse("guide_feedback_received", args=["TZ-09"])
    assert "意见已经收到" in client.get(answer.url).content.decode()
    kept = GuideFeedback.objects.get()
    assert (kept.item.code, kept.edition, kept.part, kept.text) == ("TZ-09", 1, "fee", "现在不收费了，请更正。")


def test_the_same_form_sent_twice_leaves_one_message(cast: Cast, client: Client) -> None:
    sent = form()
    assert client.post(URL, sent).status_code == client.post(URL, sent).status_code == 302
    assert GuideFeedback.objects.count() == 1


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"text": ""}, "请写明哪里不对。"),
        ({"text": "错了"}, "至少写5个字"),
        ({"text": "\u200b" * 20}, "至少写5个字"),
        ({"text": "字" * (LONGEST_TEXT + 1)}, "请写短一些"),
        ({"part": ""}, "请选择哪一部分不对。"),
        ({"part": "weather"}, "请选择哪一部分不对。"),
        ({"key": ""}, "这张表单不完整"),
        ({"key": "no-key"}, "这张表单不完整"),
    ],
)
def test_what_does_not_do_is_answered_with_a_sentence(
    cast: Cast, client: Client, changes: dict[str, str], sentence: str
) -> None:
    answer = client.post(URL, form(**changes))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not GuideFeedback.objects.exists()


def test_a_trap_that_only_machines_see_keeps_nothing_and_says_nothing(cast: Cast, client: Client) -> None:
    assert client.post(URL, form(website="https://spam.example")).status_code == 302
    assert not GuideFeedback.objects.exists()


def test_control_signs_and_personal_numbers_are_not_kept(cast: Cast, client: Client) -> None:
    client.post(URL, form(text=f"第一行\r\n\r\n第\x01二\u202e行，{PERSON}，13800000000。\x00"))
    kept = GuideFeedback.objects.get().text
    assert kept == "第一行\n第二行，330602********0001，138****0000。"


def test_words_are_shown_as_words(cast: Cast, client: Client) -> None:
    html = client.post(URL, form(part="", text="<script>alert(1)</script>")).content.decode()
    assert "&lt;script&gt;" in html
    assert "<script" not in html


def test_one_address_writes_ten_times_in_ten_minutes_and_others_still_may(cast: Cast, client: Client) -> None:
    for _ in range(feedback_views.RATE.limit):
        assert client.post(URL, form()).status_code == 302
    answer = client.post(URL, form())
    assert answer.status_code == 429
    assert "您提交得太快了" in answer.content.decode()
    assert client.post(URL, form(), REMOTE_ADDR="192.0.2.7").status_code == 302
    assert GuideFeedback.objects.count() == feedback_views.RATE.limit + 1


def test_an_item_takes_no_more_than_its_editors_can_read(cast: Cast) -> None:
    item = ServiceItem.objects.get(code="TZ-09")
    GuideFeedback.objects.bulk_create(
        GuideFeedback(key=uuid.uuid4(), item=item, edition=1, part="fee", text="请更正。") for _ in range(MOST_OPEN)
    )
    with pytest.raises(Refused):
        GuideFeedback.leave(item, key=uuid.uuid4(), part="fee", text="请更正收费。")
    last = GuideFeedback.objects.first()
    assert GuideFeedback.leave(item, key=last.key, part="fee", text="请更正收费。") == last
    GuideFeedback.objects.update(answered_at=timezone.now())
    assert GuideFeedback.leave(item, key=uuid.uuid4(), part="fee", text="请更正收费。").pk


@pytest.mark.parametrize("code", ["ZZ-99", "TZ-09%00", "x" * 300, "%E4%BA%8B"])
def test_a_guide_that_is_not_there_takes_no_message(cast: Cast, client: Client, code: str) -> None:
    assert client.get(f"/feedback/{code}/").status_code == 404
    assert client.post(f"/feedback/{code}/", form()).status_code == 404


def test_a_withdrawn_item_takes_no_message(cast: Cast, client: Client) -> None:
    withdraw_item(ServiceItem.objects.get(code="TZ-09"), by=None, reason="取消")
    assert client.post(URL, form()).status_code == 404


def test_a_form_of_another_site_is_refused(cast: Cast) -> None:
    assert Client(enforce_csrf_checks=True).post(URL, form()).status_code == 403
    assert not GuideFeedback.objects.exists()


def test_a_message_is_answered_once_and_the_loser_is_told_who_was_faster(cast: Cast) -> None:
    message = GuideFeedback.leave(
        ServiceItem.objects.get(code="TZ-09"), key=uuid.uuid4(), part="fee", text="请更正。。"
    )
    late = GuideFeedback.objects.get()
    with pytest.raises(Refused):
        message.answered(by=cast.editor, answer=" \x00 ")
    message.answered(by=cast.editor, answer="已经更正。")
    with pytest.raises(TooLate, match="editor已经处理了"):
        late.answered(by=cast.publisher, answer="不改。")
    assert GuideFeedback.objects.get().answer == "已经更正。"


def test_editors_answer_in_the_register_and_supervisors_only_read(cast: Cast) -> None:
    GuideFeedback.leave(ServiceItem.objects.get(code="TZ-09"), key=uuid.uuid4(), part="fee", text="收费标准不对。")
    pk = GuideFeedback.objects.get().pk
    url = reverse("feedback_modeladmin_answer", args=[pk])
    data = {"key": str(uuid.uuid4()), "answer": "已经更正。"}
    reader, writer = Client(), Client()
    for client, user in ((reader, cast.supervisor), (writer, cast.editor)):
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        assert "收费标准不对" in client.get(reverse("feedback_modeladmin_index")).content.decode()
    assert "您的岗位不能办理" in reader.post(url, data).content.decode()
    assert GuideFeedback.objects.open().count() == 1
    assert writer.post(url, data).status_code == 302
    assert GuideFeedback.objects.get().answered_by == cast.editor
    assert "收费标准不对" not in writer.get(reverse("feedback_modeladmin_index")).content.decode()
    assert "已经更正。" in writer.get(reverse("feedback_modeladmin_inspect", args=[pk])).content.decode()


def test_plain_text_keeps_rare_characters() -> None:
    assert plain_text("㛃𬱖的材料") == "㛃𬱖的材料"
