"""Scores of translations where words have no spaces between them."""

import pytest
from sacrebleu.metrics import BLEU

from zen_transformer.evaluation.answers import Answered, translation_scores

ENGLISH = ["In the beginning, God created it; 3.5 days.", "And the earth was without form."]
CHINESE = ["泥菩萨过河，自身难保", "起初神创造天地。"]


@pytest.mark.parametrize("texts", [ENGLISH, CHINESE])
def test_identical_texts_have_a_bleu_of_100(texts):
    scores = translation_scores(Answered(texts, texts, [(text,) for text in texts]), [])
    assert scores["bleu"] == scores["copied_bleu"] == pytest.approx(100)


@pytest.mark.parametrize(("texts", "language"), [(ENGLISH, "en"), (CHINESE, "zh")])
def test_bleu_is_sacrebleus_for_the_language(texts, language):
    answers = [text[:-1] for text in texts]
    scores = translation_scores(Answered(texts, answers, [(text,) for text in texts]), [])
    assert scores["bleu"] == BLEU(trg_lang=language).corpus_score(answers, [texts]).score
    assert 50 < scores["bleu"] < 100
