/* What the source tells of an image: made of what the store, the server and the selection say
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"
#include "opened.h"

/* The places along each axis that are read. */
typedef struct
{
  gint n_t, n_c, n_z;
  gint *t, *c, *z;
} IdrSelected;

/* Describes @level of @opened, whose array is there. */
LaminaInfo *idr_source_info_new (const IdrOpened *opened, gint level, const IdrSelected *selected);

/* All that store and server said, as JSON for people. */
gchar *idr_source_info_to_json (const LaminaInfo *info);
