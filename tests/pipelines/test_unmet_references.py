"""References against a loop over all that was picked."""

from hypothesis import given
from hypothesis import strategies as st

from summ.pipelines.unmet_references import UnmetReferences

STEMS = st.frozensets(st.sampled_from("abcd"), max_size=2)


@given(st.lists(st.tuples(STEMS, STEMS), min_size=1, max_size=6), st.randoms())
def test_only_what_comes_before_meets_a_reference(sentences, random):
    known, telling = zip(*sentences, strict=True)
    references = UnmetReferences(known, [sorted(stems) for stems in telling])
    order = random.sample(range(len(known)), len(known))
    for step, best in enumerate(order, start=1):
        references.pick(best)
        for place, things in enumerate(known):
            met = any(things & telling[one] for one in order[:step] if one < place)
            assert references.unmet()[place] == (bool(things) and not met)
