from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.evaluation.retrieval import Nearest, grams


def test_all_grams_of_up_to_three_characters():
    assert grams("abca") == {"a", "b", "c", "ab", "bc", "ca", "abc", "bca"}
    assert grams("") == set()


def test_the_nearest_shares_most():
    nearest = Nearest(["泥菩萨过河", "尖尖筷子夹凉粉", "泥菩萨洗脸"])
    assert nearest("泥菩萨过江") == 0
    assert nearest("筷子夹凉粉") == 1
    assert nearest("泥菩萨洗手") == 2
    assert nearest("xyz") == 0  # all are equally far


words = st.text("abc", max_size=6)


@given(st.lists(words, min_size=1, max_size=8), words)
def test_as_by_the_equation(texts, text):
    def similarity(other: str) -> float:
        ours, theirs = grams(text), grams(other)
        return len(ours & theirs) / max(len(ours | theirs), 1)

    values = [similarity(other) for other in texts]
    assert Nearest(texts)(text) == values.index(max(values))
