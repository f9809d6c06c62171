"""Registers that are kept through modeladmin's own forms, with the doors that it leaves open closed.

Its list hands every parameter of the address to the ORM, its history asks nobody for a right, and its pages of one row
fail on a key that is none. Who keeps them is an act, as everywhere; which of adding, changing and deleting it means say
the rights of groups (`portal.organisations.access`).
"""

from __future__ import annotations

from typing import Any

from django.contrib.admin import FieldListFilter
from django.contrib.admin.utils import get_fields_from_path
from django.db.models import BooleanField, Field
from django.http import Http404, HttpRequest, HttpResponse
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import DeleteView, EditView, HistoryView, IndexView

from portal.desk.base.parameters import Shape, narrow, number, one_of, text
from portal.organisations.authority import somewhere
from portal.organisations.models import User

YES_AND_NO = one_of(["0", "1", "True", "False"])


class DeclaredIndex(IndexView):
    """The list: search, order, page, and the filters that its register declares; nothing else of the address."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        narrow(request, self._takes(request))
        return super().dispatch(request, *args, **kwargs)

    def _takes(self, request: HttpRequest) -> dict[str, Shape]:
        takes: dict[str, Shape] = {self.SEARCH_VAR: text, self.PAGE_VAR: number, self.ORDER_VAR: self._columns}
        if self.model_admin.get_list_export(request):
            takes[self.EXPORT_VAR] = one_of(self.FORMATS)
        for name in self.model_admin.get_list_filter(request):
            field = get_fields_from_path(self.model, name)[-1]
            asked = FieldListFilter.create(field, request, {}, self.model, self.model_admin, field_path=name)
            takes |= {parameter: values_of(field, parameter) for parameter in asked.expected_parameters() if parameter}
        return takes

    def _columns(self, value: str) -> str | None:
        """Numbers of columns of the list, with points between them and a minus before those turned round."""
        numbers = [part.removeprefix("-") for part in value.split(".")]
        count = len(self.model_admin.get_list_display(self.request))
        return value if all(number(one) and int(one) < count for one in numbers) else None


def values_of(field: Field, parameter: str) -> Shape:
    """What a filter over `field` may be set to."""
    if parameter.endswith("__isnull") or isinstance(field, BooleanField):
        return YES_AND_NO
    return one_of(str(value) for value, _ in field.flatchoices) if field.choices else text


class _OneRow:
    """A page of one row; a key that is none is not there."""

    def __init__(self, model_admin: ModelAdmin, instance_pk: str) -> None:
        if not number(instance_pk):
            raise Http404
        super().__init__(model_admin, instance_pk)  # type: ignore[call-arg]


class EditRow(_OneRow, EditView):
    pass


class DeleteRow(_OneRow, DeleteView):
    pass


class RowHistory(_OneRow, HistoryView):
    """Who changed the row and when, for those who may change it."""

    def check_action_permitted(self, user: User) -> bool:
        return self.permission_helper.user_can_edit_obj(user, self.instance)


class KeptByPost(PermissionHelper):
    """A right of the account's groups counts with a post of today, not with one that has ended."""

    kept_by = ""

    def user_has_specific_permission(self, user: User, perm_codename: str) -> bool:
        return somewhere(user, self.kept_by) and super().user_has_specific_permission(user, perm_codename)


class OrdinaryAdmin(ModelAdmin):
    """The base of every register that is kept through ordinary forms."""

    kept_by = "house.keep"
    """The act of those who keep it."""
    permission_helper_class = KeptByPost
    index_view_class = DeclaredIndex
    edit_view_class = EditRow
    delete_view_class = DeleteRow
    history_view_class = RowHistory

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.permission_helper.kept_by = self.kept_by
