"""Which private files belong to the pages: the workbooks that wait between check and import, one for each account."""

from collections.abc import Iterator

from pages.exchange_views import slot_name
from portal.lib.files import private_path
from portal.organisations.models import User


def paths() -> Iterator[str]:
    """The files that wait."""
    for user in User.objects.order_by("pk").iterator(chunk_size=1000):
        if private_path(slot_name(user)).exists():
            yield slot_name(user)
