"""English: the words that hold a sentence together, by what they do.

All are lower-case and spelled as ``summ.text.folding`` spells them (*n't* and *'s* are words).
Texts in other languages simply hold none of them.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


ARTICLES = _words("a an the")
PREPOSITIONS = _words(
    "about across after against along amid among around as at because before behind below beneath "
    "beside between beyond by despite during except for from in inside into like of on onto since "
    "than through throughout till to toward towards under until unto upon via with within without"
)
CONJUNCTIONS = _words("and but nor or although if unless whereas whether while")
RELATIVES = _words("that which who whose")
QUESTION_WORDS = _words("when where what how whom")
# Some of them also end a sound headline: shuts down, calls off.
PARTICLES = _words("above near off out over per up")
DETERMINERS = _words("this these those its his her their our my your")
AUXILIARIES = _words(
    "is are was were be been being am has have had do does did will would could should may might "
    "must can"
)
DEGREES = _words("so very more most")
GENITIVES = _words("'s '")
# Words that deny what follows them.
NEGATIONS = _words("no not n't never neither nor without")
# Words that deny what their clause says: these, words for nothing or nearly nothing, and verbs.
DENIALS = NEGATIONS | _words(
    "none nobody nothing hardly barely scarcely few little cannot "
    "deny denies denied denying refuse refuses refused refusing reject rejects rejected rejecting "
    "fail fails failed failing dismiss dismisses dismissed dismissing halt halts halted abandon "
    "abandons abandoned cancel cancels cancelled canceled overturn overturns overturned doubt "
    "doubts doubted"
)
# Adverbs that make a denial of the verbs before them: *called off the strike*.
DENIAL_PAIRS = {
    "off": _words("call calls called calling"),
    "out": _words("rule rules ruled ruling"),
    "down": _words("turn turns turned turning vote votes voted voting"),
}
# Words that count what there is behind one of these: *a few*, *the little*.
COUNTED = {
    "few": _words("a the last past next first these those every"),
    "little": _words("a the this that his her their its"),
}
# Words with which a denial does not reach on: another clause begins.
CLAUSE_OPENERS = _words(
    "but who which whose whom while after before because when as since until although though if "
    "unless amid despite following"
)
PRONOUNS = _words("i you he she it we they me him us them")
# A sentence that begins with one of these speaks of what was said before it.
POINTING_BACK = _words(
    "he she it they his her hers their theirs its him them this that these those such both others "
    "another but and or nor so however yet also then still instead meanwhile moreover furthermore "
    "nevertheless nonetheless therefore thus hence indeed besides otherwise conversely likewise"
)
REPORTING = _words("say says said")

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

# Words that keep their full stop, as alternatives of a regular expression.
ABBREVIATIONS = (
    r"adm|ala|apr|ariz|ark|assn|aug|ave|bros|brig|calif|capt|cmdr|co|col|colo|conn|corp|cos|"
    r"cpl|dec|dept|dist|dr|drs|est|etc|feb|fla|ft|ga|gen|gov|govt|hon|inc|ind|intl|jan|jr|"
    r"jul|jun|kan|ky|lt|ltd|lieut|maj|mar|md|messrs|mich|minn|mont|mr|mrs|ms|mt|neb|nev|no|"
    r"nos|nov|oct|okla|ont|ore|pa|ph\.d|penn|plc|pres|prof|pt|pty|pvt|rep|reps|rev|rs|sec|"
    r"sen|sens|sept|sep|sgt|sr|st|tenn|tex|thur|thurs|tue|tues|univ|va|vs|vt|wis|wyo"
)
