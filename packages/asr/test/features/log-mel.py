"""Log-mel features computed a second time, from their definitions: Fourier sums as matrix products, dense filters.

Usage: log-mel.py whisper|nemo|kaldi BANDS < float32 samples > float32 features
"""
import sys

import numpy as np

kind, bands = sys.argv[1], int(sys.argv[2])
pcm = np.frombuffer(sys.stdin.buffer.read(), dtype="<f4").astype(np.float64)


def fourier(frames, size):
    """|X(k)|^2 of each frame, k from 0 to size/2."""
    n, k = np.arange(frames.shape[1]), np.arange(size // 2 + 1)
    return np.abs(frames @ np.exp(-2j * np.pi * np.outer(n, k) / size)) ** 2


def slaney(size):
    def to_hertz(mel):
        return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))

    top = 15 + 27 * np.log(8) / np.log(6.4)
    edges = to_hertz(np.linspace(0, top, bands + 2))
    hertz = np.linspace(0, 8000, size // 2 + 1)
    rows = [np.interp(hertz, edges[i : i + 3], [0, 1, 0]) * 2 / (edges[i + 2] - edges[i]) for i in range(bands)]
    return np.array(rows)


def kaldi(size):
    mel = lambda hertz: 1127 * np.log(1 + hertz / 700)
    edges = np.linspace(mel(20), mel(8000), bands + 2)
    points = mel(np.linspace(0, 8000, size // 2 + 1))
    return np.array([np.interp(points, edges[i : i + 3], [0, 1, 0]) for i in range(bands)])


if kind == "whisper":
    signal = np.pad(np.pad(pcm, (0, 480_000 - len(pcm))), 200, mode="reflect")
    window = np.hanning(401)[:-1]
    frames = np.stack([signal[i * 160 : i * 160 + 400] * window for i in range(3000)])
    mel = np.log10(np.maximum(slaney(400) @ fourier(frames, 400).T, 1e-10))
    result = (np.maximum(mel, mel.max() - 8) + 4) / 4
elif kind == "nemo":
    emphasised = np.concatenate((pcm[:1], pcm[1:] - 0.97 * pcm[:-1]))
    signal = np.pad(emphasised, 256)
    window = np.pad(np.hanning(400), 56)
    frames = np.stack([signal[i * 160 : i * 160 + 512] * window for i in range(len(pcm) // 160)])
    mel = np.log(slaney(512) @ fourier(frames, 512).T + 2.0**-24)
    result = (mel - mel.mean(axis=1, keepdims=True)) / (mel.std(axis=1, ddof=1, keepdims=True) + 1e-5)
else:
    count = 1 + (len(pcm) - 400) // 160
    frames = np.stack([pcm[i * 160 : i * 160 + 400] for i in range(count)]) * 32768
    frames -= frames.mean(axis=1, keepdims=True)
    frames -= 0.97 * np.concatenate((frames[:, :1], frames[:, :-1]), axis=1)
    window = np.hanning(400) ** 0.85 if kind == "kaldi-povey" else np.hamming(400)
    result = np.log(np.maximum(fourier(frames * window, 512) @ kaldi(512).T, np.finfo(np.float32).eps))

sys.stdout.buffer.write(result.astype("<f4").tobytes())
