/* Adds what 16 pixels of at most 16 bits tell, in one vector: part of kernels-isa.c, for AVX2
 *
 * Most runs of objects are shorter than that, and of all lengths: a loop over their pixels would
 * cost more to leave than to run. Nothing is added up across a vector before all runs are done.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define WORDS 16

typedef gint16 Words __attribute__ ((vector_size (2 * WORDS)));

/* All bits of the 16 words in the middle. */
static const gint16 window[3 * WORDS] = { [WORDS... 2 * WORDS - 1] = -1 };

INLINE __m256i
load_vector (gconstpointer from)
{
  return _mm256_loadu_si256 (from);
}

INLINE void
add_lanes (gint64 *lanes, __m256i more)
{
  _mm256_storeu_si256 ((gpointer)lanes, _mm256_add_epi64 (load_vector (lanes), more));
}

/* Of each two numbers of 32 bits the sum, in the place of the first. */
INLINE __m256i
add_neighbours (__m256i numbers)
{
  return _mm256_add_epi32 (numbers, _mm256_srli_epi64 (numbers, 32));
}

/* Two squares add up to at most 2^31, which is no signed number. */
INLINE __m256i
sum_squares (__m256i words)
{
  const __m256i squares = _mm256_madd_epi16 (words, words);

  return _mm256_add_epi64 (_mm256_blend_epi16 (squares, _mm256_setzero_si256 (), 0xcc),
                           _mm256_srli_epi64 (squares, 32));
}

/* Adds those words from @from up to but not including @to; the first word's place is @x, @y. */
INLINE void
add_words (IdrSmallSums *sums, Words words, gint from, gint to, gint32 x, gint32 y)
{
  const __m256i places = _mm256_setr_epi16 (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m256i ones = _mm256_set1_epi32 (1);
  const __m256i inside = _mm256_and_si256 (load_vector (window + WORDS - from),
                                           load_vector (window + (gsize)2 * WORDS - to));
  const __m256i own = _mm256_and_si256 ((__m256i)words, inside);
  const __m256i most
      = _mm256_or_si256 (own, _mm256_andnot_si256 (inside, _mm256_set1_epi16 (G_MININT16)));
  const __m256i least
      = _mm256_or_si256 (own, _mm256_andnot_si256 (inside, _mm256_set1_epi16 (G_MAXINT16)));
  const __m256i values = add_neighbours (_mm256_madd_epi16 (own, _mm256_set1_epi16 (1)));
  const __m256i moments = add_neighbours (_mm256_madd_epi16 (own, places));

  add_lanes (sums->sum, _mm256_mul_epi32 (values, ones));
  add_lanes (sums->squares, sum_squares (own));
  add_lanes (sums->sum_x, _mm256_add_epi64 (_mm256_mul_epi32 (values, _mm256_set1_epi32 (x)),
                                            _mm256_mul_epi32 (moments, ones)));
  add_lanes (sums->sum_y, _mm256_mul_epi32 (values, _mm256_set1_epi32 (y)));
  _mm256_storeu_si256 ((gpointer)sums->min, _mm256_min_epi16 (load_vector (sums->min), least));
  _mm256_storeu_si256 ((gpointer)sums->max, _mm256_max_epi16 (load_vector (sums->max), most));
}
