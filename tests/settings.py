"""The portal's own settings with throw-away secrets; `TEST_DATABASE_URL` chooses the database."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_scratch = Path(tempfile.mkdtemp(prefix="portal-tests-"))
atexit.register(shutil.rmtree, _scratch, ignore_errors=True)
os.environ.update(
    {
        "DEMO": "1",
        "SECRET_KEY": "only-for-the-test-run-0123456789abcdef0123456789-abcdefgh",
        "INDEX_KEY": "only-for-the-test-run-index-0123456789abcdef01234-abcdefgh",
        "DATA_KEYS": "t1:" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
        "MEDIA_ROOT": str(_scratch / "public"),
        "PRIVATE_ROOT": str(_scratch / "private"),
        "PORTAL_VAR": str(_scratch / "var"),
        "DATABASE_URL": os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{_scratch / 'portal.sqlite3'}",
        "REDIS_URL": "",
    }
)

from portal.settings import *  # noqa: E402, F403

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    "pages": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},  # tests of the page cache bring their own
    "page_stamps": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"},
    "throttle": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "throttle"},
}
if "sqlite3" in DATABASES["default"]["ENGINE"]:  # noqa: F405
    # A file, not :memory:, so that threads and the live server see what is committed.
    DATABASES["default"]["TEST"] = {"NAME": str(_scratch / f"test-{os.getpid()}.sqlite3")}  # noqa: F405
else:
    DATABASES["default"]["TEST"] = {"NAME": f"test_portal_{os.getpid()}"}  # noqa: F405
SECURE_SSL_REDIRECT = False
Path(STATIC_ROOT).mkdir(parents=True, exist_ok=True)  # noqa: F405
