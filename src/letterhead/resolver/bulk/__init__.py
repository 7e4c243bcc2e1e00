"""Asking one recursive resolver about very many domains: what the sweep does to notice a change.

`questions` are prepared once and kept; an `errand` is those of one domain; `engine` sends them through a few
`stream`s, each with a `window`. `lookout` makes a digest of the `material` of what comes back: skimmed where
that is what it was, else a `single` record is told from all that needs `reading`; most names in the data are
`spelled` out.
"""
