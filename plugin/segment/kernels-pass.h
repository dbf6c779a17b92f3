/* One pass of the filter over pixels NAME, called PASS, of which OUT comes out; included by
 * kernels-type.h
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define PASS_FUNCTION(name) FUNCTION (GLUE (PASS, name))

/* @n <= BLOCK pixels from @start on. */
INLINE void
PASS_FUNCTION (exactly) (const IdrFilter *filter, const gint64 radius, const gconstpointer *taps,
                         OUT *restrict out, gsize start, const gsize n)
{
  gdouble sums[BLOCK];

  FUNCTION (sum_exactly) (sums, filter->weights, radius, taps, start, n);
  for (gsize i = 0; i < n; i++)
    out[start + i] = (OUT)FROM_DOUBLE (sums[i]);
}

#ifdef ROUGH
/* Whether any of @n sums is so near to a whole number that the exact one may lie on its other side;
 * @out: the whole part. */
INLINE gboolean
PASS_FUNCTION (cut) (const IdrFilter *filter, const gfloat *restrict sums, OUT *restrict out,
                     const gsize n)
{
  const gfloat below = filter->below, above = filter->above;
  gint32 differ = 0;

  for (gsize i = 0; i < n; i++)
    {
      gint32 least = (gint32)(sums[i] * below), most = (gint32)(sums[i] * above);

      differ |= least ^ most;
      out[i] = (OUT)least;
    }
  return differ != 0;
}

INLINE void
PASS_FUNCTION (block) (const IdrFilter *filter, const gint64 radius, const gconstpointer *taps,
                       OUT *restrict out, gsize start, const gsize n)
{
  gfloat sums[BLOCK];

  if (filter->rough == NULL)
    {
      PASS_FUNCTION (exactly) (filter, radius, taps, out, start, n);
      return;
    }
  FUNCTION (sum_roughly) (sums, filter->rough, radius, taps, start, n);
  if (!PASS_FUNCTION (cut) (filter, sums, out + start, n))
    return;
  for (gsize i = 0; i < n; i += SMALL_BLOCK)
    if (PASS_FUNCTION (cut) (filter, sums + i, out + start + i, SMALL_BLOCK))
      PASS_FUNCTION (exactly) (filter, radius, taps, out, start + i, SMALL_BLOCK);
}
#else
INLINE void
PASS_FUNCTION (block) (const IdrFilter *filter, const gint64 radius, const gconstpointer *taps,
                       OUT *restrict out, gsize start, const gsize n)
{
  PASS_FUNCTION (exactly) (filter, radius, taps, out, start, n);
}
#endif

INLINE void
PASS_FUNCTION (row) (const IdrFilter *filter, const gint64 radius, const gconstpointer *taps,
                     OUT *restrict out, gsize n)
{
  gsize i = 0;

  for (; i + BLOCK <= n; i += BLOCK)
    PASS_FUNCTION (block) (filter, radius, taps, out, i, BLOCK);
  for (; i + SMALL_BLOCK <= n; i += SMALL_BLOCK)
    PASS_FUNCTION (block) (filter, radius, taps, out, i, SMALL_BLOCK);
  /* What is left is done together with some of what is done already. */
  if (i < n && n >= SMALL_BLOCK)
    PASS_FUNCTION (block) (filter, radius, taps, out, n - SMALL_BLOCK, SMALL_BLOCK);
  else
    for (; i < n; i++)
      PASS_FUNCTION (exactly) (filter, radius, taps, out, i, 1);
}

/* The radius of sigma 1, which nearly everybody takes, as a constant: the walk along the taps
 * unrolls. */
static void
FUNCTION (PASS) (const IdrFilter *filter, const gconstpointer *taps, gpointer out, gsize n)
{
  if (filter->radius == 4)
    PASS_FUNCTION (row) (filter, 4, taps, out, n);
  else
    PASS_FUNCTION (row) (filter, filter->radius, taps, out, n);
}

#undef PASS_FUNCTION
#undef PASS
#undef OUT
