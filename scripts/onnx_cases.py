#!/usr/bin/env python3
"""Writes ONNX's node cases that Debian's libonnx-testdata lacks (opset 18 and later).

    PYTHONPATH=.deps/onnx python3 scripts/onnx_cases.py FOLDER

FOLDER gets one folder per case, laid out as in libonnx-testdata: model.onnx and test_data_set_0/{input,output}_N.pb.
scripts/setup --train runs it for .deps/onnx-cases, which the tests of galen/train/torch read.
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
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    written = 0
    for case in collect_testcases(None):
        if case.model is None or not FIRST_OPSET <= opset_of(case.model) <= LAST_OPSET:
            continue
        written += write_case(folder, case)
    print(f"{written} cases in {folder}")


if __name__ == "__main__":
    main()
