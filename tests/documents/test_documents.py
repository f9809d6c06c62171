"""Issued papers: numbered without gaps, frozen, rendered once, verified when read, voided and never changed."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest
import time_machine
from django.conf import settings
from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from portal.cases.intake.outcomes import accept
from portal.documents.integrity import problems
from portal.documents.models import Counter, Damaged, Document, FileCopy
from portal.documents.registry import KINDS, Rendition
from portal.documents.verification import by_code, by_file
from portal.jobs.outbox import run_due
from portal.lib.files import private_path
from portal.lib.refusal import Refused, TooLate
from tests.cast import Cast, accepted_case, received_case

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(cast: Cast) -> Document:
    case = received_case("TZ-09")
    accept(case, by=cast.receiver)
    return case.documents.get(kind="acceptance")


def body_of(kind: str) -> str:
    """Decisions are the departments' own papers, everything else is the centre's."""
    return "绍市建" if kind.startswith("decision_") else ""


def test_numbers_of_a_kind_follow_each_other_and_name_the_year(cast: Cast) -> None:
    numbers = [Document.issue("receipt", content={}, by=None).number for _ in range(3)]
    assert [number[-7:] for number in numbers] == ["000001号", "000002号", "000003号"]
    assert numbers[0].startswith("绍行服收字〔20")


@pytest.mark.parametrize(
    ("kind", "sign"),
    [
        ("receipt", "收"),
        ("acceptance", "受"),
        ("correction", "补"),
        ("correction_receipt", "补收"),
        ("handover", "交"),
        ("result_handover", "果"),
        ("decision_grant", "准"),
        ("decision_refusal", "不"),
        ("pickup_notice", "领"),
        ("delivery_receipt", "达"),
        ("withdrawal", "撤"),
    ],
)
def test_every_kind_has_its_own_sign_and_sequence(kind: str, sign: str) -> None:
    body = body_of(kind)
    with time_machine.travel(datetime(2026, 6, 1, tzinfo=UTC), tick=False):
        Document.issue("receipt" if kind != "receipt" else "acceptance", content={}, by=None)
        document = Document.issue(kind, content={}, by=None, body=body)
    assert document.number == f"{body or '绍行服'}{sign}字〔2026〕第000001号"


def test_no_kind_is_without_a_number_pattern() -> None:
    numbers = [Document.issue(kind, content={}, by=None, body=body_of(kind)).number for kind in KINDS]
    assert len(set(numbers)) == len(KINDS)


def test_the_year_turns_at_midnight_in_shanghai_whatever_zone_the_screen_shows() -> None:
    with timezone.override("America/New_York"):
        with time_machine.travel(datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), tick=False):
            old = Document.issue("receipt", content={}, by=None)
        with time_machine.travel(datetime(2026, 12, 31, 16, 0, tzinfo=UTC), tick=False):
            new = Document.issue("receipt", content={}, by=None)
    assert [old.number[6:], new.number[6:]] == ["2026〕第000001号", "2027〕第000001号"]
    assert new.issued_at == datetime(2026, 12, 31, 16, 0, tzinfo=UTC)


def test_an_unknown_kind_takes_no_number() -> None:
    with pytest.raises(ValueError, match="letter"):
        Document.issue("letter", content={}, by=None)
    assert not Counter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_number_belongs_to_the_transaction_of_its_thing() -> None:
    with pytest.raises(RuntimeError):
        Counter.take("x")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert Counter.take("x") == 1
        raise ZeroDivisionError
    with transaction.atomic():
        assert Counter.take("x") == 1


def test_a_paper_is_rendered_once_and_reads_the_same_ever_after(document: Document) -> None:
    first = document.pdf()
    again = Document.objects.get(pk=document.pk)
    assert again.pdf() == first
    assert hashlib.sha256(first).hexdigest() == again.sha256


def test_the_worker_renders_what_nobody_asked_for(document: Document) -> None:
    run_due()
    document.refresh_from_db()
    assert document.sha256


def files() -> set[Path]:
    return {path for path in Path(settings.PRIVATE_ROOT).rglob("*.pdf") if path.is_file()}


def test_of_two_renderings_at_once_one_file_counts_and_the_other_is_dropped(document: Document) -> None:
    before = files()
    twin = Document.objects.get(pk=document.pk)
    document._render_once()
    twin._render_once()
    assert twin.path == document.path
    assert files() - before == {private_path(document.path)}
    assert list(problems()) == []


@pytest.mark.django_db(transaction=True)
def test_a_paper_is_not_rendered_inside_a_transaction() -> None:
    document, before = Document.issue("receipt", content={}, by=None), files()
    with pytest.raises(RuntimeError), transaction.atomic():
        document.pdf()
    assert files() == before
    assert document.pdf().startswith(b"%PDF-")


def test_a_changed_or_missing_file_is_noticed(document: Document) -> None:
    document.pdf()
    path = private_path(document.path)
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Damaged, match="已损坏"):
        document.pdf()
    path.unlink()
    with pytest.raises(Damaged, match="已丢失"):
        document.pdf()
    assert len(list(problems())) == 1


def test_an_issued_paper_cannot_be_saved_or_deleted(document: Document) -> None:
    document.content = {}
    with pytest.raises(TypeError):
        document.save()
    with pytest.raises(TypeError):
        document.delete()


RAW = {
    "content": {"applicant": {"name": "别人"}},
    "content_sha256": "",
    "number": "绍行服受字〔2026〕第999999号",
    "serial": 999_999,
}


@pytest.mark.parametrize("column", RAW)
def test_what_was_changed_in_the_database_itself_is_noticed(document: Document, column: str) -> None:
    document.render()
    assert list(problems()) == []
    models.QuerySet(Document).filter(pk=document.pk).update(**{column: RAW[column]})
    assert [problem for problem in problems() if "changed after it was issued" in problem]


def test_the_same_content_in_another_order_is_the_same(document: Document) -> None:
    turned = dict(reversed(document.content.items()))
    models.QuerySet(Document).filter(pk=document.pk).update(content=turned)
    assert list(problems()) == []


def test_papers_issued_before_contents_were_hashed_get_their_hash_and_may_lose_it_again(document: Document) -> None:
    migration = import_module("portal.documents.migrations.0008_hash_what_was_issued")
    wanted = document.content_sha256
    editor = SimpleNamespace(connection=connection)
    state = MigrationLoader(connection).project_state(("documents", "0008_hash_what_was_issued")).apps
    migration.empty(state, editor)
    document.refresh_from_db()
    assert document.content_sha256 == ""
    migration.fill(state, editor)
    document.refresh_from_db()
    assert document.content_sha256 == wanted
    assert list(problems()) == []


def test_the_copies_for_the_file_are_rendered_once_and_are_ours(document: Document) -> None:
    before = files()
    document.render()
    whole, copy = document.pdf(), document.pdf(Rendition.FILE)
    assert whole != copy
    assert len(files() - before) == 2
    document.render()
    assert document.pdf(Rendition.FILE) == copy
    assert len(files() - before) == 2
    assert by_file(hashlib.sha256(copy).hexdigest()).document == document
    assert by_code(document.verification_code, sha256=hashlib.sha256(copy).hexdigest()).file_matches


def test_of_two_renderings_of_the_copies_for_the_file_one_counts(document: Document) -> None:
    before = files()
    assert document._render_file_copy() == Document.objects.get(pk=document.pk)._render_file_copy()
    assert len(files() - before) == 1


def test_a_damaged_copy_for_the_file_is_noticed(document: Document) -> None:
    document.render()
    private_path(document.file_copy.path).unlink()
    with pytest.raises(Damaged, match="已丢失"):
        document.pdf(Rendition.FILE)
    assert len(list(problems())) == 1


def test_the_copies_for_the_file_do_not_change(document: Document) -> None:
    document.render()
    with pytest.raises(TypeError):
        FileCopy.objects.update(sha256="")
    with pytest.raises(TypeError):
        FileCopy.objects.all().delete()


def test_a_slip_is_rendered_as_a_whole_only(cast: Cast) -> None:
    slip = accepted_case("TZ-09").slips.first()
    slip.document.render()
    assert not FileCopy.objects.exists()


@pytest.mark.parametrize("change", [{"number": "x"}, {"content": {}}, {"issued_by_id": None}, {"serial": 9}])
def test_what_was_fixed_at_issue_cannot_be_updated_past_the_model_either(document: Document, change: dict) -> None:
    number = document.number
    with pytest.raises(TypeError, match="does not change"):
        Document.objects.filter(pk=document.pk).update(**change)
    with pytest.raises(TypeError, match="does not change"), transaction.atomic():
        Document.objects.bulk_update([document], ["number"])
    with pytest.raises(TypeError, match="voided"):
        Document.objects.filter(pk=document.pk).delete()
    assert Document.objects.get(pk=document.pk).number == number


def test_a_paper_is_voided_once_and_keeps_its_number_and_file(document: Document, cast: Cast) -> None:
    before = document.pdf()
    document.void(by=cast.receiver, reason=" 打印有误 ")
    again = Document.objects.get(pk=document.pk)
    with pytest.raises(TooLate, match=str(cast.receiver)):
        again.void(by=cast.receiver, reason="重复")
    assert (again.void_reason, again.number, again.pdf()) == ("打印有误", document.number, before)


def test_a_paper_is_not_voided_without_a_reason(document: Document, cast: Cast) -> None:
    with pytest.raises(Refused, match="理由") as refusal:
        document.void(by=cast.receiver, reason=" ")
    assert refusal.value.field == "reason"
    assert Document.objects.get(pk=document.pk).voided_at is None


def test_a_verification_code_has_80_bits_and_prints_in_groups(document: Document) -> None:
    assert len(document.verification_code) == 16
    assert document.code_in_groups.count("-") == 3


def test_a_gap_in_a_series_is_noticed(cast: Cast) -> None:
    with transaction.atomic():
        Document.issue("receipt", content={}, by=None)
        Counter.objects.filter(series__startswith="document:receipt").update(last=5)
        Document.issue("receipt", content={}, by=None)
    assert any("receipt" in problem for problem in problems())


def test_a_number_taken_for_nothing_is_noticed() -> None:
    with transaction.atomic():
        document = Document.issue("receipt", content={}, by=None)
        assert list(problems()) == []
        Counter.take(f"document:receipt:{document.year}")
        Counter.take("document:acceptance:2020")
    assert len(list(problems())) == 2


def test_a_paper_that_was_never_made_is_noticed_after_an_hour() -> None:
    with time_machine.travel(timezone.now() - timedelta(minutes=61), tick=False):
        document = Document.issue("receipt", content={}, by=None)
    assert any(document.number in problem for problem in problems())
    document.pdf()
    assert list(problems()) == []


def test_a_paper_with_a_sign_that_no_font_has_is_not_issued_and_takes_no_number(cast: Cast) -> None:
    before = Document.issue("receipt", content={}, by=cast.receiver)
    with pytest.raises(Refused, match=r"不能出具：.*U\+E000"):
        Document.issue("receipt", content={"applicant": {"name": "示例\ue000"}}, by=cast.receiver)
    after = Document.issue("receipt", content={"applicant": {"name": "示例\U0002ebf0\ue863"}}, by=cast.receiver)
    assert after.serial == before.serial + 1
    assert after.content["applicant"]["name"] == "示例\U0002ebf0䶮"


def test_what_the_clock_issues_names_the_sign_at_its_place(cast: Cast) -> None:
    paper = Document.issue("acceptance", content={"applicant": {"name": "示例\ue000"}}, by=None)
    assert paper.content["applicant"]["name"] == "示例〔U+E000〕"
    assert paper.is_as_issued()
