"""The `compat` domain of the site: tables, a page per package, exports, badges, feeds."""
