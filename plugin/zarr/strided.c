/* Samples copied between two layouts of the same rectangle
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "strided.h"

#include <string.h>

typedef struct
{
  gint64 size, from, to; /* strides in bytes */
} Dim;

typedef struct
{
  gint n;
  Dim dims[IDR_STRIDED_MAX_DIMS];
  gsize run; /* bytes that lie together in both layouts */
} Copy;

/* The destination's largest stride comes first, so that it is written in its order. */
static void
insert (Copy *copy, Dim dim)
{
  gint i = copy->n++;

  for (; i > 0 && ABS (copy->dims[i - 1].to) < ABS (dim.to); i--)
    copy->dims[i] = copy->dims[i - 1];
  copy->dims[i] = dim;
}

/* Makes one dimension of each two that follow each other without a gap in both layouts. */
static void
merge (Copy *copy)
{
  gint n = 0;

  for (gint i = 1; i < copy->n; i++)
    {
      Dim *outer = &copy->dims[n], *inner = &copy->dims[i];

      if (outer->from == inner->size * inner->from && outer->to == inner->size * inner->to)
        {
          inner->size *= outer->size;
          *outer = *inner;
        }
      else
        copy->dims[++n] = *inner;
    }
  copy->n = MIN (copy->n, n + 1);
}

#define ROW(sample)                                                                                \
  for (gint64 i = 0; i < dim->size; i++)                                                           \
  memcpy (to + i * dim->to, from + i * dim->from, sample)

static void
copy_row (gsize sample, const Dim *dim, const guint8 *from, guint8 *to)
{
  switch (sample)
    {
    case 1:
      ROW (1);
      break;
    case 2:
      ROW (2);
      break;
    case 4:
      ROW (4);
      break;
    case 8:
      ROW (8);
      break;
    default:
      ROW (sample);
    }
}

static void
copy_from (const Copy *copy, gint d, const guint8 *from, guint8 *to)
{
  const Dim *dim = &copy->dims[d];

  if (d == copy->n)
    memcpy (to, from, copy->run);
  else if (d == copy->n - 1)
    copy_row (copy->run, dim, from, to);
  else
    for (gint64 i = 0; i < dim->size; i++)
      copy_from (copy, d + 1, from + i * dim->from, to + i * dim->to);
}

void
idr_strided_copy (gint n_dims, const gint64 *size, gsize sample, gconstpointer from,
                  const gint64 *from_strides, gpointer to, const gint64 *to_strides)
{
  Copy copy = { .run = sample };

  for (gint d = 0; d < n_dims; d++)
    {
      if (size[d] == 0)
        return;
      if (size[d] > 1)
        insert (&copy, (Dim){ size[d], from_strides[d], to_strides[d] });
    }
  merge (&copy);
  if (copy.n > 0)
    {
      const Dim *last = &copy.dims[copy.n - 1];

      if (last->from == (gint64)sample && last->to == (gint64)sample)
        {
          copy.run *= last->size;
          copy.n--;
        }
    }
  copy_from (&copy, 0, from, to);
}
