/* The inner loops, compiled once for each instruction set: vectors are GNU C's own, as wide as the
 * machine's registers
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "kernels.h"

#include <math.h>
#include <string.h>

#ifdef __SSE2__
#include <immintrin.h>
#endif

/* Pixels whose sums are worked out together: enough to amortise the walk along the taps, few enough
 * to stay near. */
#define BLOCK 64
#define SMALL_BLOCK 16

#define INLINE static inline __attribute__ ((always_inline))

/* In rough sums only: one rounding is never worse than two. */
#ifdef __FMA__
#define ROUGH_ADD_PRODUCT(sum, a, b) __builtin_fmaf (a, b, sum)
#else
#define ROUGH_ADD_PRODUCT(sum, a, b) ((sum) + (a) * (b))
#endif

/* The sign bits of 64 bytes that are 0 or -1. */
INLINE guint64
gather_signs (const gint8 *bytes)
{
  guint64 bits = 0;

#ifdef __SSE2__
  for (gsize i = 0; i < 4; i++)
    {
      __m128i sixteen = _mm_loadu_si128 ((const __m128i *)(const void *)(bytes + 16 * i));

      bits |= (guint64)(guint)_mm_movemask_epi8 (sixteen) << (16 * i);
    }
#else
  for (guint i = 0; i < 64; i++)
    bits |= (guint64)(bytes[i] & 1) << i;
#endif
  return bits;
}

/* How x86-64 casts a double that its integers cannot hold, which C leaves open and 64-bit planes
 * near their type's end need: gcc's sequence, of which SciPy is compiled. */
INLINE guint64
double_to_u64 (gdouble value)
{
  return value < 0x1p64 ? (guint64)value : 0;
}

INLINE gint64
double_to_i64 (gdouble value)
{
  return value >= -0x1p63 && value < 0x1p63 ? (gint64)value : G_MININT64;
}

/* Adds what does not depend on the pixels of a @run of row @y. */
INLINE void
add_places (IdrSmallSums *sums, IdrRun run, gint64 y)
{
  const gint64 n = run.x1 - run.x0, s = (gint64)run.x0 + run.x1 - 1;

  if (sums->area == 0)
    sums->y0 = (gint32)y;
  sums->area += n;
  sums->twice_x += n * s;
  sums->y += n * y;
  sums->twelve_xx += (3 * s * s + n * n - 1) * n;
  sums->twice_xy += n * s * y;
  sums->yy += n * y * y;
  sums->x0 = MIN (sums->x0, run.x0);
  sums->x1 = MAX (sums->x1, run.x1);
  sums->y1 = (gint32)y + 1;
}

#ifdef __AVX2__
#include "kernels-words.h"
#endif

/* Small integers are added in pairs as integers, which is as exact as in doubles and converts half
 * as much. */
#define TYPE guint8
#define NAME u8
#define WIDE gfloat
#define ROUGH
#define WHOLE guint32
#define SQUARES guint64
#define BIAS 0
#include "kernels-type.h"

#define TYPE gint8
#define NAME i8
#define WIDE gfloat
#define WHOLE gint32
#define SQUARES guint64
#define BIAS 0
#include "kernels-type.h"

#define TYPE guint16
#define NAME u16
#define WIDE gfloat
#define ROUGH
#define WHOLE guint32
#define SQUARES guint64
#define BIAS 32768
#include "kernels-type.h"

#define TYPE gint16
#define NAME i16
#define WIDE gfloat
#define WHOLE gint32
#define SQUARES guint64
#define BIAS 0
#include "kernels-type.h"

#define TYPE guint32
#define NAME u32
#define WIDE gdouble
#define WHOLE guint64
#define SQUARES IdrInt128
#include "kernels-type.h"

#define TYPE gint32
#define NAME i32
#define WIDE gdouble
#define WHOLE gint64
#define SQUARES IdrInt128
#include "kernels-type.h"

#define TYPE guint64
#define NAME u64
#define WIDE gdouble
#define WHOLE IdrInt128
#define FROM_DOUBLE double_to_u64
#include "kernels-type.h"

#define TYPE gint64
#define NAME i64
#define WIDE gdouble
#define WHOLE IdrInt128
#define FROM_DOUBLE double_to_i64
#include "kernels-type.h"

#define TYPE gfloat
#define NAME f32
#define WIDE gdouble
#define REAL gdouble
#include "kernels-type.h"

#define TYPE gdouble
#define NAME f64
#define WIDE gdouble
#define REAL long double
#include "kernels-type.h"

#define GLUE_(a, b) a##_##b
#define GLUE(a, b) GLUE_ (a, b)
#ifdef __SSE2__
#define COARSE(name) &GLUE (idr_coarse_kernels_##name, IDR_ISA)
#else
#define COARSE(name) NULL
#endif
#define KERNELS(name, wide, runs, bias, coarse)                                                    \
  {                                                                                                \
    sizeof (wide), widen_##name, down_##name, along_##name, maximum_##name, least_above_##name,    \
        at_least_##name, tally_##name, runs, bias, coarse                                          \
  }

/* In the order of IdrPixel. */
const IdrKernels GLUE (idr_kernels, IDR_ISA)[IDR_N_PIXELS]
    = { KERNELS (u8, gfloat, add_small_runs_u8, 0, COARSE (u8)),
        KERNELS (i8, gfloat, add_small_runs_i8, 0, NULL),
        KERNELS (u16, gfloat, add_small_runs_u16, 32768, COARSE (u16)),
        KERNELS (i16, gfloat, add_small_runs_i16, 0, NULL),
        KERNELS (u32, gdouble, NULL, 0, NULL),
        KERNELS (i32, gdouble, NULL, 0, NULL),
        KERNELS (u64, gdouble, NULL, 0, NULL),
        KERNELS (i64, gdouble, NULL, 0, NULL),
        KERNELS (f32, gdouble, NULL, 0, NULL),
        KERNELS (f64, gdouble, NULL, 0, NULL) };
