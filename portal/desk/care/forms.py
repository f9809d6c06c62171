"""What those who look after the content fill in."""

from __future__ import annotations

from django import forms

from portal.catalog.judging.lint.judge import LONGEST_CLAUSE
from portal.catalog.judging.lint.models import ELEMENT_NAMES
from portal.desk.base.forms import VerbForm, Words


class AnswerFeedbackForm(VerbForm):
    answer = Words(label="处理结果", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class TryForm(forms.Form):
    field = forms.ChoiceField(label="要素", choices=list(ELEMENT_NAMES.items()))
    text = forms.CharField(label="原文", max_length=LONGEST_CLAUSE, widget=forms.Textarea(attrs={"rows": 3}))
