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
# # 14 · GPT: the same block, another mask
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/14_gpt/lesson.ipynb)
#
# Hide from every token what comes after it, and BERT's block learns to write: a small GPT, trained
# on the King James Bible, with a cache that keeps what has been read.
#
# | builds on | to read | to run | afterwards you can |
# |---|---|---|---|
# | 01 tokens, 03 attention, 04 the block, 06 objectives, 10 the training step | 40 minutes | 4 minutes | make a GPT of a BERT and prove it, train one and say whether it is better than counting, write text with a cache, and notice a model that has seen its answer |

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
# ## One block, two models
#
# BERT reads a whole sentence and fills gaps in it. GPT (Radford et al. 2018, 2019) reads the
# beginning of a text and says what comes next. Inside, they are nearly the same:
#
# | | BERT | GPT-2 |
# |---|---|---|
# | block | attention, feed-forward, residuals | the same |
# | a token looks at | all tokens | itself and those before it |
# | LayerNorm stands | behind the sum (post-norm) | before the sub-layer (pre-norm), and once at the end |
# | GELU | exact | the approximation by tanh |
# | added to a token's vector | position and segment | position |
# | asked for | 15% of the tokens, hidden by `[MASK]` | the next token, at every place |
# | the answer | a head of its own, then the table of the embeddings | the table of the embeddings |
#
# With $x$ the tokens' vectors, `[length, hidden]`, a block of the two kinds is
#
# $$\begin{aligned}
# \text{post-norm:} \quad a &= \text{LN}(x + \text{MultiHead}(x)) & y &= \text{LN}(a + \text{FFN}(a)) \\
# \text{pre-norm:} \quad a &= x + \text{MultiHead}(\text{LN}(x)) & y &= a + \text{FFN}(\text{LN}(a))
# \end{aligned}$$
#
# In the second line nothing stands in the way from $x$ to $y$ but sums. So the gradient reaches the
# first block as it left the last, and deep stacks train with less care (lesson 04 measured it). As
# nothing is normalised on that way, one more LayerNorm stands behind the last block.
#
# The line that matters is the second of the table. It makes a reader into a writer.

# %%
import time
from functools import partial
from tempfile import TemporaryDirectory

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np
from flax import nnx

np.set_printoptions(precision=4, suppress=True)
plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREEN, PINK, SKY = "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9"

# %% [markdown]
# ## Bytes and merges
#
# First the text has to become ids. BERT's WordPiece (lesson 01) puts all letters that it has seen
# into its vocabulary, and for a word with another letter it writes `[UNK]`. Who writes text cannot
# do with a sign for "something". GPT-2 therefore begins with **bytes**: UTF-8 writes every
# character of Unicode as one to four numbers from 0 to 255. With 256 pieces, one for each byte, any
# text can be written. Then pairs of neighbours are merged, the most frequent first, just as in
# lesson 01. That is **byte-level BPE** (byte pair encoding; Sennrich et al. 2016, Radford et al.
# 2019).
#
# A byte such as 32, the space, or 10, the end of a line, cannot be seen. So that pieces can be
# read, each byte is shown as a character:
#
# $$c(b) = \begin{cases} \text{chr}(b) & \text{if that is a visible character in Latin-1} \\
# \text{chr}(256 + n) & \text{if } b \text{ is the } n\text{-th of the others, } n = 0, 1, \dots \end{cases}$$

# %%
from zen_transformer.text.bytes import CHARACTERS

visible = [*range(33, 127), *range(161, 173), *range(174, 256)]
hidden = [byte for byte in range(256) if byte not in visible]
character = [chr(b) if b in visible else chr(256 + hidden.index(b)) for b in range(256)]
assert character == CHARACTERS

for text in (" God", "\n", " né", "神"):
    shown = "".join(character[byte] for byte in text.encode())
    print(f"{text!r:8} bytes {list(text.encode())!s:28} shown as {shown}")
assert "".join(character[byte] for byte in " né".encode()) == "ĠnÃ©"

# %% [markdown]
# A space is `Ġ`, the end of a line `Ċ`, and é is two bytes, `Ã©`. A space belongs to the word
# behind it: ` God` within a line is a word of four bytes.
#
# Our text is the King James Bible of 1611, a book a document. Seven of its 66 books, chosen by a
# hash of their letters, are **held out**: nothing is learnt from them, neither the vocabulary. Here
# are the first merges from the other 59.

# %%
from zen_transformer.text.byte_pair import ByteLevelBPETokenizer
from zen_transformer.text.held_out import Corpus

bible = Corpus(["kjv"], held_out=0.1)
books, held_out_books = list(bible.train), list(bible.held_out)
merges = []
tokenizer = ByteLevelBPETokenizer.train(
    (book.text for book in books),
    vocab_size=1024,
    report=lambda pair, count: merges.append((pair, count)),
)
for number in (*range(1, 9), 50, 200, 766):
    (left, right), count = merges[number - 1]
    print(f"merge {number:3}: {left:>5} + {right:6} → {left + right:10} {count:7,} times")
print(f"{len(books)} books, {len(held_out_books)} held out")
print(f"{tokenizer.vocab_size} pieces: 1 that ends a text, 256 bytes, {len(merges)} merges")
assert tokenizer.vocab_size == 1 + 256 + len(merges) == 1024 - 1 + 1
assert "".join(merges[0][0]) == "th" or "".join(merges[0][0]) == "Ġt"
assert (len(books), len(held_out_books)) == (59, 7)

# %% [markdown]
# A word is cut by doing the merges in the order in which they were learnt. `rank` is a pair's place
# among the merges; the lowest goes first.

# %%
rank = {pair: number for number, (pair, _) in enumerate(merges, start=1)}


def cut(word):
    """The pieces of a word, with each merge shown."""
    pieces = [character[byte] for byte in word.encode()]
    while True:
        print(" ".join(pieces))
        pairs = [pair for pair in zip(pieces, pieces[1:], strict=False) if pair in rank]
        if not pairs:
            return pieces
        best = min(pairs, key=rank.get)
        at = next(i for i in range(len(pieces)) if tuple(pieces[i : i + 2]) == best)
        pieces[at : at + 2] = ["".join(best)]


pieces = cut(" beginning")
assert pieces == tokenizer.tokenize(" beginning") and len(pieces) < 6

# %% [markdown]
# Nothing is unknown, and nothing is lost on the way. Text in letters that the Bible never had comes
# back as it was; it only needs more pieces.

# %%
for text in ("In the beginning God created", "naïve — “so”", "神说：要有光", "שלום 🌍", "\t tabs\n"):
    ids = tokenizer.text_ids(text)
    print(f"{text!r:32} {len(text):2} characters, {len(ids):2} ids, back: {tokenizer.decode(ids)!r}")
    assert tokenizer.decode(ids) == text

# %% [markdown]
# ## The causal mask
#
# Attention takes, for each query $i$, a weighted mean of the values of the keys $j$. The **causal
# mask** says that a key may be looked at if it does not come after the query:
#
# $$M_{ij} = [\, j \le i \,] \qquad A = \text{softmax}\left(\frac{QK^\top}{\sqrt{d}} \text{ where } M, \text{ else } -\infty\right) \qquad y = AV$$
#
# The shapes, with $d$ = head_dim: queries, keys and values `[heads, length, head_dim]`, the scores
# and $A$ `[heads, length, length]`, the mask `[length, length]`, the same for all heads and texts.
#
# Later on the queries will be only the newest tokens of a text, from place $s$ on, and the keys a
# row of places that is wider. Query $i$ then stands at place $s + i$, and the mask is
# `[length, keys]`:
#
# $$M_{ij} = [\, j \le s + i \,]$$


# %%
def causal(length, keys=None, start=0):
    """True where the key does not come after the query; [length, keys]."""
    i, j = jnp.arange(length)[:, None], jnp.arange(keys or length)[None, :]
    return j <= start + i


def attend(query, key, value, mask):
    """A V [heads, length, head_dim], and A; `mask` is [length, keys]."""
    scores = query @ key.mT / np.sqrt(query.shape[-1])
    exponentials = jnp.exp(scores - jnp.max(scores, axis=-1, keepdims=True, where=mask, initial=-1e9))
    exponentials = jnp.where(mask, exponentials, 0.0)
    weights = exponentials / jnp.sum(exponentials, axis=-1, keepdims=True)
    return weights @ value, weights


print(causal(3).astype(int), causal(2, keys=5, start=2).astype(int), sep="\n\n")
assert causal(2, keys=5, start=2).tolist() == [[True] * 3 + [False] * 2, [True] * 4 + [False]]

# %% [markdown]
# By hand: three tokens, one head, $d = 1$. The queries are 1, so the scores of a row are the keys
# themselves: 0, $\ln 3$ and $\ln 4$, whose exponentials are 1, 3 and 4. The values are 8, 4 and 2.
#
# | query | sees the exponentials | weights | result |
# |---|---|---|---|
# | 0 | 1 | 1 | 8 |
# | 1 | 1, 3 | 1/4, 3/4 | 8/4 + 12/4 = 5 |
# | 2 | 1, 3, 4 | 1/8, 3/8, 4/8 | 8/8 + 12/8 + 8/8 = 3.5 |

# %%
query = jnp.ones((1, 3, 1))
key, value = jnp.log(jnp.array([[[1.0], [3.0], [4.0]]])), jnp.array([[[8.0], [4.0], [2.0]]])
by_hand, weights = attend(query, key, value, causal(3))
print(weights[0], by_hand[0, :, 0])
assert np.allclose(by_hand[0, :, 0], [8, 5, 3.5], atol=1e-5)

changed, _ = attend(query, key.at[0, 2].set(7.0), value.at[0, 2].set(-50.0), causal(3))
print("with another third token:", changed[0, :, 0])
assert np.array_equal(changed[0, :2], by_hand[0, :2]) and changed[0, 2] < 0

# %% [markdown]
# The third token may be what it likes: the first two rows stay as they are. **Nothing changes what
# stands before it.** The rest of this lesson follows from that sentence.

# %% [markdown]
# ## One text, many questions
#
# What is a token asked? Which one comes next. It may look at itself and at what came before, so it
# has not seen the answer. And since no token sees what comes after it, *all* can be asked at once:
# a text of $n + 1$ tokens asks $n$ questions in one pass. The **labels** are the text itself, one
# place on. Where a text is shorter than its row, the label is −100, which asks for nothing.


# %%
IGNORED = -100


def questions(texts, length):
    """input_ids and labels, [texts, length], of texts of at most length + 1 ids."""
    input_ids = np.zeros((len(texts), length), int)
    labels = np.full((len(texts), length), IGNORED)
    for row, ids in enumerate(texts):
        input_ids[row, : len(ids) - 1] = ids[:-1]
        labels[row, : len(ids) - 1] = ids[1:]
    return input_ids, labels


verse = tokenizer.text_ids("In the beginning God created the heaven and the earth.")
input_ids, labels = questions([verse, verse[:4]], length=len(verse) - 1)
print("reads  ", " ".join(f"{tokenizer.vocabulary[i]:>8}" for i in input_ids[0, :9]))
print("asked  ", " ".join(f"{tokenizer.vocabulary[i]:>8}" for i in labels[0, :9]))
print("labels of a text of four tokens:", labels[1])
assert np.count_nonzero(labels[0] >= 0) == len(verse) - 1
assert np.count_nonzero(labels[1] >= 0) == 3

# %% [markdown]
# BERT is asked for 15% of the tokens, since it has to see the others (lesson 06). Of 64 tokens
# these are about ten questions; GPT is asked 64. So a GPT learns more from each pass over a text.
# BERT in turn sees both sides of a gap.
#
# The library's `TextWindows` cuts windows from the books at random and makes the same two arrays.

# %%
from zen_transformer.objectives.causal_lm import CausalLMObjective, TextWindows, next_tokens
from zen_transformer.text.documents import tokenize_documents

reading, testing = (
    TextWindows(tokenize_documents(texts, tokenizer), tokenizer.eos_id)
    for texts in (books, held_out_books)
)
rows = np.zeros((2, len(verse)), int)
rows[0], rows[1, :4] = verse, verse[:4]
theirs = next_tokens(rows, np.array([len(verse), 4]))
assert np.array_equal(theirs["input_ids"], input_ids)
assert np.array_equal(theirs["labels"], labels)
print(f"{reading.ends[-1]:,} tokens to learn from, {testing.ends[-1]:,} held out")

# %% [markdown]
# ## Perplexity
#
# The loss is lesson 06's: minus the logarithm of the probability that was given to what came. Over
# all $N$ tokens that were asked for, in all texts together,
#
# $$L = -\frac{1}{N} \sum_{\text{texts}} \sum_i \ln p(w_i \mid w_1 \dots w_{i-1}) \qquad \text{perplexity} = e^L$$
#
# A **perplexity** of 20 means: as unsure as with 20 tokens that are equally likely. By hand, two
# texts of unequal length. The first is one token with $p = 1/2$, the second three tokens with $p =
# 1/8$. The sum is $\ln 2 + 3 \ln 8 = 10 \ln 2$, over four tokens $2.5 \ln 2$, and the perplexity is
# $2^{2.5} = 5.66$.


# %%
def perplexity(texts):
    """Of the probabilities that each text's tokens were given."""
    losses = -np.log(np.concatenate(texts))
    return float(np.exp(np.sum(losses) / len(losses)))


two = [np.array([1 / 2]), np.array([1 / 8, 1 / 8, 1 / 8])]
print(f"both together {perplexity(two):.2f}")
print(f"mean of the perplexities {np.mean([perplexity([text]) for text in two]):.2f}")
assert abs(perplexity(two) - 2**2.5) < 1e-9
assert np.mean([perplexity([text]) for text in two]) == 5

# %% [markdown]
# The mean of the texts' own perplexities, 2 and 8, is 5: another number, in which a token of a
# short text counts for more. And a padded place that is counted as a token with $p = 1$ makes every
# model look better.
#
# ### What counting can do
#
# Before a network gets praise, count. The **unigram** knows how often each token occurs. The
# **trigram** looks at the two tokens before. Most sequences of three were never seen, so the counts
# are smoothed; the best known way is Kneser & Ney's (1995), in the interpolated form of Chen &
# Goodman:
#
# $$p(w \mid h) = \frac{\max(c(hw) - D, 0)}{c(h)} + \frac{D \cdot N(h\,\cdot)}{c(h)} \; p(w \mid h')$$
#
# $h$ are the tokens before, $h'$ the same without the first, $c$ counts how often, $N(h\,\cdot)$
# how many different tokens follow. $D$, a number below 1, is taken off each count that was seen,
# and what comes together is given to the shorter history.

# %%
from zen_transformer.objectives.ngrams import NGrams


def whole_books(windows):
    return [windows.tokens(book, 0, int(n)) for book, n in enumerate(windows.lengths)]


learnt_from, asked = whole_books(reading), whole_books(testing)
counted = {}
for name, order in {"unigram": 1, "bigram": 2, "trigram": 3, "4-gram": 4}.items():
    counted[name] = NGrams(learnt_from, order, tokenizer.vocab_size)
    # The first token of a book is asked of nobody.
    baseline = perplexity([counted[name].probabilities(book)[1:] for book in asked])
    counted[name].perplexity = baseline
    print(f"{name:8} perplexity {baseline:6.1f}")
assert abs(counted["unigram"].perplexity - 324) < 3
assert abs(counted["trigram"].perplexity - 22.5) < 0.3
assert abs(counted["4-gram"].perplexity - 19.6) < 0.3

# %% [markdown]
# On the seven held-out books the unigram wavers between 324 tokens, the trigram between 22.5, and
# counting four tokens at a time comes to 19.6. These are the marks for the network. (They hold for
# our 1,024 pieces. With longer pieces there are fewer of them and each is harder: to compare
# tokenizers, divide the sum of the losses by the number of *bytes*.)

# %% [markdown]
# ## The forward pass
#
# Now all of GPT, for one text. `look` is the only thing that depends on the mask. It is handed
# queries, keys and values and says what was seen; so that we can replace it later, and nothing else.

# %%
from zen_transformer.layers.activations import gelu_new
from zen_transformer.layers.linear import linear
from zen_transformer.layers.normalization import layer_norm

HEADS = 4
norm = partial(layer_norm, epsilon=1e-5)


def split(x):
    """[length, hidden] → [heads, length, head_dim]."""
    return x.reshape(len(x), HEADS, -1).transpose(1, 0, 2)


def block(x, weights, look):
    """Pre-norm: what comes out, [length, hidden], and what `look` keeps."""
    maps, ffn = weights["attention"], weights["feed_forward"]
    normed = norm(x, **weights["attention_norm"])
    query, key, value = (split(linear(normed, **maps[n])) for n in ("query", "key", "value"))
    seen, kept = look(query, key, value)
    x = x + linear(seen.transpose(1, 0, 2).reshape(x.shape), **maps["output"])
    normed = norm(x, **weights["feed_forward_norm"])
    return x + linear(gelu_new(linear(normed, **ffn["input"])), **ffn["output"]), kept


def gpt(weights, ids, mask):
    """Logits for the token after each, [length, vocab]."""
    token, position = (weights["embeddings"][name]["table"] for name in ("token", "position"))
    x = token[ids] + position[: len(ids)]
    for block_weights in weights["decoder"]["layers"].values():
        x, _ = block(x, block_weights, partial(attend, mask=mask))
    return norm(x, **weights["norm"]) @ token.T


# %% [markdown]
# Is that GPT-2? Four programs with the same weights, drawn at random and large, so that no
# difference hides: ours, the library's in JAX, the textbook's in NumPy, and HuggingFace's
# `GPT2LMHeadModel`, all in float64.

# %%
from zen_transformer.models.gpt import GPTForCausalLM
from zen_transformer.models.gpt_config import GPTConfig
from zen_transformer.numpy_nn.gpt import gpt as numpy_gpt

LENGTH, ROWS = 64, 16
SHAPE = {"vocab_size": tokenizer.vocab_size, "n_head": HEADS, "n_positions": LENGTH}
SHAPE |= {"bos_token_id": tokenizer.eos_id, "eos_token_id": tokenizer.eos_id}
SHAPE |= {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}  # no dropout

small = GPTConfig(**SHAPE, n_embd=32, n_layer=2, initializer_range=0.2)
text = np.array(tokenizer.text_ids("And God said, Let there be light: and there was light."))
with jax.enable_x64(True):
    model = GPTForCausalLM(small, rngs=nnx.Rngs(0), dtype=jnp.float64)
    random_weights = nnx.to_pure_dict(nnx.state(model))["transformer"]
    ours = gpt(random_weights, text, causal(len(text)))
    library = model(text[None]).logits[0]
textbook = numpy_gpt(
    jax.tree.map(np.array, random_weights),
    text[None],
    np.ones((1, len(text))),
    np.arange(len(text))[None],
    small,
).logits[0]
for name, logits in {"the library": library, "NumPy": textbook}.items():
    print(f"{name}: {np.abs(ours - logits).max():.0e} apart, logits up to {np.abs(ours).max():.0f}")
assert np.abs(ours - library).max() < 1e-11 and np.abs(ours - textbook).max() < 1e-11

# %%
if importlib.util.find_spec("torch") and importlib.util.find_spec("transformers"):
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    with TemporaryDirectory() as folder:
        model.save_pretrained(folder)
        theirs = transformers.GPT2LMHeadModel.from_pretrained(folder, dtype=torch.float64)
    with torch.no_grad():
        logits = theirs.eval()(torch.tensor(text)[None]).logits[0].numpy()
    print(f"HuggingFace: {np.abs(ours - logits).max():.0e} apart")
    assert np.abs(ours - logits).max() < 1e-11
else:
    print("torch or transformers is not installed: this check is left out")

# %% [markdown]
# They differ by rounding alone. (With the exact GELU instead of the approximation by tanh the
# logits would be off by about $10^{-3}$ here, and no curve would show it.)

# %%
with jax.enable_x64(True):
    from zen_transformer.layers.activations import gelu

    approximation, gelu_new = gelu_new, gelu
    off = float(np.abs(gpt(random_weights, text, causal(len(text))) - ours).max())
    gelu_new = approximation
print(f"with the exact GELU: {off:.0e} apart")
assert 1e-4 < off < 1e-1
