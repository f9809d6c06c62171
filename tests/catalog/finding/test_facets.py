"""Facets: counts under the other choices, unknown values ignored with a sentence."""

from __future__ import annotations

import pytest
from django.http import QueryDict

from portal.catalog.finding import facets
from portal.catalog.finding.asking import Search
from portal.catalog.finding.models import Entry, Facet, Mark
from portal.catalog.schema.choices import BUSINESS_EVENTS, LIFE_EVENTS, TOPICS_CORP, TOPICS_PERSON, life_events
from portal.lib.search.text import Query

pytestmark = pytest.mark.usefixtures("centre")


def everything():
    return Entry.objects.all()


def chosen_from(address: str) -> tuple[facets.Chosen, list[str]]:
    return facets.chosen_from(QueryDict(address), facets.known_values(everything()))


def count(address: str) -> int:
    return facets.narrowed(everything(), chosen_from(address)[0]).count()


def test_values_of_one_facet_add_and_facets_narrow() -> None:
    assert count("zone=realestate") == 3
    assert count("zone=realestate&zone=business") == 8
    assert count("zone=realestate&speed=instant") == 1
    assert count("zone=realestate&subject=person") == 2
    assert count("event=ZT-02&dept=sx-scjg") == 3


def test_the_events_of_a_life_follow_from_the_topics() -> None:
    assert life_events(["住房保障"], ["国土和规划建设"]) == ["买房安家", "企业投资建设"]
    assert life_events([], []) == []
    houses = set(Mark.objects.filter(facet=Facet.LIFE, value="买房安家").values_list("entry__item__code", flat=True))
    assert houses == {"BDC-01", "BDC-05"}
    assert count("life=买房安家") == 2


def test_every_topic_of_an_event_stands_on_the_list_of_topics() -> None:
    assert {topic for topics in LIFE_EVENTS.values() for topic in topics} <= set(TOPICS_PERSON)
    assert {topic for topics in BUSINESS_EVENTS.values() for topic in topics} <= set(TOPICS_CORP)


def test_the_count_beside_each_value_is_what_choosing_it_gives() -> None:
    chosen, _ = chosen_from("zone=business&subject=person")
    offered = facets.choices(facets.counts(everything(), chosen), chosen)
    for facet, options in offered.items():
        for option in options:
            wanted = {**chosen, facet: (option.value,)}
            assert facets.narrowed(everything(), wanted).count() == option.count, (facet, option)
    zones = {option.value: option for option in offered[Facet.ZONE.value]}
    assert zones["business"].is_chosen
    assert zones["realestate"].count == 2


def test_counts_follow_the_query_too() -> None:
    found = Search(Query("登记")).all()
    offered = facets.choices(facets.counts(found, {}), {})
    zones = {option.value: option.count for option in offered[Facet.ZONE.value]}
    assert zones["realestate"] == 3
    assert sum(zones.values()) == found.count()


def test_unknown_values_are_ignored_with_a_sentence_each_but_not_a_thousand() -> None:
    chosen, said = chosen_from("zone=moon&speed=instant&dept=%00&topic=" + "x" * 500)
    assert chosen == {"speed": ("instant",)}
    assert said[0] == "没有“moon”这个受理区，已经忽略这个条件。"
    assert len(said) == 2
    assert max(map(len, said)) < 60
    _, many = chosen_from("&".join(f"zone=z{n}" for n in range(1000)))
    assert len(many) == facets.MOST_UNKNOWN


def test_a_value_that_is_given_a_thousand_times_counts_once() -> None:
    assert chosen_from("&".join(["zone=business"] * 1000)) == ({"zone": ("business",)}, [])


def test_what_was_chosen_stays_to_be_taken_away_when_it_leaves_nothing() -> None:
    chosen, _ = chosen_from("zone=realestate&event=ZT-02")
    offered = facets.choices(facets.counts(everything(), chosen), chosen)
    assert [option.is_chosen for option in offered[Facet.EVENT.value] if option.value == "ZT-02"] == [True]


def test_values_have_the_names_people_know() -> None:
    offered = facets.choices(facets.counts(everything(), {}), {})
    labels = {facet: [option.label for option in options] for facet, options in offered.items()}
    assert labels["zone"] == ["投资项目审批", "商事登记", "不动产登记", "社会事务", "公用事业"]
    assert labels["subject"] == ["个人", "法人和其他组织"]
    assert "市建设局" in labels["dept"]
    assert "开办餐饮店联合办理" in labels["event"]
    assert labels["letter"] == sorted(labels["letter"])
