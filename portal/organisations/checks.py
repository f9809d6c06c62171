"""System checks that keep a demo out of production."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import DatabaseError

from portal.organisations.models import User


@register(Tags.database)
def no_demo_accounts_in_production(
    app_configs: Any = None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[Error]:
    """Demo passwords are printed on a screen, so outside DEMO=1 their accounts must not exist."""
    if settings.DEMO or not databases:
        return []
    try:
        present = User.objects.filter(is_demo=True).exists()
    except DatabaseError:  # not migrated yet: nothing to protect
        return []
    if not present:
        return []
    return [
        Error(
            "This database holds demo accounts, and DEMO is off.",
            hint="Start from an empty database, or delete the accounts marked is_demo.",
            id="portal.E001",
        )
    ]
