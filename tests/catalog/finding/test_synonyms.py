"""Synonyms are kept by editors: checked when they are written, in force with the next query."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError

from portal.catalog.finding.asking import Tier, search
from portal.catalog.finding.models import Synonym, load_synonyms
from portal.catalog.finding.synonyms import lexicon
from portal.catalog.models import ServiceItem
from tests.cast import Cast, starting_items

pytestmark = pytest.mark.django_db


def found(text: str) -> list[tuple[str, Tier]]:
    return [(entry.item.code, Tier(entry.tier)) for entry in search(text)]


def test_a_synonym_is_in_force_at_once_and_gone_at_once(cast: Cast) -> None:
    assert found("盖大楼") == []
    row = Synonym.objects.create(words="盖大楼", targets="施工许可证")
    assert found("盖大楼") == [("TZ-09", Tier.SYNONYM)]
    row.targets = "bdc-01"
    row.save()
    assert found("盖大楼") == [("BDC-01", Tier.SYNONYM)]
    row.delete()
    assert found("盖大楼") == []


def test_the_longest_said_word_decides(db: None) -> None:
    Synonym.objects.create(words="开店", targets="设立登记")
    Synonym.objects.create(words="开店面\n开书店面", targets="出版物")
    assert [said.targets for said in lexicon().within("在路边开店面", ())] == [("出版物",)]
    assert [said.targets for said in lexicon().within("在路边开店", ())] == [("设立登记",)]
    assert lexicon().within("无关", ()) == []


def test_the_noun_alone_is_said_as_well(db: None) -> None:
    Synonym.objects.create(words="开个书店\n办厂", targets="出版物")
    assert lexicon().targets_of("书店") == ["出版物"]
    assert lexicon().targets_of("厂") == []


def test_a_synonym_is_found_by_its_pinyin_and_its_initials(db: None) -> None:
    Synonym.objects.create(words="营业执照", targets="设立登记")
    assert lexicon().spelled_targets("yyzz") == lexicon().spelled_targets("yingyezhizhao") == ["设立登记"]
    assert lexicon().spelled_targets("yy") == lexicon().spelled_targets("zhizhao") == []


def test_english_words_are_kept_like_the_others_in_any_order(db: None) -> None:
    Synonym.objects.create(words="sell house", targets="转移登记")
    for typed in ("sell house", "house sell", "sells houses", "sellhouse"):
        assert lexicon().targets_of(typed) == ["转移登记"], typed
    assert lexicon().targets_of("selling") == []
    assert [said.targets for said in lexicon().within("", ["sell", "my", "houses"])] == [("转移登记",)]
    assert lexicon().within("", ["house"]) == []


@pytest.mark.parametrize(
    "words, targets, field",
    [
        ("", "施工许可", "words"),
        ("开店", " \n ", "targets"),
        ("店", "设立登记", "words"),
        ("开店", "证", "targets"),
        ("，，，", "设立登记", "words"),
        ("\n".join(f"说法{n}" for n in range(61)), "设立登记", "words"),
    ],
)
def test_a_synonym_that_says_nothing_is_refused_beside_its_field(words: str, targets: str, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Synonym(words=words, targets=targets).full_clean()
    assert field in refused.value.message_dict


def test_the_delivered_synonyms_are_many_and_loaded_once(db: None) -> None:
    assert load_synonyms(settings.CONTENT_DIR) >= 60
    Synonym.objects.filter(words__contains="开饭店").delete()
    count = Synonym.objects.count()
    assert load_synonyms(settings.CONTENT_DIR) == count


def test_every_delivered_synonym_leads_to_an_item(db: None) -> None:
    load_synonyms(settings.CONTENT_DIR)
    names = {item.code.replace("-", "").lower(): "".join(item.name) for item in starting_items()}
    for row in Synonym.objects.all():
        leads = [t for t in row.target_keys if t in names or any(t in name for name in names.values())]
        assert leads, str(row)
    assert ServiceItem.objects.count() == 0
