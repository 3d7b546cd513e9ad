"""How Pelican builds the site: with our plugins, which hand it what is public, and without its own scanning.

`publisher.build` runs this with PUBLISHER_ROOT, PUBLISHER_NOW and PUBLISHER_BASE_URL; alone,
`pelican -s pelicanconf.py` builds the content beside this file, at SOURCE_DATE_EPOCH or now.
"""

import os
import sys
from pathlib import Path

from jinja2 import StrictUndefined

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "plugins"))

PATH = str(Path(os.environ.get("PUBLISHER_ROOT", HERE)).resolve() / "content")
SITENAME = "Specialty Publisher"
SITEURL = os.environ.get("PUBLISHER_BASE_URL", "")  # empty: as content/site.yml says
TIMEZONE = "UTC"  # each page says its dates in its specialty's zone
LOCALE = ["C"]
DEFAULT_LANG = "en"

PLUGIN_PATHS = [str(HERE / "plugins")]
PLUGINS = ["front_matter", "specialties", "manifest", "build_checks"]

# What is public is decided in front_matter: Pelican itself looks at no file.
ARTICLE_PATHS: list[str] = []
PAGE_PATHS: list[str] = []
STATIC_PATHS: list[str] = []
WITH_FUTURE_DATES = True
LOAD_CONTENT_CACHE = False

ARTICLE_URL = ARTICLE_LANG_URL = "{category}/{slug}/"
ARTICLE_SAVE_AS = ARTICLE_LANG_SAVE_AS = "{category}/{slug}/index.html"
PAGE_URL = PAGE_LANG_URL = "{slug}/"
PAGE_SAVE_AS = PAGE_LANG_SAVE_AS = "{slug}/index.html"

# The plugin `specialties` writes all lists and feeds: Pelican's number pages from the newest, and date empty feeds now.
DIRECT_TEMPLATES: list[str] = []
PAGINATED_TEMPLATES: dict[str, int] = {}
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None

THEME = str(HERE / "themes" / "clinic")
THEME_STATIC_DIR = "theme"
JINJA_ENVIRONMENT = {
    "autoescape": True,
    "undefined": StrictUndefined,
    "trim_blocks": True,
    "lstrip_blocks": True,
    "keep_trailing_newline": True,
    "extensions": [],
}
