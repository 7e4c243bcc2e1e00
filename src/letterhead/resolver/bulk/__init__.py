"""Asking one recursive resolver about very many domains: what the sweep does to notice a change.

`questions` are prepared once and kept; `engine` sends them through a few `stream`s, each with a `window`;
what comes back is read by `reading`, or only cut to its `material`; `lookout` makes a digest of it.
"""
