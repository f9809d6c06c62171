"""One settings file; every difference between machines comes from the environment, safe by default.

`DEMO=1` (what `make run` sets) allows demo accounts on a loopback machine. Without it the portal refuses to start with
DEBUG, with a missing or placeholder secret, or (see `portal.organisations.checks`) with demo accounts in the database.
"""

from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.lib import env

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.text("PORTAL_VAR", str(BASE_DIR / "var")))

DEMO = env.flag("DEMO", False)
DEBUG = env.flag("DEBUG", False)
SECRET_KEY = env.secret("SECRET_KEY")
if DEBUG and not DEMO:
    raise ImproperlyConfigured("DEBUG=1 is only allowed together with DEMO=1.")

# Keys of the personal data: "key-id:base64 of 32 bytes", the first encrypts, the others still decrypt.
DATA_KEYS = env.keys("DATA_KEYS")
INDEX_KEY = env.secret("INDEX_KEY")

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["127.0.0.1", "localhost"] if DEMO else [])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])
BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    # The line of the house: each app may import those above it, never those below.
    "portal.jobs",
    "portal.documents",
    "portal.organisations",
    "portal.workdays",
    "portal.catalog",
    "portal.cases",
    "portal.handover",
    "portal.pickup",
    "portal.supervision",
    "portal.desk",
    "pages",
    "wagtail.contrib.forms",
    "wagtail.contrib.redirects",
    "wagtail.contrib.routable_page",
    "wagtail.contrib.settings",
    "wagtail.contrib.sitemaps",
    "wagtail_modeladmin",
    "wagtail.embeds",
    "wagtail.sites",
    "portal.desk.staff.StaffUsersConfig",
    "wagtail.snippets",
    "wagtail.documents",
    "wagtail.images",
    "wagtail.search",
    "wagtail.admin",
    "wagtail",
    "modelcluster",
    "taggit",
    "django_tables2",
    "django_q",
    "axes",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.sitemaps",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "portal.lib.trouble.SecondTry",
    "portal.lib.head.HeadMiddleware",
    "portal.lib.compress.CompressTexts",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.desk.addresses.AdminAddresses",
    "portal.desk.doors.EditorsDoor",
    "portal.lib.policy.PolicyMiddleware",
    "portal.lib.display.DisplayMiddleware",
    "portal.lib.page_cache.PageCache",
    "wagtail.contrib.redirects.middleware.RedirectMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"
AUTH_USER_MODEL = "organisations.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "portal.organisations.sign_in.SlowGuesses",
    "django.contrib.auth.backends.ModelBackend",
]
# axes locks the pair of name and address; what one address tries with many names, or many addresses with one name, is
# slowed by SlowGuesses. Both count the address that our own proxies saw, never one that the visitor wrote.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "portal.lib.throttle.client_ip"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or a neighbour could keep the lock shut for ever
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_TEMPLATE = "errors/locked_out.html"
AXES_HTTP_RESPONSE_CODE = 429
AXES_VERBOSE = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "site" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "wagtail.contrib.settings.context_processors.settings",
            ],
            "builtins": ["portal.lib.said"],
        },
    },
]

# Our own templates may replace those of widgets, for one those that would need an inline script.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # WAL can lose commits with two writers before 3.51.3, so the rollback journal stays.
    "init_command": "PRAGMA journal_mode=DELETE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}


def database(url: str) -> dict[str, Any]:
    """The DATABASES entry for a `DATABASE_URL`; SQLite gets the options that make it safe under writers."""
    entry: dict[str, Any] = {**dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True)}
    if entry["ENGINE"].endswith("sqlite3"):
        entry["OPTIONS"] = {**entry.get("OPTIONS", {}), **SQLITE_OPTIONS}
        entry["CONN_MAX_AGE"] = 0
    return entry


DATABASES = {"default": database(env.text("DATABASE_URL", f"sqlite:///{VAR_DIR / 'portal.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text("REDIS_URL", "")


def cache(name: str, backend: str, location: object, most: int = 300) -> dict:
    """A cache of Redis where there is one, apart from the others by its prefix; otherwise the embedded one."""
    if REDIS_URL:
        redis = "django.core.cache.backends.redis.RedisCache"
        return {"BACKEND": redis, "LOCATION": REDIS_URL, "KEY_PREFIX": name}
    return {"BACKEND": backend, "LOCATION": location, "OPTIONS": {"MAX_ENTRIES": most}}


FILES = "django.core.cache.backends.filebased.FileBasedCache"
CACHES = {
    "default": cache("default", "django.core.cache.backends.db.DatabaseCache", "portal_cache", 3000),
    # Whole pages, answered without a query, and apart from them the stamps that say whether they still count.
    "pages": cache("pages", FILES, VAR_DIR / "pages", 10_000),
    "page_stamps": cache("page_stamps", FILES, VAR_DIR / "page_stamps", 100_000),
    # Counts of look-ups; apart from the rest, so that a full cache of pages cannot wipe them.
    "throttle": cache("throttle", "portal.lib.throttle.CountingDatabaseCache", "portal_throttle", 60_000),
}

# How many proxies of our own stand in front and add to X-Forwarded-For; with 0 the header means nothing.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0)

# How long done work stays to be looked up; the minute's tick deletes what is older.
PROMISES_KEPT_DAYS = env.number("PROMISES_KEPT_DAYS", 30)
# How long it stays on record who signed in from where: six months or more by 网络安全法 (article: 待核实).
SIGN_INS_KEPT_DAYS = env.number("SIGN_INS_KEPT_DAYS", 190)
if SIGN_INS_KEPT_DAYS < 184:
    raise ImproperlyConfigured("SIGN_INS_KEPT_DAYS must be 184 or more: the law keeps such logs for six months.")

Q_CLUSTER = {
    "name": "portal",
    "workers": env.number("WORKERS", 1),
    "timeout": 120,
    "retry": 180,
    "max_attempts": 1,
    "catch_up": False,
    "save_limit": 50,
    "poll": 1,
    "bulk": 1,
    "label": "后台任务",
    **({"redis": REDIS_URL} if REDIS_URL else {"orm": "default"}),
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文")]
WAGTAILADMIN_PERMITTED_LANGUAGES = LANGUAGES
WAGTAIL_CONTENT_LANGUAGES = LANGUAGES
LOCALE_PATHS = [BASE_DIR / "site" / "locale"]
TIME_ZONE = "Asia/Shanghai"
WAGTAIL_USER_TIME_ZONES = [TIME_ZONE]  # the limits of a case end at the centre's midnight; nobody reads another clock
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "site" / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(BASE_DIR / "media" / "public")))
PRIVATE_ROOT = Path(env.text("PRIVATE_ROOT", str(BASE_DIR / "media" / "private")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
CONTENT_DIR = BASE_DIR / "site" / "content"

WAGTAIL_SITE_NAME = "一窗通"
WAGTAILADMIN_BASE_URL = BASE_URL
WAGTAIL_ENABLE_UPDATE_CHECK = False
WAGTAIL_ENABLE_WHATS_NEW_BANNER = False
WAGTAIL_GRAVATAR_PROVIDER_URL = None
WAGTAIL_ALLOW_UNICODE_SLUGS = False
WAGTAIL_I18N_ENABLED = False
WAGTAIL_PASSWORD_RESET_ENABLED = False
# Saving by itself is off: nothing holds back 发布 while such a save of a new page is under way: the page would be made
# twice and the editor told that its code is taken; and a half-written item is refused (400) every half second.
# What is changed while it is under review is read again by everybody, or a text that nobody read would be published.
WAGTAIL_WORKFLOW_REQUIRE_REAPPROVAL_ON_EDIT = True
WAGTAIL_AUTOSAVE_INTERVAL = 0
# Nobody is told by mail; Wagtail would look for a server on this machine, and a saved comment end as an error page.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
WAGTAILADMIN_USER_LOGIN_FORM = "portal.desk.users.SignInForm"
WAGTAILSEARCH_BACKENDS = {"default": {"BACKEND": "portal.lib.search.backend"}}
WAGTAILDOCS_EXTENSIONS = ["pdf", "docx", "xlsx"]
WAGTAILDOCS_DOCUMENT_FORM_BASE = "portal.desk.documents.DocumentForm"

LOGIN_URL = "wagtailadmin_login"
LOGIN_REDIRECT_URL = "wagtailadmin_home"
WAGTAIL_FRONTEND_LOGIN_URL = "/admin/login/"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

SECURE_SSL = env.flag("HTTPS", not DEMO)
SECURE_SSL_REDIRECT = SECURE_SSL
SESSION_COOKIE_SECURE = SECURE_SSL
CSRF_COOKIE_SECURE = SECURE_SSL
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 8 * 3600
SECURE_HSTS_SECONDS = env.number("HSTS_SECONDS", 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = [
    "security.W005",  # subdomains belong to the city, not to this portal; HSTS_SUBDOMAINS=1 says so
    "security.W019",  # the editor's live preview is a frame of our own origin
    "security.W021",  # preloading is the city's decision as well
]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
if env.flag("BEHIND_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "portal.desk.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, "'unsafe-inline'"],  # the Wagtail editor sets style attributes
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 4000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_MAX_BYTES = 20 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.text("LOG_LEVEL", "WARNING")},
    "loggers": {"portal": {"level": "INFO"}, "fontTools": {"level": "ERROR"}, "weasyprint": {"level": "ERROR"}},
}
