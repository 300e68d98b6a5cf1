"""What describes the nouns of a sentence, and who said it: parts that a line can do without.

For languages with capitals for nouns and the verb in the second place (German).
"""

from __future__ import annotations

import itertools

from summ.text.noun_groups import NounGroups

_MOST_NAMES = 4  # words


def descriptions(groups: NounGroups) -> set[tuple[int, int]]:
    """Where each begins and ends; see the functions below."""
    return {
        *_adjectives(groups),
        *_speakers(groups),
        *_measures(groups),
        *_given_names(groups),
        *_appositions(groups),
        *_before_postpositions(groups),
    }


def _adjectives(groups: NounGroups) -> list[tuple[int, int]]:
    """Adjectives between an article and its noun, with what describes them."""
    found, own = [], groups.language
    size = len(groups.tokens)
    for article in range(size - 2):
        if groups.tokens[article] not in own.articles:
            continue
        start = end = article + 1
        while end < size and groups.is_adjective(end):
            end += 1
        if end == start:  # *die von der Bahn geplante Brücke*
            end = _end_of_long_description(groups, start)
        if end and start < end < size and groups.source.surfaces[end][:1].isupper():
            found.append((start, end))
    return found


def _end_of_long_description(groups: NounGroups, start: int) -> int:
    """Behind the participle of a phrase that stands before its noun; 0 if there is none."""
    if groups.tokens[start] not in groups.language.prepositions:
        return 0
    ends = (end for end in groups.ends(start) if end + 1 < len(groups.tokens))
    return next((end + 1 for end in ends if groups.is_adjective(end)), 0)


def _speakers(groups: NounGroups) -> list[tuple[int, int]]:
    """*, berichten Forscher der Universität*: the last clause if it begins with its verb."""
    commas = [place for place, token in enumerate(groups.tokens) if token == ","]
    size, own = len(groups.tokens), groups.language
    if not commas or commas[-1] + 2 >= size:
        return []
    verb = commas[-1] + 1
    small = own.function_words | own.prepositions | own.joints | own.clauses | own.adverbs
    begins = groups.source.surfaces[verb].islower() and groups.tokens[verb] not in small
    ends = groups.tokens[verb].endswith(("t", "te", "ten", "en"))
    subject = groups.tokens[verb + 1] in own.articles or groups.is_noun(verb + 1)
    said = not groups.source.surfaces[size - 1].islower() or size == verb + 2
    return [(commas[-1], size)] if begins and ends and subject and said else []


def _measures(groups: NounGroups) -> list[tuple[int, int]]:
    """*neun Jahre nach dem Rücktritt*, *diese Woche*."""
    found, own = [], groups.language
    for place, token in enumerate(groups.tokens):
        if token not in own.times or place + 1 >= len(groups.tokens):
            continue
        start = place
        while start > 1 and (
            groups.tokens[start - 1] in own.quantities | own.articles - own.prepositions
            or groups.tokens[start - 1].isdigit()
            or groups.is_adjective(start - 1)
        ):
            start -= 1
        free = start < place and groups.tokens[start - 1] not in own.prepositions | own.times
        if free and groups.tokens[place + 1] in own.counted_from:
            found += [(start, end) for end in groups.ends(place + 1) if _open(groups, end)]
    return found


def _open(groups: NounGroups, end: int) -> bool:
    """Whether no part of a phrase follows it."""
    own, token = groups.language, (*groups.tokens, ".")[end]
    return token not in own.genitives | own.prepositions | own.joints


def _given_names(groups: NounGroups) -> list[tuple[int, int]]:
    """The first name between an office and a last name, where no other noun can follow."""
    found, own = [], groups.language
    for place in range(len(groups.tokens) - 3):
        office = groups.tokens[place].endswith(tuple(own.offices)) and own.offices
        names = [groups.is_noun(place + step) for step in (1, 2, 3)] == [True, True, False]
        following = groups.tokens[place + 3]
        if office and names and (following in {"(", ","} or following in own.auxiliaries):
            found.append((place + 1, place + 2))
    return found


def _appositions(groups: NounGroups) -> list[tuple[int, int]]:
    """Names between commas before the verb: *Der Besitzer, Ole Lund, hat*."""
    found = []
    commas = [place for place, token in enumerate(groups.tokens) if token == ","]
    for start, end in itertools.pairwise(commas):
        names = end - start - 1 <= _MOST_NAMES and all(map(groups.is_noun, range(start + 1, end)))
        following = groups.tokens[end + 1 : end + 2]
        if names and not groups.language.auxiliaries.isdisjoint(following):
            found.append((start, end + 1))
    return found


def _before_postpositions(groups: NounGroups) -> list[tuple[int, int]]:
    """*einer Studie zufolge*, *Kreisen zufolge*."""
    found = []
    for place, token in enumerate(groups.tokens):
        if token in groups.language.postpositions and groups.is_noun(place - 1):
            start = place - 1
            while start > 1 and groups.is_noun(start - 1):
                start -= 1
            while start > 1 and (
                groups.tokens[start - 1] in groups.language.articles
                or groups.is_adjective(start - 1)
            ):
                start -= 1
            found.append((start, place + 1))
    return found
