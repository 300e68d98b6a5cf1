"""English: the words that hold a sentence together, by what they do.

All are lower-case and spelled as ``summ.text.folding`` spells them (*n't* and *'s* are words).
Texts in other languages simply hold none of them.
"""

from __future__ import annotations

ARTICLES = frozenset(["a", "an", "the"])
PREPOSITIONS = frozenset(
    [
        "about",
        "across",
        "after",
        "against",
        "along",
        "amid",
        "among",
        "around",
        "as",
        "at",
        "because",
        "before",
        "behind",
        "below",
        "beneath",
        "beside",
        "between",
        "beyond",
        "by",
        "despite",
        "during",
        "except",
        "for",
        "from",
        "in",
        "inside",
        "into",
        "like",
        "of",
        "on",
        "onto",
        "since",
        "than",
        "through",
        "throughout",
        "till",
        "to",
        "toward",
        "towards",
        "under",
        "until",
        "unto",
        "upon",
        "via",
        "with",
        "within",
        "without",
    ]
)
CONJUNCTIONS = frozenset(
    ["and", "but", "nor", "or", "although", "if", "unless", "whereas", "whether", "while"]
)
RELATIVES = frozenset(["that", "which", "who", "whose"])
QUESTION_WORDS = frozenset(["when", "where", "what", "how", "whom"])
# Some of them also end a sound headline: shuts down, calls off.
PARTICLES = frozenset(["above", "near", "off", "out", "over", "per", "up"])
DETERMINERS = frozenset(
    ["this", "these", "those", "its", "his", "her", "their", "our", "my", "your"]
)
AUXILIARIES = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "be",
        "been",
        "being",
        "am",
        "has",
        "have",
        "had",
        "do",
        "does",
        "did",
        "will",
        "would",
        "could",
        "should",
        "may",
        "might",
        "must",
        "can",
    ]
)
DEGREES = frozenset(["so", "very", "more", "most"])
GENITIVES = frozenset(("'s", "'"))
# Words that deny what follows them.
NEGATIONS = frozenset(("no", "not", "n't", "never", "neither", "nor", "without"))
PRONOUNS = frozenset(["i", "you", "he", "she", "it", "we", "they", "me", "him", "us", "them"])
REPORTING = frozenset(["say", "says", "said"])

# No sentence ends with one of these, whoever wrote it; what evaluation counts as broken off.
BREAKING_OFF = ARTICLES | PREPOSITIONS | CONJUNCTIONS | RELATIVES
# Words that lean on the next one: no summary of ours ends with them.
LEANING = (
    BREAKING_OFF
    | QUESTION_WORDS
    | PARTICLES
    | DETERMINERS
    | AUXILIARIES
    | DEGREES
    | GENITIVES
    | {"no", "not", "n't"}
)
# A longer summary may use these any number of times.
REPEATABLE = LEANING | REPORTING | {"new", "she", "they", "you"}
# Words without content of their own; the last row are the halves of contractions.
FUNCTION_WORDS = (
    LEANING
    | PRONOUNS
    | {"said", "says", "shall", "down", "all", "any", "some", "one", "also", "there", "here", "yet"}
    | {"s", "t", "d", "ll", "re", "ve", "m"}
)
