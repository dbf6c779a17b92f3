/* Basins flooded from markers
 *
 * What comes first when two markers' pixels are equally high is left to the heap, here as in
 * scikit-image: a binary one, where what is not smaller does not move.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "watershed.h"

/* Pixels that are gone on from between two looks at who waits. */
#define WATCHED (IDR_WATCH_STEP / 8)

static gboolean
is_before (const IdrFront *a, const IdrFront *b)
{
  return a->square != b->square ? a->square > b->square : a->age < b->age;
}

static void
swap (IdrFront *a, IdrFront *b)
{
  const IdrFront kept = *a;

  *a = *b;
  *b = kept;
}

static void
push (IdrFront *heap, gsize n, IdrFront front)
{
  gsize child = n;

  heap[child] = front;
  while (child > 0 && is_before (&heap[child], &heap[(child - 1) / 2]))
    {
      swap (&heap[child], &heap[(child - 1) / 2]);
      child = (child - 1) / 2;
    }
}

/* Takes the first out of @n of them. */
static IdrFront
pop (IdrFront *heap, gsize n)
{
  const IdrFront first = heap[0];
  gsize parent = 0;

  heap[0] = heap[--n];
  for (;;)
    {
      const gsize left = 2 * parent + 1, right = left + 1;
      gsize least = parent;

      if (left < n && is_before (&heap[left], &heap[least]))
        least = left;
      if (right < n && is_before (&heap[right], &heap[least]))
        least = right;
      if (least == parent)
        return first;
      swap (&heap[parent], &heap[least]);
      parent = least;
    }
}

gboolean
idr_watershed (const IdrLattice *lattice, const guint32 *squares, gint32 *parts, IdrFront *fronts,
               const IdrWatch *watch)
{
  gsize n = 0, n_done = 0;
  guint32 age = 0;

  for (gsize i = 0; i < lattice->n; i++)
    if (parts[i] != 0)
      push (fronts, n++, (IdrFront){ squares[i], 0, i });
  while (n > 0)
    {
      const IdrFront front = pop (fronts, n--);

      if (++n_done % WATCHED == 0 && !idr_watch_go_on (watch, 0))
        return FALSE;
      for (guint i = 0; i < lattice->n_neighbours; i++)
        {
          const gsize next = front.at + lattice->neighbours[i];

          if (squares[next] == 0 || parts[next] != 0)
            continue;
          parts[next] = parts[front.at];
          push (fronts, n++, (IdrFront){ squares[next], ++age, next });
        }
    }
  return TRUE;
}
