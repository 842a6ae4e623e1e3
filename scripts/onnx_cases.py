#!/usr/bin/env python3
"""Writes ONNX's node cases that Debian's libonnx-testdata lacks (opset 18 and later).

    python3 -m venv v && v/bin/pip install onnx && v/bin/python scripts/onnx_cases.py [FOLDER]

FOLDER (default build/onnx-cases) gets one folder per case, laid out as in libonnx-testdata: model.onnx and
test_data_set_0/{input,output}_N.pb. The tests of galen/train/torch read it when it is there (or $GALEN_ONNX_CASES).
"""

import pathlib
import sys

import onnx
from onnx import numpy_helper
from onnx.backend.test.case.node import collect_testcases

FIRST_OPSET = 18
LAST_OPSET = 22  # newer ones bring types and attributes that Galen does not speak


def opset_of(model):
    return max((o.version for o in model.opset_import if o.domain in ("", "ai.onnx")), default=0)


def write_case(folder, case):
    data = folder / case.name / "test_data_set_0"
    inputs, outputs = case.data_sets[0]
    tensors = [("input", i, v) for i, v in zip(case.model.graph.input, inputs)]
    tensors += [("output", o, v) for o, v in zip(case.model.graph.output, outputs)]
    protos = []
    for kind, info, value in tensors:
        if not info.type.HasField("tensor_type"):
            return False
        proto = value if isinstance(value, onnx.TensorProto) else numpy_helper.from_array(value)
        proto.name = info.name
        protos.append((kind, proto))
    data.mkdir(parents=True, exist_ok=True)
    onnx.save(case.model, folder / case.name / "model.onnx")
    count = {"input": 0, "output": 0}
    for kind, proto in protos:
        (data / f"{kind}_{count[kind]}.pb").write_bytes(proto.SerializeToString())
        count[kind] += 1
    return True


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / "build" / "onnx-cases"
    written = 0
    for case in collect_testcases(None):
        if case.model is None or not FIRST_OPSET <= opset_of(case.model) <= LAST_OPSET:
            continue
        written += write_case(folder, case)
    print(f"{written} cases in {folder}")


if __name__ == "__main__":
    main()
