"""Two definitions beside each other: every difference once, in words, at its place."""

from __future__ import annotations

from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from portal.catalog.editions.compare import Difference, differences
from portal.catalog.exchange.content import load_items
from portal.catalog.schema.definition import FileRef, ItemDefinition, Limit
from portal.catalog.schema.questions import Choice, Question, When

ITEMS = {item.code: item for item in load_items(settings.CONTENT_DIR)}
OLD = ITEMS["TZ-09"]
NAMES = {"departments": {"sx-jsj": "市建设局", "sx-gtj": "市国土局"}, "zones": {"investment": "投资项目受理区"}}


def changed(**values: object) -> ItemDefinition:
    return OLD.model_copy(update=values)


def material(at: int, **values: object) -> ItemDefinition:
    lines = list(OLD.materials)
    lines[at] = lines[at].model_copy(update=values)
    return changed(materials=tuple(lines))


def only(new: ItemDefinition, old: ItemDefinition = OLD) -> Difference:
    (found,) = differences(old, new, **NAMES)
    return found


def test_equal_definitions_do_not_differ() -> None:
    for item in ITEMS.values():
        assert differences(item, ItemDefinition.model_validate(item.model_dump(mode="json"))) == []


def test_a_changed_standard_is_named_with_its_material() -> None:
    found = only(material(2, accept_standard="原件清晰"))
    assert (found.kind, found.old, found.new) == ("changed", OLD.materials[2].accept_standard, "原件清晰")
    assert found.place == f"申报材料第3项的受理标准（{OLD.materials[2].name}）"
    assert found.field == "materials[2].accept_standard"


def test_yes_and_no_are_words() -> None:
    tolerant = OLD.materials[0].tolerant
    found = only(material(0, tolerant=not tolerant))
    assert (found.old, found.new) == (("是", "否") if tolerant else ("否", "是"))


def test_choices_are_read_as_editors_read_them() -> None:
    was = OLD.materials[0].necessity
    found = only(material(0, necessity="supply_later" if was != "supply_later" else "optional"))
    assert found.new in {"容缺后补", "非必要"}
    assert only(changed(case_type="instant")).new == "即办件"


def test_bodies_and_zones_have_names() -> None:
    assert only(changed(lead_dept="sx-gtj")).new == "市国土局"
    assert only(changed(zone="somewhere")).old == "投资项目受理区"


def test_one_mapping_may_name_every_code() -> None:
    names = {"sx-jsj": "市建设局", "sx-gtj": "市国土局", "investment": "投资项目受理区"}
    moved = changed(lead_dept="sx-gtj", zone="investment2")
    found = differences(OLD, moved, names)
    assert [(one.old, one.new) for one in found] == [("投资项目受理区", "investment2"), ("市建设局", "市国土局")]


def test_a_limit_is_one_thing() -> None:
    found = only(changed(promised_limit=Limit(value=3, unit="MONTH", note="含公示")))
    assert (found.place, found.new) == ("承诺办结时限", "3个月（含公示）")


def test_a_material_that_goes_is_one_difference_and_keeps_the_others_quiet() -> None:
    gone = OLD.materials[1]
    found = only(changed(materials=OLD.materials[:1] + OLD.materials[2:]))
    assert (found.kind, found.new, found.entry) == ("removed", "", gone.name)
    assert found.place.startswith("申报材料第2项")
    assert found.old.startswith(gone.name)


def test_a_material_that_comes_is_told_in_full() -> None:
    more = OLD.materials[0].model_copy(update={"key": "m99", "name": "消防设计文件", "accept_standard": "加盖公章"})
    found = only(changed(materials=(*OLD.materials, more)))
    assert (found.kind, found.old) == ("added", "")
    assert found.new.startswith("消防设计文件；")
    assert "受理标准：加盖公章" in found.new
    assert "m99" not in found.new


def test_renaming_a_material_is_a_change_not_another_material() -> None:
    found = only(material(0, name="新的名称"))
    assert (found.kind, found.place) == ("changed", "申报材料第1项的材料名称（新的名称）")


def test_another_order_is_one_difference() -> None:
    found = only(changed(materials=(OLD.materials[1], OLD.materials[0], *OLD.materials[2:])))
    assert found.reordered
    assert found.place == "申报材料的次序"
    assert found.new.startswith(f"{OLD.materials[1].name}、{OLD.materials[0].name}")


def test_plain_texts_are_matched_by_content() -> None:
    old = changed(conditions=("甲", "乙", "甲"))
    found = differences(old, changed(conditions=("甲", "丙")))
    assert [(one.kind, one.old, one.new) for one in found] == [
        ("added", "", "丙"), ("removed", "乙", ""), ("removed", "甲", ""),
    ]  # fmt: skip


def test_steps_are_found_inside_their_stages() -> None:
    stage = OLD.route.stages[0]
    step = stage.steps[0].model_copy(update={"limit_wd": 77})
    stages = (stage.model_copy(update={"steps": (step, *stage.steps[1:])}), *OLD.route.stages[1:])
    found = only(changed(route=OLD.route.model_copy(update={"stages": stages})))
    assert found.new == "77"
    assert found.entry == step.name
    assert found.place.startswith("办理流程的办理环节第1项")


def test_conditions_speak_the_question_and_the_answer() -> None:
    asked = (Question(key="q1", text="是否代办", choices=(Choice(key="a1", text="是"), Choice(key="a2", text="否"))),)
    old = changed(questions=asked)
    lines = (old.materials[0].model_copy(update={"when": (When(of="q1", values=("a1",)),)}), *old.materials[1:])
    found = only(old.model_copy(update={"materials": lines}), old)
    assert (found.kind, found.old, found.new) == ("added", "", "是否代办＝是")


def test_a_file_that_is_taken_away_is_named() -> None:
    old = material(0, blank_form=FileRef(document=3, title="空表"))
    found = only(OLD, old)
    assert (found.kind, found.old, found.new) == ("removed", "空表", "")


@given(st.sampled_from(sorted(ITEMS)), st.sampled_from(sorted(ITEMS)))
def test_any_two_items_compare_and_the_other_way_round_is_its_mirror(one: str, other: str) -> None:
    there, back = differences(ITEMS[one], ITEMS[other]), differences(ITEMS[other], ITEMS[one])
    assert len(there) == len(back)
    mirror = {"added": "removed", "removed": "added", "changed": "changed"}
    assert sorted((mirror[found.kind], found.new, found.old) for found in there) == sorted(
        (found.kind, found.old, found.new) for found in back
    )
    assert all(found.place and "[" not in found.place for found in there)
