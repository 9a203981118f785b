import json

import pytest

from zen_transformer import UserError
from zen_transformer.inference.training_corpus import find_training_corpus


def test_whose_documents_are_held_out(tmp_path):
    config = tmp_path / "config.json"
    with pytest.raises(UserError, match="does not say what it learnt from"):
        find_training_corpus(tmp_path, (), 0.1)
    assert find_training_corpus(tmp_path, ("sotu",), 0.3) == (("sotu",), 0.3)
    config.write_text(json.dumps({"corpus": ["kjv"], "pretraining": {"held_out": 0.2}}))
    assert find_training_corpus(tmp_path, (), 0.1) == (("kjv",), 0.2)
    assert find_training_corpus(tmp_path, ("sotu",), 0.3) == (("sotu",), 0.3)
    config.write_text(json.dumps({"corpus": ["kjv"], "corpus_held_out": 0.4}))
    assert find_training_corpus(tmp_path, (), 0.1) == (("kjv",), 0.4)
