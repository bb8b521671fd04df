"""Data consistency in a network: conjugate gradients for (G + λ) x = b, with an explicit derivative.

By automatic differentiation, torch needs about fifty small operations per iteration besides those of the operator, and
on a GPU each takes longer to launch than to compute. The explicit derivative needs about twenty, with equal results.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ..operators.linop import LinearOperator


def solve(gram: LinearOperator, b: Tensor, lam: Tensor, steps: int) -> Tensor:
    """Return x after `steps` conjugate gradient iterations on (G + λ) x = b from 0, for each image separately.

    Gradients flow to b and λ. They are those of the iterations, not of the exact solution; G is constant.
    `mrilab.conjugate_gradient` is the same without gradients: its inner products are Python numbers.

    Parameters
    ----------
    gram : LinearOperator
        A self-adjoint G, positive semi-definite, such as `A.gram`; images (H, W), or batches of them.
    b : tensor, complex (B, H, W)
    lam : real tensor of one number
        λ > 0.
    steps : int
        Number of iterations.

    References
    ----------
    Hestenes and Stiefel, Methods of conjugate gradients for solving linear systems, J. Res. Natl. Bur. Stand. 49
    (1952); in a network: Aggarwal, Mani and Jacob, MoDL: model-based deep learning architecture for inverse problems,
    IEEE Trans. Med. Imaging 38 (2019).

    Examples
    --------
    >>> from mrilab import Identity
    >>> solve(Identity((2,)), torch.ones(1, 1, 2, dtype=torch.complex64), torch.tensor(1.0), steps=1)
    tensor([[[0.5000+0.j, 0.5000+0.j]]])
    """
    return torch.view_as_complex(_Solve.apply(torch.view_as_real(b), lam, gram, steps))


class _Step(NamedTuple):
    """The values of an iteration for its derivative: r, p and q = (G + λ) p before it, and scalars, (B, 1, 1, 1)."""

    r: Tensor
    p: Tensor
    q: Tensor
    size: Tensor
    curvature: Tensor
    alpha: Tensor
    beta: Tensor | float


class _Solve(torch.autograd.Function):
    """The iterations on pairs of real numbers (B, H, W, 2), for which complex products need no extra operations."""

    @staticmethod
    def forward(ctx, b, lam, gram, steps):
        x, r, p, size = torch.zeros_like(b), b, b, _inner(b, b)
        limits = torch.finfo(b.dtype)
        floor = limits.eps**2 * size + limits.tiny  # 0/0 at the solution
        size = size + floor
        history: list[_Step] = []
        for k in range(steps):
            q = _shifted(gram, lam, p)
            curvature = _inner(p, q) + floor
            alpha = size / curvature
            x = torch.addcmul(x, alpha, p)
            if k == steps - 1:
                history.append(_Step(r, p, q, size, curvature, alpha, 0.0))
                break
            r_new = torch.addcmul(r, alpha, q, value=-1)
            size_new = _inner(r_new, r_new) + floor
            beta = size_new / size
            history.append(_Step(r, p, q, size, curvature, alpha, beta))
            r, p, size = r_new, torch.addcmul(r_new, beta, p), size_new
        ctx.lam, ctx.gram, ctx.history = lam.detach(), gram, history
        return x

    @staticmethod
    @once_differentiable
    def backward(ctx, x_bar):
        """Go through the iterations backwards; v_bar is the gradient of v, and d = x̄ − (G + λ) r̄.

        G need not be applied to q̄ = κ̄ p − α r̄, because G p = q − λ p is known, and d contains (G + λ) r̄.
        """
        d, zero = x_bar, torch.zeros_like(x_bar)
        r_bar, p_bar, lam_bar, beta_bar = zero, zero, zero, zero[:, :1, :1, :1]
        for k, (r, p, q, size, curvature, alpha, beta) in reversed(list(enumerate(ctx.history))):
            pull = _inner(d, p) * alpha  # ᾱ α
            kappa_bar = pull / curvature  # with the opposite sign, see below
            lam_bar = lam_bar.addcmul(torch.addcmul(kappa_bar * p, alpha, r_bar), p, value=-1)  # + q̄ p
            size_bar = (pull - beta_bar * beta) / size
            p_bar = torch.addcmul(beta * p_bar, alpha, d).addcmul(kappa_bar, q, value=-2)
            if k:
                before = ctx.history[k - 1]
                beta_bar = _inner(p_bar, before.p)
                size_bar = torch.addcdiv(size_bar, beta_bar, before.size)
            r_bar = torch.addcmul(r_bar + p_bar, size_bar, r, value=2)
            if k:
                d = x_bar - _shifted(ctx.gram, ctx.lam, r_bar)
        return r_bar, lam_bar.sum(), None, None


def _shifted(gram: LinearOperator, lam: Tensor, x: Tensor) -> Tensor:
    """Return (G + λ) x."""
    return torch.addcmul(torch.view_as_real(gram.op(torch.view_as_complex(x))), lam, x)


def _inner(x: Tensor, y: Tensor) -> Tensor:
    """Return ⟨x, y⟩ of each image, (B, 1, 1, 1)."""
    return (x * y).sum(dim=(-3, -2, -1), keepdim=True)
