/* A stack that was segmented: which of its objects stay, their numbers, what they measure
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segmentation.h"
#include "refine.h"
#include "refinement.h"
#include "segments.h"

#define NO_MEMORY "memory does not suffice for its objects"

/* --- Which stay -------------------------------------------------------------------------- */

static gboolean
touches_border (const IdrSegmentation *self, const IdrObject *object)
{
  const IdrStack *stack = &self->stack;

  return object->x0 == 0 || object->y0 == 0 || object->x1 == stack->width
         || object->y1 == stack->height
         || (stack->is_volume && (object->z0 == 0 || object->z1 == stack->depth));
}

static gboolean
is_wanted (const IdrSegmentation *self, gint32 label)
{
  const IdrSegmentOptions *options = &self->segmenter->options;
  IdrObject object;

  if (idr_sums_get_area (&self->sums, label) < options->minimum_area)
    return FALSE;
  if (!options->clear_border)
    return TRUE;
  object = idr_sums_conclude (&self->sums, label, NULL);
  return !touches_border (self, &object);
}

/* Gives those that stay their new numbers. */
static gboolean
select_objects (IdrSegmentation *self, const gchar **problem)
{
  g_autofree gint32 *numbers = g_try_new0 (gint32, (gsize)self->n_objects + 1);
  IdrForest *forest = &self->chain.forest;
  gint32 n = 0;

  *problem = NO_MEMORY;
  if (numbers == NULL)
    return FALSE;
  if (forest->n == 0 && !idr_forest_grow (forest, (gsize)self->n_objects, problem))
    return FALSE;
  for (gint32 label = 1; label <= self->n_objects; label++)
    if (is_wanted (self, label))
      {
        numbers[label] = ++n;
        idr_sums_copy (&self->sums, n, &self->sums, label);
      }
  for (gsize label = 0; label < forest->n; label++)
    forest->parents[label] = numbers[forest->parents[label]];
  self->n_objects = n;
  return TRUE;
}

void
idr_segmentation_map (IdrSegmentation *self, gint64 index, IdrBand *band)
{
  idr_band_map (band, self->chain.links[index].ids);
}

/* Bands have numbers for ids, and so have those that are made again. */
static void
number_bands (IdrSegmentation *self)
{
  const IdrForest *forest = &self->chain.forest;

  for (gint64 i = 0; forest->n > 0 && i < self->n_bands; i++)
    {
      IdrLink *link = &self->chain.links[i];

      if (link->band != NULL)
        idr_band_map (link->band, forest->parents);
      else
        for (gint32 label = 1; label <= link->n_labels; label++)
          link->ids[label] = forest->parents[link->ids[label]];
    }
}

gboolean
idr_segmentation_settle (IdrSegmentation *self, const gchar **problem)
{
  const IdrSegmentOptions *options = &self->segmenter->options;

  self->n_objects = idr_chain_number (&self->chain, &self->sums);
  if (idr_options_need_all_runs (options))
    {
      if (idr_segmentation_is_refined_late (self) && !idr_segmentation_refine (self, problem))
        return FALSE;
    }
  else if ((options->clear_border || options->minimum_area > 1) && !select_objects (self, problem))
    return FALSE;
  number_bands (self);
  if (self->stack.is_volume)
    return TRUE;
  *problem = NO_MEMORY;
  self->boundaries = g_try_new0 (IdrBoundary, (gsize)self->n_objects + 1);
  self->perimeter = idr_segmenter_take_perimeter (self->segmenter, self->stack.width);
  return self->boundaries != NULL && self->perimeter != NULL;
}

/* --- What they measure -------------------------------------------------------------------- */

gboolean
idr_segmentation_follow (IdrSegmentation *self, const IdrBand *band)
{
  return idr_perimeter_add (self->perimeter, &band->runs, 0, band->runs.n_rows, self->boundaries);
}

static gboolean
follow_all (IdrSegmentation *self)
{
  for (; self->next < self->n_bands; self->next++)
    if (!idr_watch_go_on (self->watch, 1)
        || !idr_segmentation_follow (self, self->chain.links[self->next].band))
      return FALSE;
  idr_perimeter_finish (self->perimeter, self->boundaries);
  return TRUE;
}

/* NULL: no memory. */
static GArray *
make_objects (IdrSegmentation *self)
{
  /* An array aborts where there is no memory for it. */
  g_autofree IdrObject *room = g_try_new (IdrObject, (gsize)self->n_objects + 1);
  GArray *objects;

  if (room == NULL)
    return NULL;
  g_clear_pointer (&room, g_free);
  objects = g_array_sized_new (FALSE, FALSE, sizeof (IdrObject), (guint)self->n_objects);
  g_array_set_size (objects, (guint)self->n_objects);
  for (gint32 label = 1; label <= self->n_objects; label++)
    g_array_index (objects, IdrObject, label - 1) = idr_sums_conclude (
        &self->sums, label, self->boundaries != NULL ? &self->boundaries[label] : NULL);
  return objects;
}

IdrSegments *
idr_segmentation_finish (IdrSegmentation *self, GArray **objects, const gchar **problem)
{
  g_return_val_if_fail (self->pass == IDR_PASS_END && !self->is_remade, NULL);

  *problem = NO_MEMORY;
  if (self->perimeter != NULL && !follow_all (self))
    return NULL;
  if (objects != NULL)
    {
      *objects = make_objects (self);
      if (*objects == NULL)
        return NULL;
    }
  if (idr_segmentation_get_n_tiles (self) == 1)
    idr_segmenter_give_measures (self->segmenter, &self->sums, g_steal_pointer (&self->perimeter),
                                 self->stack.width);
  return idr_segments_new (self);
}

IdrBand *
idr_segmentation_finish_band (IdrSegmentation *self, const gchar **problem)
{
  IdrBand *band = g_steal_pointer (&self->works->band);

  g_return_val_if_fail (self->is_remade && band != NULL, NULL);

  idr_segmentation_map (self, self->first_band, band);
  *problem = NULL;
  return band;
}
