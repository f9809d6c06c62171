"""A search knows a number from a word: a number goes to its index, and only words are looked for in names."""

from __future__ import annotations

import re
import unicodedata
import uuid
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, models
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.cases.apps import keep_names_indexed
from portal.cases.models import Application, Case
from portal.cases.reading import seeking
from portal.cases.reading.seeking import sought
from portal.handover.models import Slip
from portal.lib import counting
from portal.lib.search.names import containing
from portal.pickup.models import Delivery
from tests.bench.recipes import _shelved
from tests.cast import Cast, accepted_case, company, private_person, received_case
from tests.desk.test_screens import at_desk
from tests.plans import plan

pytestmark = pytest.mark.django_db


def looked_for(client: Client, register: str, query: str) -> tuple[HttpResponse, list[str]]:
    """The answer of a register, and the questions to the database that compare names."""
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(reverse(f"{register}_modeladmin_index"), {"show": "all", "q": query})
    return answer, [one["sql"] for one in asked if "applicant_key" in one["sql"] and "LIKE" in one["sql"]]


def found(answer: HttpResponse) -> set[int]:
    return {row.record.pk for row in answer.context["table"].rows}


def widely(text: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in text)


def test_tasks_are_found_by_the_number_of_their_case_without_reading_names(cast: Cast) -> None:
    case, _other = accepted_case("TZ-09"), accepted_case("TZ-09")
    client = at_desk(cast.officer("sx-jsj"))
    mine = set(case.tasks.filter(department__code="sx-jsj").values_list("pk", flat=True))
    for typed in (case.number, case.number.lower(), widely(case.number), case.application.number):
        answer, names = looked_for(client, "tasks", typed)
        assert (found(answer), names) == (mine, [])
    answer, names = looked_for(client, "tasks", "示例建设")
    assert mine < found(answer)
    assert names


def test_results_are_found_by_the_number_of_their_case_without_reading_names(cast: Cast) -> None:
    case, _other = _shelved(cast), _shelved(cast)
    client = at_desk(cast.issuer)
    for typed in (case.number, case.application.number):
        answer, names = looked_for(client, "pickup", typed)
        assert (found(answer), names) == ({case.delivery.pk}, [])
    answer, _ = looked_for(client, "pickup", "示例建设")
    assert found(answer) == set(Delivery.objects.values_list("pk", flat=True))


def test_slips_are_found_by_the_numbers_of_case_and_paper_and_by_the_applicant(cast: Cast) -> None:
    case, _other = accepted_case("TZ-09"), accepted_case("TZ-09")
    client, slips = at_desk(cast.receiver), {slip.pk for slip in case.slips.all()}
    slip = case.slips.select_related("document").order_by("pk")[1]
    assert looked_for(client, "slips", case.number)[0].context["table"].rows
    for typed, expected in (
        (case.number, slips),
        (case.application.number, slips),
        (slip.number, {slip.pk}),
        (slip.number[:-1], {slip.pk}),
    ):
        answer, names = looked_for(client, "slips", typed)
        assert (found(answer), names) == (expected, [])
    answer, _ = looked_for(client, "slips", "示例建设")
    assert found(answer) == set(Slip.objects.values_list("pk", flat=True))


def test_a_scanned_code_leads_to_its_slip_and_the_beginning_of_one_lists_those_that_begin_so(cast: Cast) -> None:
    slip = accepted_case("TZ-09").slips.order_by("pk")[0]
    client, url = at_desk(cast.receiver), reverse("slips_modeladmin_index")
    scanned = client.get(url, {"q": slip.code})
    assert scanned.headers["Location"] == reverse("slips_modeladmin_inspect", args=[slip.pk])
    answer, names = looked_for(client, "slips", slip.code[:6])
    assert slip.pk in found(answer)
    assert names == []


def test_the_beginning_of_a_number_finds_all_that_begin_so(cast: Cast) -> None:
    case, waiting = accepted_case("TZ-09"), received_case("TZ-09")
    client = at_desk(cast.receiver)
    for typed, expected in (
        (case.number[:11], {case.pk}),
        (widely(case.number[:11]), {case.pk}),
        (case.application.number[:11], {case.pk, waiting.pk}),
        (f"{case.number[:3]}1999", set()),
    ):
        answer, names = looked_for(client, "cases", typed)
        assert (found(answer), names) == (expected, [])


def test_a_number_with_a_wrong_check_digit_is_no_word(cast: Cast) -> None:
    number = accepted_case("TZ-09").number
    wrong = f"{number[:-1]}{(int(number[-1]) + 1) % 10}"
    answer, names = looked_for(at_desk(cast.receiver), "cases", wrong)
    assert (found(answer), names) == (set(), [])


@pytest.mark.parametrize("typed", ["number", "beginning"])
def test_numbers_are_looked_up_in_an_index(cast: Cast, typed: str) -> None:
    number = accepted_case("TZ-09").number
    rows = Case.objects.filter(sought(number if typed == "number" else number[:11]))
    with CaptureQueriesContext(connection) as asked:
        assert rows.count() == 1
    how = plan(asked.captured_queries[0]["sql"])
    assert re.search(r"SEARCH cases_case USING (COVERING )?INDEX|cases_case_number", how), how
    assert "SCAN cases_case " not in how


def names_of_many() -> None:
    for number in range(5):
        Application.objects.bulk_create(
            Application(
                number=f"old-{number}-{trade}",
                idempotency_key=uuid.uuid4(),
                applicant_name=f"第{number}{trade}公司ABC",
                identity_index="",
                **{field: getattr(Application.objects.first(), field) for field in ("center", "window", "created_by")},
            )
            for trade in ("餐饮", "贸易", "物流")
        )


@pytest.mark.parametrize(
    ("part", "count"),
    [("贸易", 5), ("3物", 1), ("abc", 15), ("第", 15), ("C", 15), ("公司", 16), ("司a", 15), ("没有", 0), ("贸%", 0)],
)
def test_any_part_of_a_name_is_found_in_capitals_or_not(cast: Cast, part: str, count: int) -> None:
    received_case()
    names_of_many()
    assert containing(Application.objects.all(), "applicant_key", part, connection).count() == count


def parts_found(*parts: str) -> list[int]:
    return [containing(Application.objects.all(), "applicant_key", part, connection).count() for part in parts]


def test_a_name_is_found_as_it_is_now_whoever_wrote_it(cast: Cast) -> None:
    """Also by a statement that knows nothing of the index; and a longer part than the index is asked for."""
    key = received_case(applicant=company(name="甲乙丙公司")).application_id
    assert parts_found("乙丙", "丁戊") == [1, 0]
    Application.objects.filter(pk=key).update(applicant_key="丙丁戊" + "己" * 100)
    assert parts_found("乙丙", "丁戊", "戊" + "己" * 100, "戊" + "己" * 101, "丙") == [0, 1, 1, 0, 1]
    models.QuerySet(Application).filter(pk=key).update(contact_name="示例丙")
    assert parts_found("丁戊") == [1]
    names_of_many()
    assert parts_found("贸易公", "物") == [5, 5]
    Application.objects.filter(number__endswith="贸易").delete()
    assert parts_found("贸易公", "物") == [0, 5]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its index itself")
def test_after_a_migration_that_made_the_table_anew_all_names_are_found(cast: Cast) -> None:
    """SQLite drops the triggers with the old table; what was written meanwhile is indexed with the rest."""
    key = received_case(applicant=company(name="甲乙丙公司")).application_id
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER cases_application_applicant_key_pairs_update")
    Application.objects.filter(pk=key).update(applicant_key="丙丁戊公司")
    assert parts_found("丁戊") == [0]
    keep_names_indexed("default")
    assert parts_found("丁戊", "乙丙") == [1, 0]
    Application.objects.filter(pk=key).update(applicant_key="己庚公司")
    assert parts_found("丁戊", "己庚") == [0, 1]


def test_names_are_looked_for_in_their_index(cast: Cast) -> None:
    received_case()
    with CaptureQueriesContext(connection) as asked:
        list(containing(Application.objects.all(), "applicant_key", "贸易", connection).values_list("pk"))
    how = plan(asked.captured_queries[0]["sql"])
    assert ("VIRTUAL TABLE INDEX" if connection.vendor == "sqlite" else "cases_application_pairs") in how
    assert "SCAN cases_application " not in how


@pytest.mark.parametrize(("counted", "named"), [(10_000, 1_000), (10_000, 0), (0, 1_000)])
def test_few_some_and_many_of_a_name_are_found_alike(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, counted: int, named: int
) -> None:
    monkeypatch.setattr(counting, "MOST_COUNTED", counted)
    monkeypatch.setattr(seeking, "MOST_NAMED", named)
    case = received_case("TZ-09", applicant=company(name="独一无二公司"))
    received_case("TZ-09")
    assert list(Case.objects.filter(sought("独一无二"))) == [case]
    assert list(case.materials.model.objects.filter(sought("独一无二", "case"))) == list(case.materials.all())


def test_a_ledger_knows_a_number_from_a_word_as_well(cast: Cast) -> None:
    case, _other = accepted_case("TZ-09"), accepted_case("TZ-09")
    client, url = at_desk(cast.receiver), reverse("desk_ledger", args=["TZ-09"])
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(url, {"q": case.number.lower()})
    assert found(answer) == {case.pk}
    assert not [one for one in asked if "LIKE" in one["sql"]]
    assert len(found(client.get(url, {"q": "示例建设"}))) == 2


@pytest.mark.parametrize("typed", ["买买提．示例", "买买提‧示", "买买提 · 示例", "买买提・示例", "买买提示例", "提•示"])
def test_a_person_is_found_whichever_dot_is_typed(cast: Cast, typed: str) -> None:
    case = received_case(applicant=private_person(name="买买提·示例"))
    received_case(applicant=private_person(name="买买提"))
    answer, _ = looked_for(at_desk(cast.receiver), "cases", typed)
    assert found(answer) == {case.pk}
    assert "买买提·示例" in answer.content.decode()


RARE = ("示例\U0002ebf0", "示例\U00031350", "示例𪚥", "ᠮᠣᠩᠭᠣᠯ", "བཀྲ་ཤིས།", "Jose\u0301", "示例䶮")


@pytest.mark.parametrize("name", RARE)
def test_every_name_is_kept_and_found_as_it_was_typed(cast: Cast, name: str) -> None:
    case, other = (received_case(applicant=private_person(name=one)) for one in (name, "示例"))
    for typed in (name, name[-3:], unicodedata.normalize("NFC", name)):
        answer, _ = looked_for(at_desk(cast.receiver), "cases", typed)
        assert found(answer) == {case.pk}, typed
    assert Application.objects.get(pk=case.application_id).applicant_name == name
    assert name in answer.content.decode()
    assert other.application.applicant_key == "示例"


def test_what_holds_no_letter_is_part_of_no_name(cast: Cast) -> None:
    received_case()
    assert not found(looked_for(at_desk(cast.receiver), "cases", "·")[0])


def test_the_scan_box_reads_full_width_and_what_a_scanner_says_before_a_code(cast: Cast) -> None:
    slip = accepted_case("TZ-09").slips.order_by("pk")[0]
    client, url = at_desk(cast.receiver), reverse("slips_modeladmin_index")
    for typed in (widely(slip.code), f"]C1{slip.code}", f"］Ｃ１{widely(slip.code)}", f" {slip.code.lower()}\r"):
        assert client.get(url, {"q": typed}).headers["Location"] == reverse("slips_modeladmin_inspect", args=[slip.pk])
    number = slip.case.number
    for typed in (widely(number), f"]C1{number}"):
        assert found(looked_for(client, "cases", typed)[0]) == {slip.case_id}


def test_names_of_applications_from_before_are_folded_as_well(cast: Cast) -> None:
    received_case(applicant=private_person(name="买买提·示例"))
    Application.objects.update(applicant_key="")
    import_module("portal.cases.migrations.0020_names_as_they_read").fill(apps, None)
    assert Application.objects.get().applicant_key == "买买提示例"
