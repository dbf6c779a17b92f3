/* Which inner loops this machine can run
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "kernels.h"

IdrIsa
idr_isa_get_best (void)
{
#ifdef IDR_HAVE_X86
  if (!__builtin_cpu_supports ("avx2") || !__builtin_cpu_supports ("fma")
      || !__builtin_cpu_supports ("bmi") || !__builtin_cpu_supports ("bmi2"))
    return IDR_ISA_PLAIN;
  if (__builtin_cpu_supports ("avx512f") && __builtin_cpu_supports ("avx512bw")
      && __builtin_cpu_supports ("avx512vl") && __builtin_cpu_supports ("avx512dq")
      && __builtin_cpu_supports ("avx512vnni"))
    return IDR_ISA_AVX512;
  return IDR_ISA_AVX2;
#else
  return IDR_ISA_PLAIN;
#endif
}

const IdrKernels *
idr_kernels_get (IdrIsa isa, IdrPixel pixel)
{
  g_return_val_if_fail (isa <= idr_isa_get_best (), NULL);

#ifdef IDR_HAVE_X86
  if (isa == IDR_ISA_AVX512)
    return &idr_kernels_avx512[pixel];
  if (isa == IDR_ISA_AVX2)
    return &idr_kernels_avx2[pixel];
#endif
  return &idr_kernels_plain[pixel];
}
