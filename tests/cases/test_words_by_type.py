"""An item is taken in and decided in the words and under the law of its own type: 行政许可法 is for licences alone."""

from __future__ import annotations

import re

import pytest
from django.template.loader import render_to_string

from portal.cases.decision.decide import decide
from portal.cases.decision.findings import NOTHING
from portal.cases.intake.correction import complete_correction, request_correction
from portal.cases.intake.materials import check_materials
from portal.cases.intake.outcomes import accept
from portal.cases.models import Case
from portal.catalog.editions.publishing import publish
from portal.catalog.schema.choices import ITEM_TYPES
from portal.catalog.schema.procedure import TABLE, procedure_of
from portal.documents.models import Document
from portal.documents.registry import Rendition
from portal.organisations.models import User
from portal.pickup.following import following
from tests.cast import Cast, answer_all, good_rows, reasoned, received_case, sign_all, starting_items

pytestmark = [pytest.mark.django_db, pytest.mark.once]
LICENCE_LAW = "中华人民共和国行政许可法"
RULINGS = {
    "TZ-09": ("准予行政许可", "不予行政许可", "决定书"),
    "TZ-01": ("予以备案", "不予备案", "通知书"),
    "BDC-01": ("予以登记", "不予登记", "决定书"),
    "BDC-05": ("予以办理", "不予办理", "通知书"),
    "GY-04": ("予以办理", "不予办理", "通知书"),
}


def published(code: str, **changes: object) -> None:
    definition = next(one for one in starting_items() if one.code == code)
    publish(definition.model_copy(update=changes), by=None)


def words_of(document: Document) -> str:
    """What stands on the paper, without marks and spaces."""
    return re.sub(r"<[^>]*>|\s", "", render_to_string(document.template, document.context(Rendition.WHOLE)))


def paper(case: Case, kind: str) -> str:
    return words_of(case.documents.get(kind=kind))


def corrected(code: str) -> Case:
    """A case that was told what it lacks, and brought it: every paper of intake is there but the notice."""
    case = received_case(code)
    by = User.objects.get(pk=case.received_by_id)
    first = case.definition.materials[0].key
    check_materials(case, [{"key": first, "received": False, "originals": 0, "verdict": ""}], by=by)
    request_correction(case, {first: "请补交"}, by=by)
    check_materials(case, good_rows(case), by=by)
    complete_correction(case, by=by)
    accept(case, by=by)
    return case


def decided(cast: Cast, code: str, *, granted: bool) -> Case:
    case = corrected(code)
    for _ in range(4):
        sign_all(case, cast)
        answer_all(case, cast)
    task = Case.objects.get(pk=case.pk).tasks.get(kind="decision")
    decide(
        task, by=cast.decider(task.department.code), granted=granted, findings=NOTHING if granted else reasoned(case)
    )
    return Case.objects.get(pk=case.pk)


@pytest.mark.parametrize("granted", [True, False])
@pytest.mark.parametrize("code", RULINGS)
def test_every_type_is_decided_in_its_own_words(cast: Cast, code: str, granted: bool) -> None:
    published(code)
    case = decided(cast, code, granted=granted)
    *rulings, called = RULINGS[code]
    ruling, other = rulings if granted else reversed(rulings)
    decision = case.documents.get(kind="decision_grant" if granted else "decision_refusal")
    assert decision.title == ruling + called
    text = words_of(decision)
    assert f"本机关决定：{ruling}。" in text
    assert other not in text.replace(ruling, "")
    assert case.status_text == ruling
    assert ruling in following(case, case.decided_at.date()).happening


@pytest.mark.parametrize("code", RULINGS)
def test_only_a_licence_cites_the_licence_law_and_every_item_its_own_bases(cast: Cast, code: str) -> None:
    published(code)
    case = decided(cast, code, granted=True)
    texts = {kind: paper(case, kind) for kind in ("correction", "correction_receipt", "acceptance", "decision_grant")}
    licence = case.definition.item_type == "行政许可"
    assert {kind: LICENCE_LAW in text for kind, text in texts.items()} == dict.fromkeys(texts, licence)
    own = "、".join(case.definition.bases_cited)
    assert f"根据{own}" in texts["decision_grant"]
    assert licence or f"根据{own}，现予受理" in texts["acceptance"]


def test_an_item_without_bases_says_that_they_are_to_be_verified(cast: Cast) -> None:
    published("GY-04", legal_bases=())
    case = decided(cast, "GY-04", granted=True)
    for kind in ("acceptance", "decision_grant"):
        assert "办理依据（待核实）" in paper(case, kind)
        assert "第三十" not in paper(case, kind)


def test_a_paper_of_an_earlier_release_is_printed_as_it_was_meant(cast: Cast) -> None:
    case = decided(cast, "TZ-09", granted=True)
    for kind, wanted in (
        ("acceptance", "第三十二条第一款第五项，现予受理"),
        ("decision_grant", "第三十八条第一款，本机关决定：准予。"),
    ):
        document = case.documents.get(kind=kind)
        for later in ("grounds", "title", "ruling", "bases", "issuer", "satisfied", "facts", "unmet", "authority"):
            document.content.pop(later, None)
        assert wanted in words_of(document)


@pytest.mark.parametrize("kind", ITEM_TYPES)
def test_every_type_has_words_that_tell_yes_from_no(kind: str) -> None:
    for name in ("示例", "示例备案", "示例登记（示例）"):
        words = procedure_of(kind, name)
        assert words.ruling(True) != words.ruling(False)
        assert words.ruling(False).startswith("不予")
        assert words.ruling(True)[-2:] == words.ruling(False)[-2:]


def test_a_word_of_the_name_goes_before_the_words_of_the_type() -> None:
    seen: set[str] = set()
    for kind, word in TABLE:
        assert word == "" or kind not in seen, f"the row of {kind} and {word} is never reached"
        if not word:
            seen.add(kind)
