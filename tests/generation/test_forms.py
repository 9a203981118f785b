"""Forms as a check of a whole text and as a filter of the next piece."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zen_transformer import UserError
from zen_transformer.generation.constraints.forms import Form, keeping
from zen_transformer.generation.constraints.pronunciation import count_syllables

HAIKU = Form(syllables=(5, 7, 5))
POND = "An old silent pond\nA frog jumps into the pond\nSplash! Silence again."
JUEJU = "床前明月光，\n疑是地上霜。\n举头望明月，\n低头思故乡。"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "text"),
    [
        (HAIKU, POND),
        (HAIKU, POND + "\n"),
        (HAIKU, POND.replace("\n", "\n\n")),
        (Form(lines=3, acrostic="aas"), POND),
        (Form(syllables=(5,) * 4, rhyme="AABA", acrostic="床疑举低"), JUEJU),
        (Form(rhyme="ABAB"), "the moon\nthe sky\nin June\nso high"),
        (Form(), ""),
        (Form(), "anything\n\nat all 7"),
    ],
)
def test_texts_that_have_the_form(form, text):
    assert form.violation(text, finished=True) is None
    for end in range(len(text) + 1):
        assert form.violation(text[:end], finished=False) is None


@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        (HAIKU, "An old silent pond", "lines: there are 1, not 3"),
        (HAIKU, POND + "\nand more", "lines: there are 4, not 3"),
        (HAIKU, "", "lines: there are 0, not 3"),
        (HAIKU, POND.replace("the", "a small"), "syllables: line 2 has 8, not 7"),
        (HAIKU, POND.replace("Splash", "A fire"), "syllables: line 3 has 6 or 7, not 5"),
        (HAIKU, POND.replace("old", "11"), "syllables: '11' in line 1 cannot be counted"),
        (Form(acrostic="ZEN"), "Zoo\nend\nmoon", "acrostic: line 3 begins with 'm', not 'N'"),
        (Form(acrostic="Z"), "...", "acrostic: line 1 begins with '', not 'Z'"),
        (Form(rhyme="AA"), "the moon\nthe sky", "rhyme: 'sky', line 2, not with 'moon', line 1"),
        (Form(rhyme="AA"), "the moon\na moon", "rhyme: 'moon', line 2, not with 'moon', line 1"),
        (Form(rhyme="AA"), "the moon\nbrillig", "rhyme: how 'brillig' sounds is not known"),
        (Form(rhyme="AA"), "the moon\n...", "rhyme: how '' sounds is not known"),
        (Form(), "a\n\n \nb", "lines: two blank lines in a row"),
    ],
)
def test_the_constraint_that_is_broken_is_named(form, text, message):
    assert form.violation(text, finished=True).startswith(message)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("form", "text", "message"),
    [
        (HAIKU, "An old silent pond in", "syllables: line 1 has 6 or more, not 5"),
        (HAIKU, "An old silent beautif", "syllables: line 1 has 7 or more, not 5"),
        (HAIKU, "An old pond\n", "syllables: line 1 has 3, not 5"),
        (HAIKU, "An 1", "syllables: '1' in line 1"),
        (HAIKU, POND + "\nx", "lines: there are 4, not 3"),
        (Form(acrostic="ZEN"), "Zoo\n“m", "acrostic: line 2 begins with 'm', not 'E'"),
        (Form(rhyme="AA"), "the moon\nthe sky\n", "rhyme"),
        (Form(rhyme="AA", syllables=(2, 2)), "the moon\nthe sk", "rhyme: 'sk', line 2, not with"),
        (Form(rhyme="AA", syllables=(2, 2)), "the moon\nthe sky,", "rhyme: 'sky'"),
        (Form(rhyme="AA", syllables=(1, 1)), "月\n床", "rhyme: '床', line 2, not with '月'"),
    ],
)
def test_what_no_continuation_can_mend(form, text, message):
    assert form.violation(text, finished=False).startswith(message)


@pytest.mark.slow
def test_a_last_word_may_still_grow():
    assert HAIKU.violation("An old silent", finished=False) is None
    assert HAIKU.violation("An old silent po", finished=False) is None
    assert Form(rhyme="AA").violation("moon\nthe sky", finished=False) is None
    full = Form(rhyme="AA", syllables=(2, 2))
    assert full.violation("the moon\nin Ju", finished=False) is None
    assert full.violation("the moon\nsk", finished=False) is None  # skywards: it may go on


def test_the_filter_of_the_next_piece():
    pieces = [" pond", " beautiful", "ly", "\n", None, " 7", "!"]
    # "silently" would have three syllables, which is as many as fit.
    allowed = HAIKU.allowed("An old silent", pieces)
    assert allowed.tolist() == [True, False, True, False, False, False, True]
    assert HAIKU.allowed(POND, pieces).tolist() == [False] * 3 + [True, True, False, True]
    assert HAIKU.allowed("", []).shape == (0,)


LINES = st.lists(
    st.lists(
        st.sampled_from("fire moon beautiful the silently o'er 月 crinkle".split()), min_size=1
    ),
    min_size=1,
    max_size=4,
)


@given(LINES, st.sampled_from(["\n", "\n\n"]))
def test_a_text_of_the_form_is_never_filtered_out(lines, between):
    joined = [" ".join(line) for line in lines]
    text = between.join(joined)
    form = Form(
        syllables=tuple(max(count_syllables(line)) for line in joined),
        acrostic="".join(line[0] for line in joined),
    )
    assert form.violation(text, finished=True) is None
    pieces = re.findall(r"\s?\w|\W", text)
    so_far = ""
    for piece in [*pieces, None]:
        assert form.allowed(so_far, [piece]).all()
        so_far += piece or ""


@given(st.text("ab7月 \n'", max_size=30), st.booleans())
def test_any_text_is_judged(text, finished):
    form = Form(syllables=(2, 3), rhyme="AA", acrostic="ab")
    broken = form.violation(text, finished)
    assert broken is None or broken.split(":")[0] in {"lines", "syllables", "rhyme", "acrostic"}


@pytest.mark.parametrize(
    ("constraints", "message"),
    [
        ({"lines": 0}, "lines is 0"),
        ({"syllables": (5, 0)}, "the smallest of syllables is 0"),
        ({"lines": 3, "rhyme": "ABAB"}, "different ones: lines of 3, rhyme of 4"),
        ({"acrostic": "Z3N"}, "acrostic is 'Z3N': it must be letters"),
        ({"rhyme": "AB AB"}, "rhyme is 'AB AB': it must be letters"),
    ],
)
def test_forms_that_cannot_be_meant(constraints, message):
    with pytest.raises(UserError, match=message):
        Form(**constraints)


# Of many tries


def test_those_that_have_the_form():
    assert keeping(HAIKU, ["no", POND, "An old", POND + "\n"]) == [1, 3]
    assert keeping(HAIKU, ["An old silent pond\n", "An old pond\n"], finished=False) == [0]


def test_a_form_that_is_never_met_is_told_with_its_constraint():
    broken = [
        "An old silent pond",
        POND.replace("old", "very old"),
        POND.replace("again", "then"),
    ]
    message = (
        "no text had the form in 3 tries, which broke syllables 2 times, lines 1 times; "
        "the last: syllables: line 3 has 4, not 5"
    )
    with pytest.raises(UserError, match=message):
        keeping(HAIKU, broken)
    with pytest.raises(UserError, match="in 0 tries, which broke nothing"):
        keeping(HAIKU, [])
