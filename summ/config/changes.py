"""Keys of configurations written for summ 0.1 that this version knows no more."""

# By the key's old name.
RENAMED = {
    "lesson": "likelihood",
    "lesson_weight": "likelihood_weight",
    "invented_share": "back_translated_share",
    "invented_coverage": "back_translated_coverage",
    "invented_length": "back_translated_length",
}
# What to do without each; a key that is gone from one section only is named with that section.
_LEAVE_OUT = "leave it out"
_MATCHES = "matches did not help; leave it out and raise back_translated_share"
REMOVED = {
    "matched_share": _MATCHES,
    "matched_score": _MATCHES,
    "matched_coverage": _MATCHES,
    "matched_draws": _MATCHES,
    "smoothing": _LEAVE_OUT,
    "terms.topic_weight": _LEAVE_OUT,
    "terms.coverage_weight": _LEAVE_OUT,
    "terms.position_weight": _LEAVE_OUT,
    "fluency": "SLOR is the only form of fluency; leave it out",
    "fluency_credit": _LEAVE_OUT,
    "perplexity_scale": _LEAVE_OUT,
}


def what_became_of(key: str) -> str | None:
    """What to say of an unknown key (dotted, as ``stages.0.lesson``) that 0.1 knew; or None."""
    names = key.split(".")
    if names[-1] in RENAMED:
        return f"was renamed in 0.2: write '{RENAMED[names[-1]]}'"
    for known in (names[-1], ".".join(names[-2:])):
        if known in REMOVED:
            return f"was removed in 0.2: {REMOVED[known]}"
    return None
