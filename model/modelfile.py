"""The model file: what the trainer writes and the program embeds.

    8 bytes   "FLNCMODL"
    4 bytes   length of the header, little endian
    header    JSON: schema, id, norms, weights, metrics
    words     per language: each word in UTF-8 followed by a newline, in ascending byte order
    vectors   per language: one row of whole-number dimensions per word, as signed bytes
    32 bytes  SHA-256 of all that stands before
"""

import hashlib
import json
import struct

import numpy as np

MAGIC = b"FLNCMODL"
MAX_BYTES = 3_000_000


def rounded(value):
    """Eight significant digits, so that the header is short and the same everywhere."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [rounded(v) for v in value]
    if isinstance(value, np.ndarray):
        return rounded(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.8g}")
    return value


def write(path, header, tables):
    """`tables`: language -> word -> vector. Returns the seal."""
    blobs = []
    header = dict(header, tables={})
    for language, table in tables.items():
        words = sorted(table, key=lambda w: w.encode())
        text = b"".join(w.encode() + b"\n" for w in words)
        header["tables"][language] = {"words": len(words), "bytes": len(text)}
        blobs += [text, np.array([table[w] for w in words], np.int8).tobytes()]
    head = json.dumps(rounded(header), ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False).encode()
    body = MAGIC + struct.pack("<I", len(head)) + head + b"".join(blobs)
    seal = hashlib.sha256(body).digest()
    assert len(body) + 32 <= MAX_BYTES, f"the model file has {len(body) + 32} bytes, more than {MAX_BYTES}"
    path.write_bytes(body + seal)
    return seal.hex()


def read(path):
    """Header and tables, after checking the seal."""
    data = path.read_bytes()
    assert data[:8] == MAGIC and hashlib.sha256(data[:-32]).digest() == data[-32:], f"{path} is damaged"
    (length,) = struct.unpack_from("<I", data, 8)
    header, at = json.loads(data[12 : 12 + length]), 12 + length
    tables = {}
    for language, size in header["tables"].items():
        words = data[at : at + size["bytes"]].decode().split("\n")[:-1]
        at += size["bytes"]
        count = len(words) * header["dims"]
        vectors = np.frombuffer(data, np.int8, count, at).reshape(len(words), -1)
        at += count
        tables[language] = dict(zip(words, vectors))
    return header, tables
