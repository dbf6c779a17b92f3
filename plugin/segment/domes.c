/* Where the distance to the background has its summits
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "domes.h"

#include <math.h>
#include <string.h>

#define HEIGHT 0.75

/* Pixels of the object only: what is around it is lower than all of it, also when lowered. */

/* Whether to stop, asked now and then. */
static gboolean
is_unwanted (const IdrWatch *watch, gsize i)
{
  return i % IDR_WATCH_STEP == 0 && !idr_watch_go_on (watch, 0);
}

/* What a pixel's neighbours on one side lift it to. */
static gdouble
lift (const IdrLattice *lattice, const gdouble *domes, gsize at, gdouble ceiling, gboolean forward)
{
  gdouble highest = domes[at];

  for (guint i = 0; i < lattice->n_neighbours; i++)
    if ((lattice->neighbours[i] < 0) == forward)
      highest = MAX (highest, domes[at + lattice->neighbours[i]]);
  return MIN (highest, ceiling);
}

/* Whether a neighbour may yet be lifted by the pixel. */
static gboolean
may_spread (const IdrLattice *lattice, const guint32 *squares, const gdouble *domes, gsize at)
{
  for (guint i = 0; i < lattice->n_neighbours; i++)
    {
      const gsize next = at + lattice->neighbours[i];

      if (squares[next] != 0 && domes[next] < domes[at] && domes[next] < sqrt (squares[next]))
        return TRUE;
    }
  return FALSE;
}

/* Pixels that may yet lift others, each once at most: a ring. */
typedef struct
{
  gsize *places;
  gint32 *is_there; /* by pixel */
  gsize head, tail, n, size;
} Queue;

static void
push (Queue *queue, gsize at)
{
  queue->tail = queue->tail < queue->size ? queue->tail : 0;
  queue->places[queue->tail++] = at;
  queue->is_there[at] = 1;
  queue->n++;
}

static gsize
pop (Queue *queue)
{
  const gsize at = queue->places[queue->head];

  queue->head = queue->head + 1 < queue->size ? queue->head + 1 : 0;
  queue->is_there[at] = 0;
  queue->n--;
  return at;
}

/* Lifts the lowered distances to what reaches them from higher ones, never above themselves: first
 * to and fro over the lattice. FALSE: stopped. */
static gboolean
sweep (const IdrLattice *lattice, const guint32 *squares, gdouble *domes, Queue *queue,
       const IdrWatch *watch)
{
  for (gsize i = 0; i < lattice->n; i++)
    {
      if (is_unwanted (watch, i))
        return FALSE;
      if (squares[i] != 0)
        domes[i] = lift (lattice, domes, i, sqrt (squares[i]), TRUE);
    }
  for (gsize i = lattice->n; i-- > 0;)
    {
      if (is_unwanted (watch, i))
        return FALSE;
      if (squares[i] == 0)
        continue;
      domes[i] = lift (lattice, domes, i, sqrt (squares[i]), FALSE);
      if (may_spread (lattice, squares, domes, i))
        push (queue, i);
    }
  return TRUE;
}

/* And then from pixel to pixel. */
static gboolean
spread (const IdrLattice *lattice, const guint32 *squares, gdouble *domes, Queue *queue,
        const IdrWatch *watch)
{
  for (gsize n_done = 0; queue->n > 0; n_done++)
    {
      const gsize at = pop (queue);

      if (is_unwanted (watch, n_done))
        return FALSE;
      for (guint i = 0; i < lattice->n_neighbours; i++)
        {
          const gsize next = at + lattice->neighbours[i];
          const gdouble lifted = MIN (domes[at], sqrt (squares[next]));

          if (squares[next] == 0 || domes[next] >= lifted)
            continue;
          domes[next] = lifted;
          if (!queue->is_there[next])
            push (queue, next);
        }
    }
  return TRUE;
}

/* Gives the plateau that @first lies on to @marker, or to 0 when something next to it is higher.
 * Returns whether it is a summit. */
static gboolean
mark_plateau (const IdrLattice *lattice, const gdouble *domes, gsize first, gint32 marker,
              gsize *queue, gint32 *markers)
{
  gboolean is_summit = TRUE;
  gsize n = 0;

  queue[n++] = first;
  markers[first] = marker;
  for (gsize done = 0; done < n; done++)
    for (guint i = 0; i < lattice->n_neighbours; i++)
      {
        const gsize next = queue[done] + lattice->neighbours[i];

        if (domes[next] > domes[first])
          is_summit = FALSE;
        else if (domes[next] == domes[first] && markers[next] < 0)
          {
            markers[next] = marker;
            queue[n++] = next;
          }
      }
  for (gsize i = 0; !is_summit && i < n; i++)
    markers[queue[i]] = 0;
  return is_summit;
}

gint32
idr_find_domes (const IdrLattice *lattice, const guint32 *squares, gdouble *domes, gsize *queue,
                gint32 *markers, const IdrWatch *watch)
{
  Queue raised = { .places = queue, .is_there = markers, .size = lattice->n };
  gint32 n = 0;

  for (gsize i = 0; i < lattice->n; i++)
    domes[i] = squares[i] != 0 ? sqrt (squares[i]) - HEIGHT : -1;
  memset (markers, 0, lattice->n * sizeof *markers);
  if (!sweep (lattice, squares, domes, &raised, watch)
      || !spread (lattice, squares, domes, &raised, watch))
    return -1;
  for (gsize i = 0; i < lattice->n; i++)
    markers[i] = squares[i] != 0 ? -1 : 0;
  if (!idr_watch_go_on (watch, 0))
    return -1;
  for (gsize i = 0; i < lattice->n; i++)
    if (markers[i] < 0 && mark_plateau (lattice, domes, i, n + 1, queue, markers))
      n++;
  return n;
}
