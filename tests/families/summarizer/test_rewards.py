import torch

from summ.families.summarizer import rewards
from summ.networks.whole_words import repeats

MASK = torch.tensor([[True, True, True], [True, True, False]])


def test_reconstruction_reward_is_mean_log_likelihood() -> None:
    nll = torch.tensor([6.0, 6.0])
    assert rewards.reconstruction_reward(nll, MASK).tolist() == [-2.0, -3.0]


def test_humanness_reward_is_the_discounted_sum_of_later_prefixes() -> None:
    logits = torch.tensor([[0.0, 1.0, -2.0], [0.5, -0.5, 99.0]])
    value = 2 * torch.sigmoid(logits) - 1
    value[1, 2] = 0.0
    discount = 0.3
    expected = torch.zeros(2, 3)
    for t in range(3):
        for k in range(t, 3):
            expected[:, t] += discount ** (k - t) * value[:, k]
    found = rewards.humanness_reward(torch.sigmoid(logits))
    torch.testing.assert_close(rewards.to_go(found, MASK, discount), expected)


def test_length_reward_is_minus_the_distance_in_words() -> None:
    begins = torch.tensor([[True, False, True], [True, True, False]])
    budget = torch.tensor([3, 1])
    assert rewards.length_reward(begins, budget).tolist() == [-1.0, -1.0]


def test_position_reward_is_minus_the_mean_first_place_in_the_source() -> None:
    """Of 5 at 0 (not at 2) and 7 at 3 of four; of 9, which is nowhere, no place at all."""
    source = torch.tensor([[5, 6, 5, 7, 0], [6, 7, 8, 9, 3]])
    text = torch.tensor([[True] * 4 + [False]] * 2)
    draft = torch.tensor([[5, 7, 9, 0], [5, 5, 3, 0]])
    drawn = torch.tensor([[True, True, True, False], [True, True, False, False]])
    found = rewards.position_reward(draft, drawn, source, text)
    assert found.tolist() == [-(0 + 3 / 4) / 2, -1.0]


def test_repetition_reward_counts_words_that_came_before() -> None:
    ids = torch.tensor([[5, 6, 5, 5, 6], [5, 6, 7, 6, 8]])
    begins = torch.tensor([[True] * 5, [True, True, True, False, True]])
    assert rewards.repetition_reward(repeats(ids, begins)).tolist() == [-3.0, 0.0]


def test_leave_one_out_is_the_mean_of_the_rivals_which_hold_their_last_reward() -> None:
    reward = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 777.0]])
    baseline = rewards.leave_one_out(reward, MASK, samples=2)
    # Row 1 ended after two words: at position 2 it still counts with its last reward, 5.
    assert baseline.tolist() == [[4.0, 5.0, 5.0], [1.0, 2.0, 3.0]]


def test_leave_one_out_does_not_mix_sources() -> None:
    reward = torch.tensor([[1.0], [2.0], [30.0], [50.0]])
    mask = torch.ones(4, 1, dtype=torch.bool)
    assert rewards.leave_one_out(reward, mask, samples=2).flatten().tolist() == [2, 1, 50, 30]


def test_fit_width_cuts_or_goes_on() -> None:
    reward = torch.tensor([[1.0, 2.0]])
    assert rewards.fit_width(reward, 1).tolist() == [[1.0]]
    assert rewards.fit_width(reward, 4).tolist() == [[1.0, 2.0, 2.0, 2.0]]


def test_spread_gives_every_real_word_the_whole_reward() -> None:
    assert rewards.spread(torch.tensor([2.0, 3.0]), MASK).tolist() == [[2, 2, 2], [3, 3, 0]]


LOG_PROBS = torch.tensor([[-1.0, -2.0, -6.0], [-3.0, -5.0, -torch.inf]])


def test_fluency_is_the_mean_log_likelihood() -> None:
    assert rewards.fluency_reward(LOG_PROBS, MASK).tolist() == [-3.0, -4.0]


def test_slor_of_words_that_ignore_their_context_is_zero() -> None:
    """A unigram model is exactly as fluent as chance; whatever is learned beyond it adds up."""
    unigram = torch.tensor([[-1.5, -4.0, -5.0], [-3.0, -5.0, 0.0]])
    assert rewards.fluency_reward(LOG_PROBS - unigram, MASK).tolist() == [0.5, 0.0]


def test_similarity_is_the_cosine() -> None:
    source = torch.tensor([[3.0, 4.0], [1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    draft = torch.tensor([[6.0, 8.0], [0.0, 5.0], [-2.0, -2.0], [1.0, 2.0]])
    torch.testing.assert_close(
        rewards.similarity_reward(source, draft), torch.tensor([1.0, 0.0, -1.0, 0.0])
    )
