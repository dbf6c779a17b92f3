/* The bands of a stack, joined one after the other as they come: what touches gets one number
 *
 * A band's own labels become the chain's ids: that of what they touch, or a new one. Sums are kept
 * by id, so that an object's are there once, however many bands it goes through. Bands are kept as
 * long as memory allows, and in any case until the rows that touch them have come.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "band.h"
#include "grid.h"

typedef struct
{
  IdrBand *band;   /* with ids for labels; NULL: not yet there, or let go */
  gint32 n_labels; /* of its own */
  gint32 *ids;     /* what they have become */
} IdrLink;

typedef struct
{
  const IdrGrid *grid;
  IdrStack stack;
  gboolean diagonal;
  gsize memory, used; /* bytes that may be kept, and are */
  gsize ids_size;     /* of these for ids, which cannot be let go */
  IdrLink *links;
  gint64 n_bands, n_joined;
  gint64 n_gone, n_first; /* were let go; and how many of the first ones were not */
  IdrForest forest;       /* of ids */
  IdrSums sums;           /* by id */
} IdrChain;

/* @grid stays in use. FALSE: no memory. */
gboolean idr_chain_init (IdrChain *chain, const IdrStack *stack, const IdrGrid *grid,
                         gboolean diagonal, gsize memory);
void idr_chain_clear (IdrChain *chain);

/* Adds the next band, with its sums if it has any, and takes it over. FALSE and @problem. */
gboolean idr_chain_add (IdrChain *chain, IdrBand *band, const gchar **problem);

/* Numbers all ids in the order of their first pixels: forest.parents says which is which; of one
 * band alone, whose labels are numbers already, there is no forest. @sums become those of the
 * numbers. Returns how many. */
gint32 idr_chain_number (IdrChain *chain, IdrSums *sums);
