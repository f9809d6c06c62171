"""Handbooks: ordered once, numbered without gaps, fixed when ordered, printed in any number of attempts, kept."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from pypdf import PdfReader

from portal.catalog import integrity
from portal.catalog.editions.intake import reopen_item, withdraw_item
from portal.catalog.handbook.changes import item_changes
from portal.catalog.handbook.models import LOST_WORKER, Handbook, HandbookStatus
from portal.catalog.handbook.order import order_handbook
from portal.catalog.handbook.press import Press
from portal.catalog.jobs import handbooks_given_up
from portal.catalog.models import ServiceItem
from portal.documents.models import Counter, Damaged
from portal.jobs.models import LOST, MAX_ATTEMPTS, Promise, PromiseStatus
from portal.lib.binding import bookmarks
from portal.lib.digests import digest
from portal.lib.files import PDF, private_path, store_bytes
from portal.lib.refusal import Refused
from tests.bench.handbook import database_url
from tests.cast import Cast
from tests.catalog.handbooks import definition, ordered, pages, printed, republished, work, zone
from tests.documents.test_papers import HOSTILE, Unknown
from tests.races import at_once

pytestmark = pytest.mark.django_db


# --- ordering ---------------------------------------------------------------------------------------------------------


def test_it_holds_every_item_in_force_of_its_scope_zone_by_zone(cast: Cast) -> None:
    withdraw_item(ServiceItem.objects.get(code="BDC-01"), by=None, reason="测试")
    assert [row["code"] for row in ordered("").contents] == ["TZ-09", "SS-02"]
    assert [row["code"] for row in ordered("business").contents] == ["SS-02"]


def test_numbers_run_without_gaps_and_a_refused_order_takes_none(cast: Cast) -> None:
    first = ordered("business")
    with pytest.raises(Refused, match="没有在用的事项"):
        ordered("utility")
    second = ordered("investment")
    assert (first.serial, second.serial) == (1, 2)
    assert second.number == f"手册{second.year}-002"
    assert not list(integrity.problems())


def test_the_same_form_sent_twice_orders_one(cast: Cast) -> None:
    key = uuid.uuid4()
    first = order_handbook(zone("business"), None, key)
    assert order_handbook(zone("business"), None, key) == first
    assert Handbook.objects.count() == Promise.objects.filter(kind="catalog.handbook").count() == 1
    assert ordered("investment").serial == 2


def test_while_one_is_being_made_another_of_its_scope_is_refused_and_one_of_another_scope_is_not(cast: Cast) -> None:
    first = ordered("business")
    with pytest.raises(Refused, match=f"{first.number}正在制作"):
        ordered("business")
    assert ordered("").scope == "全中心"
    with pytest.raises(Refused, match="全中心的"):
        ordered("")


@pytest.mark.parametrize("code", ["business", ""])
def test_the_database_itself_holds_one_order_of_a_scope_at_a_time(cast: Cast, code: str) -> None:
    first = ordered(code)
    with pytest.raises(IntegrityError), transaction.atomic():
        Handbook.objects.create(
            center=first.center, zone=first.zone, year=2001, serial=1, number="x", contents=[], total=1
        )


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_many_orders_at_the_same_instant_one_is_taken(cast: Cast) -> None:
    outcomes = at_once([lambda: ordered("business")] * 6)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Handbook"] + ["Refused"] * 5
    assert Counter.objects.get(series__startswith="handbook:").last == 1


def test_what_is_ordered_never_changes_and_never_goes(cast: Cast) -> None:
    handbook = ordered()
    for act in (
        handbook.delete,
        handbook.save,
        Handbook.objects.all().delete,
        lambda: Handbook.objects.update(contents=[]),
        lambda: Handbook.objects.update(zone=None),
    ):
        with pytest.raises(TypeError):
            act()
    handbook = Handbook.objects.get()
    assert [row["code"] for row in handbook.contents] == ["SS-02"]


# --- what is printed --------------------------------------------------------------------------------------------------


def test_what_it_holds_is_fixed_by_the_order_not_by_the_printing(cast: Cast) -> None:
    handbook = ordered()
    republished(conditions=("改动以后才有的条件",))
    work()
    handbook.refresh_from_db()
    text = "".join(pages(handbook))
    assert "改动以后才有的条件" not in text
    assert "事项第1版" in text
    assert "".join(definition("SS-02").materials[0].name.split()) in text


def test_the_page_numbers_of_the_contents_are_the_true_ones(cast: Cast) -> None:
    handbook = printed("")
    found, reader = pages(handbook), PdfReader(private_path(handbook.path))
    marks = {mark.title: mark.page for mark in bookmarks(private_path(handbook.path))}
    contents = found[1].replace(".", "")
    assert len(found) == handbook.pages
    for number, row in enumerate(handbook.contents, start=1):
        page = marks[f"第{number}章　{row['name']}"]
        assert f"{row['code']}{page}" in contents, row
        assert f"{row['code']}事项第{row['number']}版" in found[page - 1], row
        assert f"第{page}页共{handbook.pages}页" in found[page - 1]
    goals = [note.get_object()["/Dest"] for note in reader.pages[1]["/Annots"]]
    led = [reader.get_destination_page_number(reader.named_destinations[goal]) + 1 for goal in dict.fromkeys(goals)]
    assert led == [
        marks["编制说明和本版变动"],
        *(marks[f"第{n}章　{row['name']}"] for n, row in enumerate(handbook.contents, 1)),
    ]
    assert [mark.title for mark in bookmarks(private_path(handbook.path)) if mark.level == 1][3:] == [
        zone(code).name for code in ("investment", "business", "realestate")
    ]


def test_a_chapter_says_everything_that_counts_at_acceptance(cast: Cast) -> None:
    text = "".join(pages(printed("realestate")))
    item = definition("BDC-01")
    for words in (
        item.name,
        *(material.name for material in item.materials),
        *item.conditions,
        *(basis.law for basis in item.legal_bases),
        *(paper.name for paper in item.results),
        item.promised_limit.days_text(),
        "申报材料清单",
        "收费",
        cast.center.complaint_phone,
    ):
        assert "".join(words.split()) in text, words
    for code in ("sx-", "required", "None", "WD"):
        assert code not in text


def test_no_template_asks_for_a_name_that_is_not_there(cast: Cast, settings: Any) -> None:
    printed("")
    republished(questions=(), quota="每年十件", conditions=("另一个条件",))
    options = {**settings.TEMPLATES[0]["OPTIONS"], "string_if_invalid": Unknown("%s")}
    settings.TEMPLATES = [{**settings.TEMPLATES[0], "OPTIONS": options}]
    handbook = ordered("")
    assert press(handbook).run(seconds=60)


def test_what_people_wrote_is_never_markup(cast: Cast) -> None:
    republished(conditions=(HOSTILE,))
    assert "".join(HOSTILE.split()) in "".join(pages(printed()))


def test_a_first_handbook_has_no_marks_and_says_that_it_is_the_first(cast: Cast) -> None:
    text = "".join(pages(printed()))
    assert "首版" in text
    for mark in ("新增", "修改", "取消"):
        assert mark not in text


def test_each_face_stands_in_the_book_once_however_many_chapters_it_has(cast: Cast) -> None:
    reader = PdfReader(private_path(printed("").path))
    faces = {
        (str(font["/BaseFont"]), font.indirect_reference.idnum)
        for page in reader.pages
        for font in (entry.get_object() for entry in page["/Resources"]["/Font"].values())
    }
    assert len({name for name, _ in faces}) == len(faces) == 3


def test_editions_that_differ_in_the_order_of_a_set_alone_are_no_change(cast: Cast) -> None:
    item = ServiceItem.objects.get(code="TZ-09")
    rows = []
    for number, coop in ((2, ["sx-jsj", "sx-gtj"]), (3, ["sx-gtj", "sx-jsj"])):
        kept = item.edition_in_force.definition | {"coop_depts": coop}
        edition = item.editions.create(number=number, definition=kept, sha256=digest(kept))
        rows.append({"code": item.code, "name": item.name, "edition": edition.pk, "number": number})
    assert len({edition.sha256 for edition in item.editions.all()}) == 3
    assert item_changes(rows[:1], rows[1:]) == []


def test_changes_since_the_last_handbook_are_summed_up_and_marked_in_their_chapter(cast: Cast) -> None:
    old = definition("SS-02")
    printed()
    kept = old.materials[0].model_copy(update={"accept_standard": "改写以后的受理标准"})
    more = old.materials[0].model_copy(update={"key": "m77", "name": "新要的一份示意图"})
    republished(conditions=(*old.conditions, "新设的条件"), materials=(kept, *old.materials[2:], more))
    handbook = printed()
    found = pages(handbook)
    assert f"与上一版{handbook.previous.number}" in found[2]
    assert "修改1项。" in found[2]
    assert "受理条件、申报材料" in found[2]
    text = "".join(found[3:])
    assert "新设的条件新增" in text
    assert "新要的一份示意图新增" in text
    assert f"{old.materials[0].name}修改" in text.replace("\n", "")
    assert f"{''.join(old.materials[1].name.split())}取消" in text
    assert "现：改写以后的受理标准" in text


def test_items_that_came_and_went_are_told_and_marked(cast: Cast) -> None:
    withdraw_item(ServiceItem.objects.get(code="SS-02"), by=None, reason="测试")
    printed("")
    reopen_item(ServiceItem.objects.get(code="SS-02"), by=cast.publisher, reason="恢复")
    withdraw_item(ServiceItem.objects.get(code="BDC-01"), by=None, reason="测试")
    found = pages(printed(""))
    assert "新增1项，取消1项" in found[2]
    assert f"{definition('SS-02').name}新增" in "".join(found[3:])


# --- attempts ---------------------------------------------------------------------------------------------------------


PRINT = """
from portal.catalog.handbook.press import Press
from portal.catalog.models import Handbook
Press(Handbook.objects.for_list().get(pk={})).run(seconds=600)
"""


def folder(handbook: Handbook) -> Path:
    return Path(settings.PRIVATE_ROOT) / "handbooks" / str(handbook.pk)


def press(handbook: Handbook) -> Press:
    return Press(Handbook.objects.for_list().get(pk=handbook.pk))


def test_a_worker_that_stops_in_the_middle_is_followed_by_one_that_goes_on(cast: Cast) -> None:
    handbook = ordered("")
    assert not press(handbook).run(seconds=0)
    handbook.refresh_from_db()
    assert (handbook.status, handbook.done, handbook.percent) == (HandbookStatus.WORKING, 1, 25)
    first = press(handbook).chapter_path(1)
    printed_at = first.stat().st_mtime_ns
    assert not press(handbook).run(seconds=0)
    assert first.stat().st_mtime_ns == printed_at
    assert press(handbook).run(seconds=60)
    handbook.refresh_from_db()
    assert (handbook.status, handbook.percent) == (HandbookStatus.DONE, 100)
    assert "".join(pages(handbook)).count("申报材料清单") == 3
    assert not folder(handbook).exists()


@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_left_behind_is_gone_on_with(cast: Cast) -> None:
    handbook = ordered("")
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DATABASE_URL": database_url(),
        "PRIVATE_ROOT": str(settings.PRIVATE_ROOT),
    }
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", PRINT.format(handbook.pk)]
    worker = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment)
    first, deadline = press(handbook).chapter_path(1), time.monotonic() + 60
    while not first.exists() and worker.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    worker.kill()
    worker.wait()
    printed_at = first.stat().st_mtime_ns
    handbook.refresh_from_db()
    assert handbook.status == HandbookStatus.WORKING
    press(handbook).run(seconds=0)
    assert not first.exists() or first.stat().st_mtime_ns == printed_at
    while not press(handbook).run(seconds=60):
        pass
    handbook.refresh_from_db()
    assert "".join(pages(handbook)).count("申报材料清单") == 3


def test_a_chapter_that_was_cut_off_by_a_kill_is_printed_anew(cast: Cast) -> None:
    handbook = ordered()
    folder(handbook).mkdir(parents=True)
    press(handbook).chapter_path(1).write_bytes(b"%PDF-1.7 half a chap")
    assert press(handbook).run(seconds=60)
    handbook.refresh_from_db()
    assert "申报材料清单" in "".join(pages(handbook))


def test_a_long_job_is_cut_into_stretches_that_are_promised_one_after_another(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.catalog.jobs.STRETCH", 0.0)
    handbook = printed("")
    assert handbook.status == HandbookStatus.DONE
    keys = Promise.objects.filter(kind="catalog.handbook").values_list("key", "status")
    assert dict(keys) == {f"catalog.handbook:{handbook.pk}:{part}": PromiseStatus.DONE for part in (1, 2, 3, 4)}


def test_a_large_handbook_is_bound_in_a_stretch_of_its_own(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.catalog.handbook.press.BOUND_AT_ONCE", 0)
    handbook = ordered()
    assert not press(handbook).run(seconds=60)
    handbook.refresh_from_db()
    assert (handbook.status, handbook.done) == (HandbookStatus.WORKING, 1)
    assert press(handbook).run(seconds=60)


def test_a_worker_that_comes_second_changes_nothing_and_leaves_no_file(cast: Cast) -> None:
    handbook = ordered()
    late = press(handbook)
    assert press(handbook).run(seconds=60)
    handbook.refresh_from_db()
    stored = store_bytes(b"%PDF- the other one %%EOF", PDF)
    assert not late.handbook.finish(stored, 99)
    assert not private_path(stored.path).exists()
    assert late.run(seconds=60)
    late.handbook.advance(1)
    late.handbook.give_up("x")
    again = Handbook.objects.get()
    assert (again.sha256, again.pages, again.status, again.error) == (handbook.sha256, handbook.pages, "done", "")
    again.check_file()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_same_instant_make_one_handbook(cast: Cast) -> None:
    handbook = ordered("")
    assert at_once([lambda: press(handbook).run(seconds=60)] * 2) == [True, True]
    handbook.refresh_from_db()
    handbook.check_file()
    assert "".join(pages(handbook)).count("申报材料清单") == 3
    assert not list(integrity.problems())


def spoil(code: str = "SS-02") -> Callable[[], None]:
    """Make the definition of the edition in force unreadable behind the portal's back; returns what mends it."""
    edition = ServiceItem.objects.get(code=code).current_edition_id

    def put(text: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE catalog_edition SET definition = %s WHERE id = %s", [text, edition])

    with connection.cursor() as cursor:
        cursor.execute("SELECT definition FROM catalog_edition WHERE id = %s", [edition])
        whole = cursor.fetchone()[0]
    put('{"code": "SS-02"}')
    return lambda: put(whole)


def test_a_chapter_that_cannot_be_printed_fails_visibly_after_five_attempts_and_can_be_made_again(cast: Cast) -> None:
    handbook = ordered("")
    mend = spoil()
    for attempt in range(MAX_ATTEMPTS):
        handbook.refresh_from_db()
        assert handbook.under_way
        assert bool(handbook.trouble) == (attempt > 0)
        work()
        handbooks_given_up(timezone.now())
    handbook.refresh_from_db()
    assert handbook.status == HandbookStatus.FAILED
    assert handbook.reason.startswith("第2章“企业名称预先核准”（SS-02）不能排版")
    mend()
    handbook.try_again(by=None)
    assert handbook.status == HandbookStatus.ORDERED
    work()
    handbook.refresh_from_db()
    assert (handbook.status, handbook.serial) == (HandbookStatus.DONE, 1)


def test_a_worker_that_is_killed_again_and_again_is_told_in_words(cast: Cast) -> None:
    handbook = ordered()
    Promise.objects.update(status=PromiseStatus.DEAD, last_error=LOST)
    handbooks_given_up(timezone.now())
    handbook.refresh_from_db()
    assert handbook.reason == LOST_WORKER


def test_only_what_failed_is_made_again_and_not_beside_another_of_its_scope(cast: Cast) -> None:
    handbook = ordered()
    with pytest.raises(Refused, match="没有制作失败"):
        handbook.try_again(by=None)
    Promise.objects.update(status=PromiseStatus.DEAD, last_error=LOST)
    handbooks_given_up(timezone.now())
    other = ordered()
    with pytest.raises(Refused, match=f"{other.number}正在制作"):
        handbook.try_again(by=None)
    assert Promise.objects.filter(status=PromiseStatus.DEAD).count() == 1


def test_a_failed_handbook_is_not_what_the_next_one_is_compared_with(cast: Cast) -> None:
    done = printed()
    failed = ordered()
    Promise.objects.exclude(status=PromiseStatus.DONE).update(status=PromiseStatus.DEAD, last_error=LOST)
    handbooks_given_up(timezone.now())
    assert ordered().previous == done != failed


# --- the stored file --------------------------------------------------------------------------------------------------


def lose(handbook: Handbook) -> None:
    private_path(handbook.path).unlink()


def change(handbook: Handbook) -> None:
    private_path(handbook.path).write_bytes(b"%PDF- forged %%EOF")


@pytest.mark.parametrize("damage, words", [(lose, "已丢失"), (change, "已损坏")])
def test_a_damaged_file_is_a_sentence_and_found_by_the_check(
    cast: Cast, damage: Callable[[Handbook], None], words: str
) -> None:
    handbook = printed()
    assert not list(integrity.problems())
    damage(handbook)
    with pytest.raises(Damaged, match=words):
        handbook.check_file()
    assert [problem for problem in integrity.problems() if words in problem]


def test_a_gap_in_the_numbers_and_an_order_nobody_works_on_are_found(cast: Cast) -> None:
    handbook = ordered()
    Counter.objects.filter(series__startswith="handbook:").update(last=2)
    assert "numbers taken beyond it" in "".join(integrity.problems())
    Promise.objects.all().delete()
    assert f"{handbook.number} is under way and nothing is promised" in "".join(integrity.problems())
