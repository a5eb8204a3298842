"""Sphinx settings of the web book. site/web_book.py writes the sources and calls Sphinx; nothing is fetched."""

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

project = "Cyber Diplomacy Handbook"
author = "The handbook's authors"
copyright = "the handbook's authors. Text CC BY 4.0, code MIT, data under the terms of each source"
language = "en"

extensions = ["myst_nb", "handbook_pages"]
nb_execution_mode = "off"  # web_book.py has run every cell in one process
nb_render_markdown_format = "myst"
nb_mime_priority_overrides = [("html", "text/html", 0), ("html", "text/plain", 10)]
myst_enable_extensions = ["dollarmath", "deflist", "attrs_block", "attrs_inline", "html_image"]
myst_heading_anchors = 3
suppress_warnings = ["mystnb.unknown_mime_type"]
nitpicky = True
exclude_patterns = ["_build"]

html_theme = "sphinx_book_theme"
html_title = project
html_static_path = ["_static", *filter(None, [os.environ.get("CYBERDIP_BOOK_ASSETS")])]
html_css_files = ["card.css", "exhibit.css", "quiz.css", "stance.css", "page.css"]
html_js_files = [("page.js", {"type": "module"})]
html_favicon = "_static/favicon.svg"
html_context = {"default_mode": "auto"}
html_sidebars = {"**": ["navbar-logo.html", "search-button-field.html", "sbt-sidebar-nav.html"]}
html_copy_source = False
html_show_sphinx = False
html_last_updated_fmt = None
html_theme_options = {
    "use_download_button": False,  # each page has its own line of links, made from site/address.toml
    "use_fullscreen_button": False,
    "use_sidenotes": False,
    "home_page_in_toc": True,
    "show_navbar_depth": 1,
    "navigation_with_keys": False,
    "navbar_persistent": [],
    "logo": {"text": project},
    "extra_footer": "",
}
