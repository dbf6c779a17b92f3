"""NumPy as the rule has it, to be imported before any other module that imports NumPy.

Its exp and log are the C library's unless the machine has AVX-512; then they are of its own, whose last bit often differs, and
with it the Gaussian's weights. The rule is the C library's, which every machine has.
Exits 77, which is "skipped", without NumPy.
SPDX-License-Identifier: LGPL-2.1-or-later
"""
import os
import sys
import warnings

os.environ["NPY_DISABLE_CPU_FEATURES"] = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL"
warnings.simplefilter("ignore")

try:
    import numpy as np
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

# All that planes are made of.
TYPES = ["u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8", "f4", "f8"]
