"""The questions and the form of an item at the window: asked, checked, kept, shown masked."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from portal.cases.models import Case
from portal.catalog.models import ServiceItem
from tests.cases.test_situations import asking
from tests.cast import COMPANY, PERSON, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def window(cast: Cast) -> Client:
    client = Client()
    client.force_login(cast.receiver, backend="django.contrib.auth.backends.ModelBackend")
    return client


def typed(window: Client, item: ServiceItem, **changes: Any) -> Any:
    """Post the intake screen with everything filled in, except for `changes`."""
    shown = window.get(reverse("desk_intake_item", args=[item.code]))
    data: dict[str, Any] = {
        "key": shown.context["form"]["key"].value(),
        "window": shown.context["form"].fields["window"].queryset.get().pk,
        "kind": "body",
        "name": "绍兴示例建设有限公司",
        "identity_kind": "001",
        "identity_number": COMPANY,
        "legal_representative": "示例甲",
        "contact_name": "示例乙",
        "contact_phone": "13800000000",
        "a-q1": "a2",
        "a-f01": "1,200.50",
        "a-f02": PERSON,
    }
    formset = shown.context["formset"]
    data |= {f"m-{name}": value for name, value in formset.management_form.initial.items()}
    for form in formset.forms:
        data |= {form.add_prefix(name): "" if value is None else value for name, value in form.initial.items()}
    return window.post(reverse("desk_intake_item", args=[item.code]), {**data, **changes}, follow=True)


def test_the_screen_asks_the_questions_and_the_form_of_the_item(window: Client) -> None:
    shown = window.get(reverse("desk_intake_item", args=[asking().code])).content.decode()
    for words in (
        "工程是否位于地铁保护区",
        "建设规模",
        "项目经理身份证",
        "参建单位",
        "适用情形：工程是否位于地铁保护区＝是",
    ):
        assert words in shown


def test_what_was_answered_is_kept_and_shown_with_the_numbers_masked(window: Client) -> None:
    shown = typed(window, asking(), **{"a-f04-2-c1": "示例施工单位", "a-f04-2-c2": "13900000000"}).content.decode()
    case = Case.objects.get()
    assert case.situation == {"q1": "a2"}
    assert case.answers_in_full()["f04"] == [{"c1": "示例施工单位", "c2": "13900000000"}]
    assert "1200.5" in shown
    assert "330602********0001" in shown
    assert "139****0000" in shown
    assert PERSON not in shown


def test_a_line_that_the_answers_rule_out_is_not_on_the_list(window: Client) -> None:
    typed(window, asking())
    assert not Case.objects.get().materials.filter(key="m04").exists()


@pytest.mark.parametrize(
    "changes, sentence",
    [
        ({"a-q1": ""}, "请回答“工程是否位于地铁保护区”。"),
        ({"a-q1": "a9"}, "请回答“工程是否位于地铁保护区”。"),
        ({"a-f01": ""}, "请填写“建设规模”。"),
        ({"a-f01": "很大"}, "“建设规模”应当是数字。"),
        ({"a-f01": "NaN"}, "“建设规模”超出了可以填写的范围。"),
        ({"a-f02": "330602199001010002"}, "“项目经理身份证”填写有误"),
        ({"a-q1": "a1", "a-f03": ""}, "请填写“轨道线路”。"),
        ({"a-q1": "a1", "a-f03": "线" * 201}, "“轨道线路”太长"),
        ({"a-f04-0-c2": "12345"}, "第1行：请填写“名称”。"),
        (
            {"a-f04-0-c1": "甲", "a-f04-0-c2": "12345"},
            "第1行：“电话”填写有误：请填写11位手机号码，这个号码的位数不对。",
        ),
    ],
)
def test_a_wrong_answer_is_told_beside_its_field_and_nothing_is_kept(
    window: Client, changes: dict[str, str], sentence: str
) -> None:
    shown = typed(window, asking(), **changes).content.decode()
    assert sentence in shown
    assert "绍兴示例建设有限公司" in shown
    assert not Case.objects.exists()
