"""An ONNX graph as bytes, written node by node.

The form is that of ``onnx.proto`` (github.com/onnx/onnx): messages of Protocol Buffers, of which
a handful is needed. The package onnx would write the same, for a third of a second of import.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

CONTRIBUTED = "com.microsoft"
"""The domain of onnxruntime's own operators (its ``docs/ContribOperators.md``)."""

_IR_VERSION, _OPSET = 8, 17
_FLOAT, _INT8, _INT32, _INT64 = 1, 3, 6, 7
_TYPES = {"float32": _FLOAT, "int32": _INT32, "int64": _INT64}


class Graph:
    """A graph under way: values are known by their names, weights stand outside of it."""

    def __init__(self, shapes: Mapping[str, Sequence[int]], *, quantized: bool = False) -> None:
        """Begin with the shapes of the weights that there are, by name.

        ``quantized`` says whether matrices are to be multiplied as integers.
        """
        self._shapes = shapes
        self.quantized = quantized
        self._nodes: list[bytes] = []
        self._initial: dict[str, bytes] = {}
        self._outputs: list[bytes] = []
        self.weights: list[str] = []
        """The names of the weights in use, which a session must be given."""
        self.matrices: list[str] = []
        """The names of those in use as integers, which it must be given in two parts."""

    def node(
        self, kind: str, *inputs: str, domain: str = "", spare: int = 0, **attributes: object
    ) -> str:
        """Add an operation on values ("" is an input left out); the name of what it gives.

        ``spare`` further values are given that nothing uses.
        """
        name = f"value{len(self._nodes)}"
        outputs = [name, *(f"{name}.{number}" for number in range(spare))]
        named = [_field(5, _attribute(key, attribute)) for key, attribute in attributes.items()]
        parts = [_field(1, operand) for operand in inputs]
        parts += [_field(2, output) for output in outputs]
        parts += [_field(4, kind), *named, _field(7, domain)]
        self._nodes.append(_field(1, b"".join(parts)))
        return name

    def weight(self, name: str) -> str:
        """A weight by its name; raises KeyError when there is none."""
        if name not in self._initial:
            self._initial[name] = _outside(name, _FLOAT, self._shapes[name])
            self.weights.append(name)
        return name

    def matrix(self, name: str) -> tuple[str, str]:
        """A matrix (out, in) as int8 (in, out), and the scale of each out; raises KeyError."""
        out, width = self._shapes[name]
        codes, scales = parts_of(name)
        self._initial[codes] = _outside(codes, _INT8, (width, out))
        self._initial[scales] = _outside(scales, _FLOAT, (out,))
        self.matrices.append(name)
        return codes, scales

    def constant(self, values: npt.ArrayLike) -> str:
        """An array of float32, int32 or int64 that stands in the graph itself."""
        array = np.asarray(values)
        name = f"constant{len(self._initial)}"
        dims = b"".join(_number(1, size) for size in array.shape)
        kind = _number(2, _TYPES[str(array.dtype)])
        self._initial[name] = dims + kind + _field(8, name) + _field(9, array.tobytes())
        return name

    def output(self, name: str, *dims: int | str) -> None:
        """Give out a value of float32 of this shape."""
        self._outputs.append(_field(12, _value(name, _FLOAT, dims)))

    def written(self, name: str, *dims: int | str) -> bytes:
        """The model as a file, with one input of int64 of this name and shape."""
        initial = (_field(5, tensor) for tensor in self._initial.values())
        feed = _field(11, _value(name, _INT64, dims))
        graph = (*self._nodes, _field(2, "encoder"), *initial, feed, *self._outputs)
        opsets = (
            _field(8, _field(1, domain) + _number(2, version))
            for domain, version in (("", _OPSET), (CONTRIBUTED, 1))
        )
        return b"".join((_number(1, _IR_VERSION), _field(7, b"".join(graph)), *opsets))


def parts_of(name: str) -> tuple[str, str]:
    """What a matrix as integers is called, and its scales."""
    return f"{name}.int8", f"{name}.scale"


def _outside(name: str, kind: int, shape: Sequence[int]) -> bytes:
    """A weight that a session is given; where it says that it stands is never looked at."""
    dims = b"".join(_number(1, size) for size in shape)
    outside = _field(13, _field(1, "location") + _field(2, "weights")) + _number(14, 1)
    return dims + _number(2, kind) + _field(8, name) + outside


def _value(name: str, kind: int, dims: Sequence[int | str]) -> bytes:
    sizes = (_field(2, dim) if isinstance(dim, str) else _number(1, dim) for dim in dims)
    shape = b"".join(_field(1, size) for size in sizes)
    return _field(1, name) + _field(2, _field(1, _number(1, kind) + _field(2, shape)))


def _attribute(name: str, value: object) -> bytes:
    if isinstance(value, float):
        number = _varint(2 << 3 | 5) + struct.pack("<f", value)
        return _field(1, name) + number + _number(20, 1)
    if isinstance(value, int):
        return _field(1, name) + _number(3, value) + _number(20, 2)
    assert isinstance(value, list)
    return _field(1, name) + b"".join(_number(8, element) for element in value) + _number(20, 7)


def _field(number: int, content: bytes | str) -> bytes:
    data = content.encode() if isinstance(content, str) else content
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _number(number: int, value: int) -> bytes:
    return _varint(number << 3) + _varint(value)


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1  # negative numbers are written as two's complement
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)
