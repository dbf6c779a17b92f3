/* What 16 pixels of at most 16 bits tell, in one vector: part of kernels-isa.c, for AVX2
 *
 * Most runs of objects are shorter than that, and of all lengths: a loop over their pixels would
 * cost more to leave than to run.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define WORDS 16

typedef gint16 Words __attribute__ ((vector_size (2 * WORDS)));

/* Of unsigned numbers. */
INLINE guint
find_least_word (__m256i words)
{
  const __m128i eight
      = _mm_min_epu16 (_mm256_castsi256_si128 (words), _mm256_extracti128_si256 (words, 1));

  return (guint)_mm_cvtsi128_si32 (_mm_minpos_epu16 (eight)) & G_MAXUINT16;
}

/* The sum of the words, and that of each times its place. */
INLINE void
sum_words (__m256i words, __m256i places, IdrSmallTally *tally)
{
  const __m256i sums = _mm256_madd_epi16 (words, _mm256_set1_epi16 (1));
  const __m256i both = _mm256_hadd_epi32 (sums, _mm256_madd_epi16 (words, places));
  const __m128i four
      = _mm_add_epi32 (_mm256_castsi256_si128 (both), _mm256_extracti128_si256 (both, 1));
  const __m128i two = _mm_hadd_epi32 (four, four);

  tally->sum = _mm_cvtsi128_si32 (two);
  tally->moment = _mm_extract_epi32 (two, 1);
}

/* Two squares add up to at most 2^31, which is no signed number. */
INLINE gint64
sum_squares (__m256i words)
{
  const __m256i squares = _mm256_madd_epi16 (words, words);
  const __m256i four = _mm256_add_epi64 (
      _mm256_blend_epi16 (squares, _mm256_setzero_si256 (), 0xcc), _mm256_srli_epi64 (squares, 32));
  const __m128i two
      = _mm_add_epi64 (_mm256_castsi256_si128 (four), _mm256_extracti128_si256 (four, 1));

  return _mm_cvtsi128_si64 (two) + _mm_extract_epi64 (two, 1);
}

/* Of those words from @from up to but not including @to; the first word's place is @place. */
INLINE IdrSmallTally
tally_words (Words words, gint from, gint to, gint64 place)
{
  const __m256i all = (__m256i)words, ones = _mm256_set1_epi16 (-1);
  const __m256i places = _mm256_setr_epi16 (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  const __m256i before = _mm256_cmpgt_epi16 (_mm256_set1_epi16 ((gint16)from), places);
  const __m256i inside
      = _mm256_andnot_si256 (before, _mm256_cmpgt_epi16 (_mm256_set1_epi16 ((gint16)to), places));
  const __m256i own = _mm256_and_si256 (all, inside);
  const __m256i ordered = _mm256_xor_si256 (all, _mm256_set1_epi16 (G_MININT16));
  const __m256i least = _mm256_or_si256 (ordered, _mm256_xor_si256 (inside, ones));
  const __m256i most = _mm256_xor_si256 (_mm256_and_si256 (ordered, inside), ones);
  IdrSmallTally tally;

  sum_words (own, places, &tally);
  tally.squares = sum_squares (own);
  tally.moment += tally.sum * place;
  tally.min = (gint32)find_least_word (least) + G_MININT16;
  tally.max = G_MAXINT16 - (gint32)find_least_word (most);
  return tally;
}
