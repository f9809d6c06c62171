"""The same questions get the same answers from FTS5 and from PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from portal.catalog.finding.models import Synonym
from portal.lib.search.fulltext import AnyOf, Every, FullText, Phrase, Wanted, full_text, texts

pytestmark = pytest.mark.django_db


@pytest.fixture
def index() -> Iterator[FullText]:
    made = full_text(connection, "tried_text", ("name", "spelled"))
    made.create()
    made.put(
        {
            1: {"name": list("建筑施工许可"), "spelled": ["sgxk", "xk"]},
            2: {"name": texts(["施工", "许可"]), "spelled": []},
            3: {"name": list("许可工施"), "spelled": ["a"]},
            4: {"name": list("㛃𬱖"), "spelled": ["施"]},
        }
    )
    yield made
    made.drop()


def ids(index: FullText, wanted: Wanted, at_most: int | None = None) -> list[int]:
    found = index.matching(wanted, at_most=at_most)
    with connection.cursor() as cursor:
        sql, params = found.as_sql(None, connection)
        cursor.execute(f"SELECT * FROM {sql} AS found", params)
        return sorted(row[0] for row in cursor.fetchall())


def phrase(word: str) -> Phrase:
    return Phrase("name", tuple(word))


@pytest.mark.parametrize(
    "wanted, found",
    [
        (phrase("施工许可"), [1]),
        (phrase("工许"), [1]),
        (phrase("工施"), [3]),
        (phrase("㛃𬱖"), [4]),
        (phrase("火"), []),
        (Phrase("spelled", ("sg",), prefix=True), [1]),
        (Phrase("spelled", ("sg",)), []),
        (Phrase("spelled", ("施",)), [4]),
        (Phrase("spelled", ("a",)), [3]),
        (Every((phrase("施"), phrase("许可"))), [1, 2, 3]),
        (AnyOf((phrase("施工许可"), phrase("㛃"))), [1, 4]),
        (Every((AnyOf((phrase("㛃"), phrase("许"))), phrase("建"))), [1]),
        (Every((phrase("施"), AnyOf(()))), []),
        (AnyOf(()), []),
        (phrase(""), []),
    ],
)
def test_a_question_finds_what_it_means(index: FullText, wanted: Wanted, found: list[int]) -> None:
    assert ids(index, wanted) == found


def test_a_phrase_never_runs_from_one_text_into_the_next(index: FullText) -> None:
    index.put({2: {"name": texts([list("施工"), list("许可")]), "spelled": []}})
    assert ids(index, phrase("工许")) == [1]
    assert 2 in ids(index, phrase("许可"))


def test_a_document_is_replaced_and_taken_away(index: FullText) -> None:
    index.put({1: {"name": list("改了")}})
    assert ids(index, phrase("施工许可")) == []
    assert ids(index, phrase("改了")) == [1]
    index.remove([1])
    assert ids(index, phrase("改了")) == []
    index.clear()
    assert ids(index, phrase("许可")) == []


def test_a_bounded_question_gives_the_smallest_ids(index: FullText) -> None:
    index.put({n: {"name": list("许可")} for n in range(10, 20)})
    assert ids(index, phrase("许可"), at_most=2) == [1, 2]


def test_operators_in_a_token_are_only_characters(index: FullText) -> None:
    for token in ('"', "'", "\\", "*", ":", "AND", "NEAR(", "x:y", "x' & 'y", "%q"):
        assert ids(index, Phrase("spelled", (token,))) == [], token
        assert ids(index, Phrase("spelled", (token,), prefix=True)) == [], token


def test_an_answer_narrows_a_queryset(index: FullText) -> None:
    Synonym.objects.create(pk=1, words="甲乙", targets="丙丁")
    Synonym.objects.create(pk=2, words="甲乙", targets="丙丁")
    found = Synonym.objects.filter(pk__in=index.matching(phrase("施工许可")))
    assert [row.pk for row in found] == [1]


def test_other_databases_are_refused() -> None:
    class Other:
        vendor = "oracle"

    with pytest.raises(KeyError):
        full_text(Other(), "x", ("a",))  # type: ignore[arg-type]
