"""How Pelican builds the site that is deployed: as pelicanconf.py, and only for an address that readers can trust."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from pelicanconf import *  # noqa: F403 - a settings file is all names

DEPLOYED = True  # build_checks refuses a base URL that is not https
