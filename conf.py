"""Sphinx configuration; the pages are in source/: sphinx-build -n -W -c . source _build/html."""

import os
import sys
import tomllib
from pathlib import Path

# The extension lives in this repository and is not installed anywhere.
sys.path.insert(0, str(Path(__file__).parent))

# -- Project ---------------------------------------------------------------------------------------
# https://www.sphinx-doc.org/en/master/usage/configuration.html#project-information

project = "The Measured Guide to Free-Threaded Python"
author = "The Measured Guide to Free-Threaded Python contributors"
copyright = f"2026, {author}"
language = "en"
version = tomllib.loads(Path(__file__).with_name("pyproject.toml").read_text())["project"][
    "version"
]

#: Where the site is served, from the host's own variable or by hand. Without it links stay relative
#: and citations name a run without an address.
SITE = os.environ.get("READTHEDOCS_CANONICAL_URL") or os.environ.get("SITE_URL") or ""

#: Day that the statuses of packages are derived for; empty = the day of the build.
compat_today = os.environ.get("GUIDE_TODAY", "")
#: Repository that takes reports about packages, such as https://github.com/owner/name.
compat_repository = os.environ.get("REPO_URL", "")
#: Where the repository shows its files, for links to raw data: https://github.com/owner/name/raw/main.
bench_files = os.environ.get("REPO_FILES_URL", "")

# -- General ---------------------------------------------------------------------------------------

extensions = [
    "myst_parser",
    "sphinx_design",
    "sphinx_copybutton",
    "notfound.extension",
    "sphinx.ext.githubpages",  # a file that has GitHub Pages serve what begins with an underscore
    "sphinx_reredirects",
    "ftguide.site",
    "ftguide.site.shell",
]
if SITE:  # its tags hold absolute addresses only
    extensions.append("sphinxext.opengraph")

nitpicky = True
smartquotes = False  # it would turn the -- of command lines in plain text into a dash

# -- MyST ------------------------------------------------------------------------------------------
# https://myst-parser.readthedocs.io/en/latest/syntax/optional.html

myst_enable_extensions = ["attrs_inline", "colon_fence", "deflist", "fieldlist", "tasklist"]
myst_heading_anchors = 3

# -- HTML ------------------------------------------------------------------------------------------

html_theme = "furo"
html_title = project
html_baseurl = SITE
html_static_path = ["source/_static"]  # relative to this file, not to source/
# Furo's button would show MyST whose roles nobody has resolved; every page has a Markdown twin instead.
html_show_sourcelink = False
html_copy_source = False
html_sidebars = {
    # Furo's, with A to Z, and without what asks Read the Docs for advertisements and versions.
    "**": [
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/a-z.html",
        "sidebar/scroll-start.html",
        "sidebar/navigation.html",
        "sidebar/scroll-end.html",
    ]
}
html_css_files = ["bench.css", "outcomes.css", "snippets.css", "tables.css"]
html_theme_options = {
    # Teal, the same hue in both themes; at least 4.5:1 on Furo's page and sidebar backgrounds.
    "light_css_variables": {
        "color-brand-primary": "#00695c",
        "color-brand-content": "#00695c",
        "color-brand-visited": "#5b4a9e",
        "bench-ft": "#00695c",
        "bench-gil": "#a84300",
    },
    "dark_css_variables": {
        "color-brand-primary": "#4db6ac",
        "color-brand-content": "#4db6ac",
        "color-brand-visited": "#b3a5ea",
        "bench-ft": "#4db6ac",
        "bench-gil": "#f0a04b",
    },
}

# -- EPUB: what of the site is a book, see ftguide/site/book.py -----------------------------------
# https://www.sphinx-doc.org/en/master/usage/configuration.html#options-for-epub-output

epub_basename = "free-threaded-python"
epub_identifier = SITE or "urn:uuid:3c0ee1a5-1c5d-4f0e-9a55-7c5a8f2b6d14"
epub_author = epub_publisher = epub_contributor = author
epub_description = "How CPython runs without the GIL, what that changes, and measured answers."
epub_css_files = [*html_css_files, "book.css"]
epub_show_urls = "no"  # a footnote for every link would fill half of a page
epub_tocdepth = 2
epub_use_index = False  # of words that mostly stand on pages of workloads

# -- Extensions ------------------------------------------------------------------------------------

# Prompts are shown and not copied.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True
# An output is not for copying.
copybutton_selector = ":not(.snippet-output) > :not(.snippet-output) > .highlight > pre"

# The page for missing addresses is served from anywhere, so its links start at the site's root.
notfound_urls_prefix = "/" + SITE.partition("://")[2].partition("/")[2].strip("/") + "/"
notfound_urls_prefix = notfound_urls_prefix.replace("//", "/")

# Pages that moved: the address they had, and where it leads now, relative to it.
redirects = {"thread-safety/iterators": "iterators_sequences.html"}

ogp_site_url = SITE
ogp_social_cards = {"enable": False}  # drawing them needs matplotlib
ogp_enable_meta_description = True
