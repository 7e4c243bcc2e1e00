"""The verdict: each record of a plan held against what the DNS answers.

judge.py puts the whole together; each other file judges one kind of record. All of it is inquiries
(core/inquiry.py): it asks by yielding questions and never looks anything up.
"""
