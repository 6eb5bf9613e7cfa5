import numpy as np

from analytics.stats.rfm import SEGMENTS, clusters, features, scores, segments


def named(recency, frequency):
    return [SEGMENTS[i][0] for i in segments(np.array(recency), np.array(frequency))]


def test_scores_are_fifths_and_equal_values_share_one():
    assert scores(np.array([50.0, 10, 30, 20, 40])).tolist() == [5, 1, 3, 2, 4]
    # mean ranks 2.5 and 5 of five: ⌈5 · 2/5⌉ and ⌈5 · 4.5/5⌉
    assert scores(np.array([1.0, 1, 1, 1, 9])).tolist() == [2, 2, 2, 2, 5]
    assert scores(np.array([])).tolist() == []


def test_segments_have_the_names_of_the_field():
    assert named([5, 5, 3, 1, 1, 2], [5, 1, 4, 5, 1, 3]) == [
        "Champions", "New", "Loyal", "Cannot lose", "Lost", "At risk",
    ]  # fmt: skip


def test_every_pair_of_scores_has_a_segment_and_every_segment_a_pair():
    pairs = np.array([(r, f) for r in range(1, 6) for f in range(1, 6)])
    found = segments(pairs[:, 0], pairs[:, 1])
    assert set(found.tolist()) == set(range(len(SEGMENTS)))


def test_clusters_find_the_two_kinds_of_customers():
    # five who came yesterday and buy a lot, three who bought once a year ago
    days = np.array([1.0, 1, 2, 1, 2, 360, 365, 370])
    orders = np.array([50.0, 52, 49, 51, 48, 1, 1, 2])
    money = np.array([900.0, 950, 880, 910, 905, 10, 12, 14])
    assert clusters(features(days, orders, money)).tolist() == [0, 0, 0, 0, 0, 1, 1, 1]


def test_customers_who_are_alike_are_one_cluster():
    alike = np.ones(4)
    assert clusters(features(alike, alike, alike)).tolist() == [0, 0, 0, 0]
