"""The door for the web server. It stays shut while a database check finds something serious."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()


def _refuse_what_is_serious() -> None:
    """Demo accounts in a production database, for one: better no portal than that one."""
    from django.core.checks import Tags, run_checks
    from django.core.exceptions import ImproperlyConfigured

    serious = [check for check in run_checks(tags=[Tags.database], databases=["default"]) if check.is_serious()]
    if serious:
        raise ImproperlyConfigured("\n".join(str(check) for check in serious))


_refuse_what_is_serious()
