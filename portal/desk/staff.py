"""Wagtail's user screens for our people: one name as Chinese names are written, no mail address demanded."""

from wagtail.users.apps import WagtailUsersAppConfig


class StaffUsersConfig(WagtailUsersAppConfig):
    user_viewset = "portal.desk.users.StaffViewSet"
