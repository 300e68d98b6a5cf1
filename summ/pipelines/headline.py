"""How long a headline is, in whitespace-separated words."""

# What a summary gets when it is to be one sentence and nobody says how long.
DEFAULT_HEADLINE_WORDS = 10
# A summary that may have no more words than this reads as a headline: it says no word twice.
LONGEST_HEADLINE_WORDS = 12
