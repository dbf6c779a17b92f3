/* How parallel-segment cuts a smoothed plane into objects: properties, and the options that they
 * say
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"
#include "segment.h"

/* Part of an operation's instance; the properties are stored in it. */
typedef struct
{
  gint threshold;
  gdouble fraction, above;
  gint connectivity;
  gboolean fill_holes, clear_border;
  gint64 minimum_area;
  gboolean split;
} IdrSegmentChoices;

/* @offset: that of the choices in the instance. */
void idr_segment_choices_add (LaminaOperationClass *operation_class, gsize offset);

/* Sets what of @options the choices say. FALSE: they contradict each other. */
gboolean idr_segment_choices_get (const IdrSegmentChoices *choices, gboolean is_volume,
                                  IdrSegmentOptions *options, GError **error);
