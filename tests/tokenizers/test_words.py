"""Text as words: English as in the Penn Treebank, Chinese as white space or characters have it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer.tokenizers.words import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The bill was passed.", "The bill was passed ."),
        ("He didn't pay $3.50 on 1996-08-22!", "He did n't pay $ 3.50 on 1996-08-22 !"),
        ("Bill's (old) “house”, we've", "Bill 's ( old ) “ house ” , we 've"),
        ("already , split it 's", "already , split it 's"),
        ("cafe\u0301 好。", "cafe\u0301 好 。"),
        ("中国政府决定。", "中 国 政 府 决 定 。"),
        ("中国 政府 决定。", "中国 政府 决定 。"),
        ("中国　政府\n决定 “改革”！", "中国 政府 决定 “ 改革 ” ！"),
        ("政府 ，１９９８年", "政府 ， １９９８年"),
        ("增长 了 １２．３％ ， —— 很 好", "增长 了 １２．３％ ， —— 很 好"),
        ("他 不 懂 NumPy, don't ask.", "他 不 懂 NumPy , do n't ask ."),
        ("很好。 下次还来", "很 好 。 下 次 还 来"),
        ("我用NumPy 2.0写", "我 用 NumPy 2.0 写"),
        ("", ""),
    ],
)
def test_words_of_a_text(text, words):
    assert split_words(text) == words.split()


@given(st.text() | st.text("中国好。，“”（A1 \n\u3000"))
def test_no_character_of_a_text_is_lost(text):
    words = split_words(text)
    assert "".join(words) == "".join(text.split())
    assert all(words)
