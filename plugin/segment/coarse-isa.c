/* The inner loops of coarse smoothing, compiled once for each instruction set
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "coarse.h"

#include <string.h>

#ifdef __SSE2__
#include <immintrin.h>

#define INLINE static inline __attribute__ ((always_inline))

#if defined __AVX512BW__
typedef __m512i Vector;
#define V(operation) _mm512_##operation
#elif defined __AVX2__
typedef __m256i Vector;
#define V(operation) _mm256_##operation
#else
typedef __m128i Vector;
#define V(operation) _mm_##operation
#endif

/* Pixels in a vector. */
#define BLOCK (sizeof (Vector) / sizeof (gint16))

typedef guint8 Bytes __attribute__ ((vector_size (BLOCK)));
typedef guint16 Words __attribute__ ((vector_size (2 * BLOCK)));

INLINE Vector
load (gconstpointer from)
{
  Vector vector;

  memcpy (&vector, from, sizeof vector);
  return vector;
}

INLINE void
store (gpointer to, Vector vector)
{
  memcpy (to, &vector, sizeof vector);
}

/* sum + the products of 16-bit numbers, two by two */
INLINE Vector
add_products (Vector sum, Vector a, Vector b)
{
#if defined __AVX512BW__ && defined __AVX512VNNI__
  return _mm512_dpwssd_epi32 (sum, a, b);
#else
  return V (add_epi32) (sum, V (madd_epi16) (a, b));
#endif
}

/* --- Pairs of rows --------------------------------------------------------------------
 *
 * A block of columns after the other; the last one is where it ends with the row. */

#define GET_START(block, n) MIN ((block)*BLOCK, (n)-BLOCK)

INLINE Vector
load_u8 (gconstpointer row, gsize start, __m128i shift)
{
  Bytes bytes;

  memcpy (&bytes, (const guint8 *)row + start, sizeof bytes);
  return V (sll_epi16) ((Vector) __builtin_convertvector(bytes, Words), shift);
}

INLINE Vector
load_u16 (gconstpointer row, gsize start, __m128i shift)
{
  return V (sll_epi16) (load ((const guint16 *)row + start), shift);
}

#define DEFINE_PAIR(type)                                                                          \
  static void pair_##type (gconstpointer first, gconstpointer second, gsize n, guint shift,        \
                           gint16 *out)                                                            \
  {                                                                                                \
    const Vector sign = V (set1_epi16) (G_MININT16);                                               \
    const __m128i count = _mm_cvtsi32_si128 ((gint)shift);                                         \
                                                                                                   \
    for (gsize block = 0; block * BLOCK < n; block++)                                              \
      {                                                                                            \
        const gsize start = GET_START (block, n);                                                  \
        const Vector a = load_##type (first, start, count) ^ sign;                                 \
        const Vector b = load_##type (second, start, count) ^ sign;                                \
                                                                                                   \
        store (out + 2 * BLOCK * block, V (unpacklo_epi16) (a, b));                                \
        store (out + 2 * BLOCK * block + BLOCK, V (unpackhi_epi16) (a, b));                        \
      }                                                                                            \
  }

DEFINE_PAIR (u8)
DEFINE_PAIR (u16)

/* --- Sums ------------------------------------------------------------------------------- */

/* The radius of sigma 1, which nearly everybody takes: its weights stay in registers. */
#define USUAL 4

typedef struct
{
  Vector first[USUAL + 1], second[USUAL + 1];
} Weights;

INLINE Weights
load_weights (const IdrCoarseFilter *filter, const gboolean is_usual)
{
  Weights weights = { { { 0 } }, { { 0 } } };

  for (gsize j = 0; is_usual && j <= USUAL; j++)
    {
      weights.first[j] = V (set1_epi32) (filter->first[j]);
      weights.second[j] = V (set1_epi32) (filter->second[j]);
    }
  return weights;
}

#define GET_WEIGHT(which, j) (is_usual ? weights.which[j] : V (set1_epi32) (filter->which[j]))

INLINE void
down_rows (const IdrCoarseFilter *filter, const gint16 *const *pairs, gsize n, gint16 *first,
           gint16 *second, const gboolean is_usual)
{
  const gint64 radius = is_usual ? USUAL : filter->radius;
  const Weights weights = load_weights (filter, is_usual);

  for (gsize block = 0; block * BLOCK < n; block++)
    {
      const gsize start = GET_START (block, n);
      Vector a_low = { 0 }, a_high = { 0 }, b_low = { 0 }, b_high = { 0 };

      for (gint64 j = 0; j <= radius; j++)
        {
          const Vector low = load (pairs[j] + 2 * BLOCK * block);
          const Vector high = load (pairs[j] + 2 * BLOCK * block + BLOCK);
          const Vector a = GET_WEIGHT (first, j), b = GET_WEIGHT (second, j);

          a_low = add_products (a_low, low, a);
          a_high = add_products (a_high, high, a);
          b_low = add_products (b_low, low, b);
          b_high = add_products (b_high, high, b);
        }
      store (first + start,
             V (packs_epi32) (V (srai_epi32) (a_low, 16), V (srai_epi32) (a_high, 16)));
      store (second + start,
             V (packs_epi32) (V (srai_epi32) (b_low, 16), V (srai_epi32) (b_high, 16)));
    }
}

static void
down (const IdrCoarseFilter *filter, const gint16 *const *pairs, gsize n, gint16 *first,
      gint16 *second)
{
  if (filter->radius == USUAL)
    down_rows (filter, pairs, n, first, second, TRUE);
  else
    down_rows (filter, pairs, n, first, second, FALSE);
}

INLINE gint16
get_largest (Vector vector)
{
  gint16 lanes[BLOCK], largest = G_MININT16;

  store (lanes, vector);
  for (gsize i = 0; i < BLOCK; i++)
    largest = MAX (largest, lanes[i]);
  return largest;
}

/* Pixels that lie side by side are pairs as they are: every other sum is of the first ones. */
INLINE gint16
along_row (const gint16 *line, gsize n, gint16 *out, const IdrCoarseFilter *filter,
           const Weights weights, const gboolean is_usual)
{
  const gint64 radius = is_usual ? USUAL : filter->radius;
  const Vector upper = V (set1_epi32) ((gint32)0xffff0000);
  Vector max = V (set1_epi16) (G_MININT16);

  for (gsize block = 0; block * BLOCK < n; block++)
    {
      const gsize start = GET_START (block, n);
      const gint16 *from = line + start;
      Vector even = { 0 }, odd = { 0 }, both;

      for (gint64 j = 0; j <= radius; j++)
        {
          const Vector pairs = load (from + 2 * j);

          even = add_products (even, pairs, GET_WEIGHT (first, j));
          odd = add_products (odd, pairs, GET_WEIGHT (second, j));
        }
      both = V (srli_epi32) (even, 16) | (odd & upper);
      max = V (max_epi16) (max, both);
      store (out + start, both);
    }
  return get_largest (max);
}

INLINE void
along_rows (const IdrCoarseFilter *filter, const gint16 *lines, gsize pitch, gsize n, gsize n_rows,
            gint16 *out, gsize stride, gint16 *maxima, const gboolean is_usual)
{
  const Weights weights = load_weights (filter, is_usual);

  for (gsize row = 0; row < n_rows; row++)
    {
      const gint16 max = along_row (lines + row * (pitch / sizeof *lines), n,
                                    out + row * (stride / sizeof *out), filter, weights, is_usual);

      maxima[row] = MAX (maxima[row], max);
    }
}

static void
along (const IdrCoarseFilter *filter, const gint16 *lines, gsize pitch, gsize n, gsize n_rows,
       gint16 *out, gsize stride, gint16 *maxima)
{
  if (filter->radius == USUAL)
    along_rows (filter, lines, pitch, n, n_rows, out, stride, maxima, TRUE);
  else
    along_rows (filter, lines, pitch, n, n_rows, out, stride, maxima, FALSE);
}

/* --- The threshold ------------------------------------------------------------------------ */

/* Which of 32 pixels are less than @limit. Masks of AVX-512 would be shorter, but gcc 12 spills
 * them wrongly. */
INLINE guint32
compare_32 (const gint16 *row, gint16 limit)
{
#ifdef __AVX2__
  const __m256i least = _mm256_set1_epi16 (limit);
  const __m256i a = _mm256_cmpgt_epi16 (least, _mm256_loadu_si256 ((gconstpointer)row));
  const __m256i b = _mm256_cmpgt_epi16 (least, _mm256_loadu_si256 ((gconstpointer)(row + 16)));
  const __m256i both = _mm256_permute4x64_epi64 (_mm256_packs_epi16 (a, b), 0xd8);

  return (guint32)_mm256_movemask_epi8 (both);
#else
  const __m128i least = _mm_set1_epi16 (limit);
  guint32 less = 0;

  for (gsize i = 0; i < 32; i += 16)
    {
      const __m128i a = _mm_cmpgt_epi16 (least, load (row + i));
      const __m128i b = _mm_cmpgt_epi16 (least, load (row + i + 8));

      less |= (guint32)_mm_movemask_epi8 (_mm_packs_epi16 (a, b)) << i;
    }
  return less;
#endif
}

INLINE guint64
compare_64 (const gint16 *row, gint16 limit)
{
  return compare_32 (row, limit) | (guint64)compare_32 (row + 32, limit) << 32;
}

static gboolean
compare (const gint16 *row, gsize n, gint16 lower, gint32 upper, guint64 *restrict maybe,
         guint64 *restrict surely)
{
  const guint64 any = upper <= G_MAXINT16 ? ~(guint64)0 : 0;
  guint64 open = 0;

  for (gsize i = 0; i < n; i += 64)
    {
      const guint64 inside = ~(guint64)0 >> (n - i >= 64 ? 0 : 64 - (n - i));
      const guint64 likely = ~compare_64 (row + i, lower) & inside;
      const guint64 sure = ~compare_64 (row + i, (gint16)upper) & inside & any;

      maybe[i / 64] = likely;
      surely[i / 64] = sure;
      open |= likely ^ sure;
    }
  return open != 0;
}

#define NAME_(type, isa) idr_coarse_kernels_##type##_##isa
#define NAME(type, isa) NAME_ (type, isa)

const IdrCoarseKernels NAME (u8, IDR_ISA) = { BLOCK, pair_u8, down, along, compare };
const IdrCoarseKernels NAME (u16, IDR_ISA) = { BLOCK, pair_u16, down, along, compare };
#endif
