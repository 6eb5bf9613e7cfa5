import numpy as np
import pytest

from analytics.stats.terms import log_odds, telling_terms


def test_log_odds_of_two_words():
    # odds 4/2 and 2/4, so δ = ln 4; variance 1/4 + 1/2
    z = log_odds(np.array([3.0, 1]), np.array([1.0, 3]), np.array([1.0, 1]))
    assert z.tolist() == pytest.approx([np.log(4) / 0.75**0.5, -np.log(4) / 0.75**0.5])


def test_words_as_frequent_in_both_groups_tell_nothing():
    z = log_odds(np.array([5.0, 5]), np.array([5.0, 5]), np.array([1.0, 1]))
    assert z.tolist() == [0, 0]


class TestTerms:
    texts = ["broken cup today"] * 20 + ["lovely cup today"] * 20
    low = np.arange(40) < 20

    def test_each_group_is_known_by_its_own_words(self):
        terms = telling_terms(self.texts, self.low)
        assert [(term.word, term.texts) for term in terms] == [("broken", 20), ("lovely", 20)]
        assert terms[0].z == pytest.approx(-terms[1].z)
        assert terms[0].z > 1.96

    def test_no_more_than_asked_for(self):
        texts = ["broken shattered"] * 20 + ["lovely splendid"] * 20
        assert len(telling_terms(texts, self.low, most=1)) == 2

    def test_a_word_of_one_text_is_left_out(self):
        texts = ["john@example.com"] + ["a cup"] * 3
        words = {term.word for term in telling_terms(texts, np.array([True, False, False, False]))}
        assert words.isdisjoint({"john", "example", "com"})

    def test_one_group_has_nothing_to_be_told_from(self):
        assert telling_terms(["a cup"] * 3, np.ones(3, bool)) == []

    def test_texts_without_a_shared_word(self):
        assert telling_terms(["one", "two"], np.array([True, False])) == []
