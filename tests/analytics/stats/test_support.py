import numpy as np
import pytest

from analytics.stats.support import topics, waiting


def test_waiting_leaves_out_what_was_never_answered():
    # of 10, 20, …, 110: the sixth, and nine tenths of the way from the first to the last
    seconds = np.array([*range(10, 120, 10), np.nan], dtype=float)
    assert waiting(seconds) == pytest.approx((60, 100))


def test_nobody_waited():
    assert np.isnan(waiting(np.array([np.nan]))).all()


class TestTopics:
    def test_two_matters_are_two_topics(self):
        late = ["parcel arrived late", "late parcel delivery", "delivery of parcel late"] * 5
        broken = ["cup broken handle", "broken handle again"] * 4
        found = topics(late + broken)
        assert [topic.texts for topic in found] == [15, 8]
        assert set(found[0].words) >= {"parcel", "late"}
        assert set(found[1].words) >= {"broken", "handle"}
        assert set(found[0].words).isdisjoint(found[1].words)

    def test_a_few_texts_are_no_topic(self):
        assert topics(["parcel late"] * 9) == []

    def test_texts_without_a_shared_word_are_no_topic(self):
        assert topics([f"word{number}" for number in range(20)]) == []
