import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from recommendations.engine.matmul import matmul_topk

# Products and sums of these are exact, so results can be compared with ==.
EXACT = st.sampled_from([-1.0, 0.0, 0.0, 0.5, 1.0, 2.0])


def plainly(left, right, k, skip):
    product = left @ right
    rows = []
    for row, own in zip(product, skip, strict=True):
        cells = [(j, value) for j, value in enumerate(row) if value > 0 and j != own]
        rows.append(sorted(cells, key=lambda cell: (-cell[1], cell[0]))[:k])
    return rows


@given(
    arrays.arrays(float, (4, 5), elements=EXACT),
    arrays.arrays(float, (5, 6), elements=EXACT),
    st.integers(0, 8),
    st.lists(st.integers(-1, 5), min_size=4, max_size=4),
)
def test_it_equals_the_plain_product(left, right, k, skip):
    columns, values = matmul_topk(
        sparse.csr_array(left), sparse.csr_array(right), k, skip=np.array(skip)
    )
    found = [
        [(j, value) for j, value in zip(*row, strict=True) if j >= 0]
        for row in zip(columns.tolist(), values.tolist(), strict=True)
    ]
    assert found == plainly(left, right, k, skip)


def test_a_row_with_fewer_ends_in_minus_one():
    left = sparse.csr_array([[1.0, 0.0], [0.0, 0.0]])
    right = sparse.csr_array([[0.0, 3.0], [1.0, 1.0]])
    columns, values = matmul_topk(left, right, 2)
    assert columns.tolist() == [[1, -1], [-1, -1]]
    assert values.tolist() == [[3.0, 0.0], [0.0, 0.0]]
