"""The kinds of files that summ reads: one file a kind, and how a kind is recognised."""
