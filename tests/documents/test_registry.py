"""A new kind of paper is one registration and one template: no migration, no other file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

from portal.documents.integrity import problems
from portal.documents.models import Counter, Document
from portal.documents.numbers import PaperNumber
from portal.documents.registry import KINDS, Body, PaperKind, Rendition, UnknownKind, kind_of, register
from portal.lib.refusal import Refused
from portal.organisations.models import Organisation
from tests.cast import Cast, received_case


def a_kind(**changes: Any) -> PaperKind:
    fields = {"code": "reminder", "title": "催办单", "sign": "催", "opened_by": "papers.open"}
    return PaperKind(**{**fields, **changes})


@pytest.fixture
def reminder() -> Iterator[PaperKind]:
    """A kind of paper that is gone again after the test."""
    kind = a_kind()
    register(kind)
    yield kind
    del KINDS[kind.code]


def missing_migrations() -> list[str]:
    """What makemigrations would write for papers; proxies that tests make up are not counted."""
    seen = MigrationAutodetector(MigrationLoader(None).project_state(), ProjectState.from_apps(apps))
    written = seen.changes(MigrationLoader(None).graph).get("documents", [])
    operations = [operation for migration in written for operation in migration.operations]
    return [operation.describe() for operation in operations if not isinstance(operation, CreateModel)]


def test_a_new_kind_needs_no_migration(reminder: PaperKind) -> None:
    assert ("reminder", "催办单") in Document._meta.get_field("kind").flatchoices
    assert missing_migrations() == []


def test_what_needs_a_migration_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Document._meta.get_field("kind"), "max_length", 21)
    assert missing_migrations() == ["Alter field kind on document"]


@pytest.mark.django_db
def test_a_new_kind_has_its_number_its_title_and_its_template(reminder: PaperKind) -> None:
    document = Document.issue("reminder", content={}, by=None)
    assert document.number == f"绍行服催字〔{document.year}〕第000001号"
    assert document.title == document.get_kind_display() == "催办单"
    assert document.template == "documents/reminder.html"
    Document._meta.get_field("kind").validate("reminder", document)


@pytest.fixture
def order() -> Iterator[PaperKind]:
    """A paper that bears the number of the department that issues it."""
    kind = a_kind(code="order", title="决定", sign="批", body=Body.DEPARTMENT)
    register(kind)
    yield kind
    del KINDS[kind.code]


@pytest.mark.django_db
def test_every_department_counts_its_own_papers(order: PaperKind) -> None:
    issued = [Document.issue("order", content={}, by=None, body=body) for body in ("绍市建", "绍市规", "绍市建")]
    year = issued[0].year
    assert [document.number for document in issued] == [
        f"绍市建批字〔{year}〕第000001号",
        f"绍市规批字〔{year}〕第000001号",
        f"绍市建批字〔{year}〕第000002号",
    ]
    assert [PaperNumber.parse(document.number).body for document in issued] == ["绍市建", "绍市规", "绍市建"]
    assert [problem for problem in problems() if "issued" in problem] == []


@pytest.mark.django_db
@pytest.mark.parametrize("kind, body", [("order", ""), ("receipt", "绍市建")])
def test_a_paper_of_a_department_names_it_and_one_of_the_centre_does_not(
    order: PaperKind, kind: str, body: str
) -> None:
    with pytest.raises(ValueError, match="bears the number"):
        Document.issue(kind, content={}, by=None, body=body)
    assert not Counter.objects.filter(series__startswith="document:").exists()


@pytest.mark.django_db
def test_a_case_issues_the_paper_of_its_department_under_the_department_s_sign(order: PaperKind, cast: Cast) -> None:
    case = received_case("TZ-09")
    assert case.issue("order", {}, by=None).number.startswith("绍市建批字〔")
    other = Organisation.objects.get(code="sx-rfb")
    assert case.issue("order", {}, by=None, department=other).number.startswith("绍兴市人民防空办公室批字〔")
    other.full_name = other.short_name = "很长的名称" * 5
    with pytest.raises(Refused, match="文号代字"):
        case.issue("order", {}, by=None, department=other)
    assert case.issue("receipt", {}, by=None).number.startswith("绍行服收字〔")


@pytest.mark.django_db
def test_a_paper_whose_kind_is_gone_is_noticed() -> None:
    register(a_kind())
    Document.issue("reminder", content={}, by=None)
    del KINDS["reminder"]
    assert any("no app has registered" in problem for problem in problems())


@pytest.mark.django_db
def test_a_kind_that_nobody_registered_takes_no_number() -> None:
    with pytest.raises(UnknownKind, match="reminder"):
        Document.issue("reminder", content={}, by=None)
    with pytest.raises(ValidationError):
        Document._meta.get_field("kind").validate("reminder", Document())
    assert not Counter.objects.filter(series__startswith="document:").exists()


@pytest.mark.parametrize(
    "change, words",
    [
        ({"code": "receipt"}, "two kinds of paper named receipt"),
        ({"sign": "收"}, "two kinds of paper with the sign 收"),
    ],
)
def test_code_and_sign_are_taken_once(change: dict[str, str], words: str) -> None:
    before = dict(KINDS)
    with pytest.raises(ValueError, match=words):
        register(a_kind(**change))
    assert before == KINDS


def test_the_same_registration_may_be_read_twice() -> None:
    before = dict(KINDS)
    register(*before.values())
    assert before == KINDS


@pytest.mark.parametrize(
    "change",
    [
        {"code": "a" * 21},
        {"code": "Reminder"},
        {"title": ""},
        {"sign": ""},
        {"copies": ()},
        {"copies": ("申请人联",), "file_opened_by": "papers.open_copies"},
    ],
)
def test_a_registration_that_cannot_work_is_refused_at_once(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"code|lacks|no copy"):
        a_kind(**change)


def test_the_first_copy_goes_home_with_the_applicant_and_is_not_in_the_file() -> None:
    kind = kind_of("acceptance")
    whole, file = (kind.copies_in(rendition) for rendition in Rendition)
    assert [(copy.name, copy.is_applicants) for copy in whole] == [("第一联 申请人", True), ("第二联 窗口存档", False)]
    assert [copy.name for copy in file] == ["第二联 窗口存档"]


def test_a_slip_has_no_copy_for_the_applicant() -> None:
    kind = kind_of("handover")
    assert kind.copies_in(Rendition.FILE) == kind.copies_in(Rendition.WHOLE)
    assert [copy.is_applicants for copy in kind.copies_in(Rendition.WHOLE)] == [False] * 3
