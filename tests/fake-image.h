/* An image and a table that know what is asked of them, for tests of those who read them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

typedef struct
{
  LaminaInfo info;
  gint64 fails_at; /* a plane that cannot be read, -1 for none */

  GMutex lock;
  GArray *hints, *reads; /* of gint64: the planes that were announced and read, in this order */
  GHashTable *waiting;   /* planes that are announced and not yet read */
  guint most_waiting;
  gint n_reads, n_destroyed;
} FakeImage;

/* Of 16-bit pixels; @ahead counts in planes. The caller may change the info before it makes the
 * image. */
void fake_init (FakeImage *fake, gint n_t, gint n_c, gint n_z, gint64 ahead);
void fake_clear (FakeImage *fake);

/* Both read from @fake, which must live longer. A row of the table is the plane's number and how
 * often it was read. */
LaminaImage *fake_image_new (FakeImage *fake);
LaminaTable *fake_table_new (FakeImage *fake);

/* What the image has there. */
guint16 fake_get_pixel (gint64 plane, gint64 x, gint64 y);

/* The planes announced so far, as "2 3 4", which are forgotten then. */
gchar *fake_take_hints (FakeImage *fake);
