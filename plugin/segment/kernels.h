/* What the inner loops are: for each pixel type and each instruction set the same few, with the
 * same bits
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "pixel.h"
#include "runs.h"
#include "segment.h"

#include <string.h>

#define IDR_N_PIXELS (IDR_PIXEL_F64 + 1)

__extension__ typedef __int128 IdrInt128;

/* --- Instruction sets, each including those before it ------------------------- */

typedef enum
{
  IDR_ISA_PLAIN, /* whatever the compiler takes for granted: SSE2 on x86-64 */
  IDR_ISA_AVX2,
  IDR_ISA_AVX512
} IdrIsa;

#define IDR_N_ISAS (IDR_ISA_AVX512 + 1)

/* The best that this machine has. */
IdrIsa idr_isa_get_best (void);

/* --- One symmetric filter, and its quick approximation -------------------------- */

typedef struct
{
  gint64 radius;
  const gdouble *weights; /* of the centre, then outward: radius + 1 of them */

  /* For unsigned pixels of at most 16 bits: the weights as floats, and the factors that bring a sum
   * of floats surely below and above the sum of doubles. NULL when the radius is too large for the
   * two to meet often. */
  const gfloat *rough;
  gfloat below, above;
} IdrFilter;

/* --- A pixel's value as its own type ----------------------------------------------- */

typedef union
{
  guint8 u8;
  gint8 i8;
  guint16 u16;
  gint16 i16;
  guint32 u32;
  gint32 i32;
  guint64 u64;
  gint64 i64;
  gfloat f32;
  gdouble f64;
} IdrValue;

/* --- What the pixels of a run tell -------------------------------------------------- */

/* A sum of integers, exactly; or of floats, or what 128 bits do not hold, as a long double. That is
 * kept in the same bytes, but not in a union: gcc 12 copies such a one as a long double, which has
 * only ten of them. */
typedef struct
{
  IdrInt128 whole;
} IdrTotal;

G_STATIC_ASSERT (sizeof (long double) <= sizeof (IdrTotal));

static inline long double
idr_total_get_real (const IdrTotal *total)
{
  long double real;

  memcpy (&real, total, sizeof real);
  return real;
}

static inline void
idr_total_set_real (IdrTotal *total, long double real)
{
  memcpy (total, &real, sizeof real);
}

typedef struct
{
  IdrTotal sum;     /* whole for integers */
  IdrTotal moment;  /* each value times its pixel's place, 0 for the first; whole for integers */
  IdrTotal spread;  /* of integers of at most 32 bits: the squares' sum, whole; of all others: that
                     * of  the squares of what is between a value and the mean */
  gdouble min, max; /* NaN if one is */
} IdrTally;

/* What runs of pixels of at most 16 bits tell, as 64 bits hold it: of values less a bias. What
 * comes of values lies in lanes, for vectors: added up, or the least and the largest of them, they
 * count. Of a run from x0 to x1 with s = x0 + x1 - 1 and n pixels, twice the sum of x is n s, and
 * twelve times that of x * x is n (3 s s + n n - 1). */
typedef struct
{
  gint64 sum[4], squares[4];
  gint64 sum_x[4], sum_y[4]; /* of values times places */
  gint16 min[16], max[16];
  gint64 area; /* 0: empty */
  gint64 twice_x, y, twelve_xx, twice_xy, yy;
  gint32 x0, y0, x1, y1;
} IdrSmallSums;

/* --- Coarse smoothing, in 16-bit numbers: coarse.h says how ------------------------- */

typedef struct _IdrCoarseFilter IdrCoarseFilter;

typedef struct
{
  gsize block; /* pixels that are worked out together: a row has no fewer */

  /* Two rows of @n pixels, shifted left and less 32768, in pairs one above the other, in the order
   * that suits down(); @out has room for whole blocks. */
  void (*pair) (gconstpointer first, gconstpointer second, gsize n, guint shift, gint16 *out);

  /* Sums down radius + 1 such rows to two rows. */
  void (*down) (const IdrCoarseFilter *filter, const gint16 *const *pairs, gsize n, gint16 *first,
                gint16 *second);

  /* Sums along @n_rows lines of @n + 2 * radius, @pitch bytes apart, to rows @stride bytes apart;
   * each one's of @maxima is raised to what is larger. */
  void (*along) (const IdrCoarseFilter *filter, const gint16 *lines, gsize pitch, gsize n,
                 gsize n_rows, gint16 *out, gsize stride, gint16 *maxima);

  /* Bit i of @maybe and @surely: is row[i] >= @lower, and >= @upper? The last words are filled up
   * with zeros; the row may be read up to its end. Returns whether the two differ. */
  gboolean (*compare) (const gint16 *row, gsize n, gint16 lower, gint32 upper, guint64 *maybe,
                       guint64 *surely);
} IdrCoarseKernels;

/* --- The loops --------------------------------------------------------------------- */

typedef struct
{
  gsize wide_size; /* bytes of a widened pixel: a float or a double */

  /* Converts a row of @n pixels into numbers that the passes add. */
  void (*widen) (gconstpointer pixels, gsize n, gpointer out);

  /* out[i] = centre + (taps[0][i] + taps[2 * radius][i]) * weights[radius] + …, in SciPy's order
   * (see gaussian.h) and cut to the type: down the columns to a row that is wide again, and along
   * that row to pixels. @out overlaps none of @taps. */
  void (*down) (const IdrFilter *filter, const gconstpointer *taps, gpointer out, gsize n);
  void (*along) (const IdrFilter *filter, const gconstpointer *taps, gpointer out, gsize n);

  /* The largest of @n > 0 pixels; NaN if one is NaN. */
  gdouble (*maximum) (gconstpointer pixels, gsize n);

  /* The least value of the type that is above @threshold, as NumPy 1.24 compares an array with a
   * number. FALSE: none is. */
  gboolean (*least_above) (gdouble threshold, IdrValue *least);

  /* Bit i of @bits: is pixels[i] >= @least? The last word is filled up with zeros. */
  void (*at_least) (gconstpointer pixels, gsize n, const IdrValue *least, guint64 *bits);

  /* Sets @tally to what @n > 0 pixels tell. */
  void (*tally) (gconstpointer pixels, gsize n, IdrTally *tally);

  /* Adds all @runs, of @raster's rows, to what their labels have: @raster's first pixel is column
   * @x of row @y, and @bias is taken off each pixel. NULL: pixels have more than 16 bits. */
  void (*add_small_runs) (const IdrRuns *runs, const IdrRaster *raster, gint64 x, gint64 y,
                          IdrSmallSums *sums);
  gint32 bias;

  const IdrCoarseKernels *coarse; /* NULL: there is none for this type */
} IdrKernels;

/* NumPy's maximum of two: NaN once there is one. */
static inline gdouble
idr_maximum (gdouble a, gdouble b)
{
  return a > b || a != a ? a : b;
}

/* Likewise the minimum. */
static inline gdouble
idr_minimum (gdouble a, gdouble b)
{
  return a < b || a != a ? a : b;
}

/* Those for pixels of one type, which need @isa: at most idr_isa_get_best(). */
const IdrKernels *idr_kernels_get (IdrIsa isa, IdrPixel pixel);

/* The tables behind it, each compiled for its own instruction set. */
extern const IdrCoarseKernels idr_coarse_kernels_u8_plain, idr_coarse_kernels_u16_plain;
extern const IdrCoarseKernels idr_coarse_kernels_u8_avx2, idr_coarse_kernels_u16_avx2;
extern const IdrCoarseKernels idr_coarse_kernels_u8_avx512, idr_coarse_kernels_u16_avx512;
extern const IdrKernels idr_kernels_plain[IDR_N_PIXELS];
extern const IdrKernels idr_kernels_avx2[IDR_N_PIXELS];
extern const IdrKernels idr_kernels_avx512[IDR_N_PIXELS];
