#!/usr/bin/python3
"""Traces a network of Open-Sora 1.2 from a checkout into a TorchScript file, which OpenSora.Benchmarks then times on libtorch 2.10.

    benchmarks/trace.py transformer|temporal-vae|vae CHECKOUT FILE [--depth 2] [--hidden 1152] [--heads 16]
                        [--frames 8] [--latent-size 32 32] [--tokens 300]

It runs on torch from 1.13 on, which Debian has as python3-torch. Packages that the checkout imports and that are not installed have
substitutes below with the same operations: einops, rotary_embedding_torch, timm, transformers, mmengine, colossalai. xformers has no
attention for processors: the plain one, prompt by prompt, stands in for it always. The 2D autoencoder is diffusers' and needs that package.
Weights are random.
"""
import argparse
import importlib
import importlib.abc
import importlib.machinery
import sys
import types

import torch
from torch import nn


def rearrange(x, pattern, **sizes):
    def groups(side):
        return [g.split() for g in side.replace("(", "|(").replace(")", ")|").split("|") for g in ([g.strip("() ")] if "(" in g else g.split())]

    left, right = (groups(side) for side in pattern.split("->"))
    sizes = {name: int(size) for name, size in sizes.items()}
    for group, size in zip(left, x.shape):
        known = 1
        for name in group:
            known *= sizes.get(name, 1)
        sizes.update({name: int(size) // known for name in group if name not in sizes})
    flat = [name for group in left for name in group]
    x = x.reshape([sizes[name] for name in flat]).permute([flat.index(name) for group in right for name in group])
    shape = []
    for group in right:
        shape.append(1)
        for name in group:
            shape[-1] *= sizes[name]
    return x.reshape(shape)


class RotaryEmbedding(nn.Module):
    """The operations of rotary_embedding_torch 0.5.3: tables are computed in each call, pairs of channels are rotated."""

    def __init__(self, dim, theta=10000):
        super().__init__()
        self.freqs = nn.Parameter(theta ** (-torch.arange(0, dim, 2).float() / dim), requires_grad=False)

    def rotate_queries_or_keys(self, t):
        positions = torch.arange(t.shape[-2], dtype=t.dtype)
        angles = torch.repeat_interleave(torch.einsum("..., f -> ... f", positions, self.freqs), 2, dim=-1)
        a, b = t.unflatten(-1, (-1, 2)).unbind(-1)
        return t * angles.cos() + torch.stack((-b, a), -1).flatten(-2) * angles.sin()


class Mlp(nn.Module):
    def __init__(self, in_features, hidden_features=None, out_features=None, act_layer=nn.GELU, drop=0.0, **_):
        super().__init__()
        self.fc1, self.act = nn.Linear(in_features, hidden_features), act_layer()
        self.fc2 = nn.Linear(hidden_features, out_features or in_features)

    def forward(self, x):
        return self.fc2(self.act(self.fc1(x)))


class PretrainedConfig:
    def __init__(self, **_):
        pass


class PreTrainedModel(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config


class Registry:
    def __init__(self, *_, **__):
        pass

    def register_module(self, *_, **__):
        return lambda cls: cls


class BlockDiagonalMask:
    def __init__(self, rows, keys):
        self.rows, self.keys = rows, keys

    @staticmethod
    def from_seqlens(rows, keys):
        return BlockDiagonalMask(rows, keys)


def memory_efficient_attention(q, k, v, p=0.0, attn_bias=None):
    """[1, all rows, heads, channels]; each prompt by itself."""
    rows, keys = (attn_bias.rows, attn_bias.keys) if attn_bias is not None else ([q.shape[1]], [k.shape[1]])
    done = []
    for a, b, c in zip(q.split(rows, 1), k.split(keys, 1), v.split(keys, 1)):
        a, b, c = (x.transpose(1, 2) for x in (a, b, c))
        scores = (a * a.shape[-1] ** -0.5) @ b.transpose(-2, -1)
        done.append((scores.softmax(-1) @ c).transpose(1, 2))
    return torch.cat(done, 1)


class Nothing(types.ModuleType):
    """A module of which only the names are wanted."""

    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return STAND_INS.get(name) or type(name, (), {})


STAND_INS = {c.__name__: c for c in (rearrange, RotaryEmbedding, Mlp, PretrainedConfig, PreTrainedModel, Registry, memory_efficient_attention)}
STAND_INS["fmha"] = types.SimpleNamespace(BlockDiagonalMask=BlockDiagonalMask)


class Missing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Comes last, so a package that is installed wins; of the checkout's own folders only the files asked for run."""

    def find_spec(self, name, path=None, target=None):
        root = name.split(".")[0]
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if root not in ("opensora", "torch") else None

    def create_module(self, spec):
        return Nothing(spec.name)

    def exec_module(self, module):
        pass


def original(checkout, name):
    """A module of the checkout, without the packages above it: those import all models."""
    for package in ("xformers", "xformers.ops"):
        sys.modules[package] = Nothing(package)
    sys.modules["xformers"].ops = sys.modules["xformers.ops"]
    sys.meta_path.append(Missing())
    parts = name.split(".")
    for depth in range(1, len(parts)):
        package = types.ModuleType(".".join(parts[:depth]))
        package.__path__ = [f"{checkout}/{'/'.join(parts[:depth])}"]
        sys.modules[package.__name__] = package
    for unused in ("opensora.utils", "opensora.utils.ckpt_utils"):
        sys.modules[unused] = Nothing(unused)
    return importlib.import_module(name)


class Transformer(nn.Module):
    def __init__(self, model, a):
        super().__init__()
        self.model = model
        self.sizes = dict(fps=torch.tensor([24.0]), height=torch.tensor([a.latent_size[0] * 8.0]), width=torch.tensor([a.latent_size[1] * 8.0]))

    def forward(self, x, timestep, y, x_mask):
        return self.model(x, timestep, y, mask=torch.ones(1, y.shape[2], dtype=torch.long), x_mask=x_mask, **self.sizes)


class Decode(nn.Module):
    def __init__(self, decode):
        super().__init__()
        self.module, self.decode = decode.__self__, decode

    def forward(self, z):
        return self.decode(z)


def network(a):
    h, w = a.latent_size
    if a.kind == "transformer":
        stdit3 = original(a.checkout, "opensora.models.stdit.stdit3")
        stdit3.round = lambda size: round(float(size))  # sizes are tensors while a trace is made
        config = stdit3.STDiT3Config(depth=a.depth, hidden_size=a.hidden, num_heads=a.heads, model_max_length=a.tokens)
        model = Transformer(stdit3.STDiT3(config), a)
        return model, (torch.randn(2, 4, a.frames, h, w), torch.full((2,), 500.0), torch.randn(2, 1, a.tokens, 4096), torch.ones(2, a.frames, dtype=torch.bool))
    if a.kind == "temporal-vae":
        vae = original(a.checkout, "opensora.models.vae.vae_temporal").VAE_Temporal_SD()
        vae.encoder = None
        frames = a.frames
        vae.forward = lambda z: type(vae).decode(vae, z, frames)
        return vae, (torch.randn(1, 4, (frames + 3) // 4, h, w),)
    from diffusers.models import AutoencoderKL

    vae = AutoencoderKL(
        down_block_types=["DownEncoderBlock2D"] * 4, up_block_types=["UpDecoderBlock2D"] * 4,
        block_out_channels=[128, 256, 512, 512], layers_per_block=2, norm_num_groups=32)
    vae.encoder = None
    vae.forward = lambda z: vae.decode(z / 0.18215).sample
    return vae, (torch.randn(min(4, a.frames), 4, h, w),)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("kind", choices=["transformer", "temporal-vae", "vae"])
    p.add_argument("checkout")
    p.add_argument("file")
    for name, default in (("depth", 2), ("hidden", 1152), ("heads", 16), ("frames", None), ("tokens", 300)):
        p.add_argument(f"--{name}", type=int, default=default)
    p.add_argument("--latent-size", type=int, nargs=2, default=[32, 32])
    a = p.parse_args()
    a.frames = a.frames or (8 if a.kind == "transformer" else 17)
    torch.manual_seed(1)
    model, inputs = network(a)
    model.eval().requires_grad_(False)
    for parameter in model.parameters():
        if parameter.dim() > 1:
            nn.init.normal_(parameter, std=parameter[0].numel() ** -0.5)
    with torch.no_grad():
        torch.jit.trace(model, inputs, check_trace=False).save(a.file)


if __name__ == "__main__":
    main()
