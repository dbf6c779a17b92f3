/* Images between Lamina and libvips, both ways, lazily: planes are pages, samples are bands
 *
 * What libvips has no place for goes into fields of its images that begin with "lamina-", and comes
 * back from there: which planes they are, channels, sizes, whether the pixels are object numbers.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#include <vips/vips.h>

/* --- vips-image.c: from Lamina to libvips ------------------------------------------------ */

/* How many planes follow @first where @n are wanted, -1 for all of them. 0 with LAMINA_ERROR where
 * there are not so many, or more lines than an image of libvips may have. */
gint64 bridge_vips_count_pages (LaminaImage *image, gint64 first, gint64 n, GError **error);

/* Makes @out, a new image, of @n planes of @image from @first on, one below the other; both are
 * good by the function above. Its pixels are read when and where they are asked for, on the threads
 * that ask, and the errors that this gives begin with @domain. Returns 0, or -1 with libvips's
 * error set, as libvips's own do. */
int bridge_vips_make_image (LaminaImage *image, gint64 first, gint64 n, const gchar *domain,
                            VipsImage *out);

/* The image that @out was made of by the function above, and the plane that its first page is; NULL
 * where it is any other image, one that was derived from it, too, or has been drawn upon. Nobody
 * holds it for the caller: @out does. */
LaminaImage *bridge_vips_get_origin (VipsImage *out, gint64 *first);

/* Whether nobody has drawn upon @out, as somebody may at any time: its pixels are then not those of
 * its origin any more. */
gboolean bridge_vips_is_untouched (VipsImage *out);

/* --- vips-planes.c: from libvips to Lamina ----------------------------------------------- */

/* An image whose planes are read from @in: its pages, and of each page its bands, as channels.
 * Where @in was made of one of ours, nothing is copied through libvips, and what is said to be
 * needed soon reaches the source. */
LaminaImage *bridge_vips_get_planes (VipsImage *in, GError **error);

/* --- vips-error.c ------------------------------------------------------------------------ */

/* Puts @error into libvips's error buffer, where it is not there yet. Returns -1. */
int bridge_vips_fail (const gchar *domain, const GError *error);

/* What libvips's error buffer says, which is emptied, as an error of ours. */
void bridge_vips_take_error (GError **error);

/* --- vips-job.c: cancellation and progress ----------------------------------------------- */

/* Has @job cancelled when somebody tells libvips to stop computing @image, until it is told to
 * watch NULL. */
void bridge_vips_watch (LaminaJob *job, VipsImage *image);

/* A job for what is computed at once from @image, or from nothing where that is NULL. It watches
 * @image, and tells who has asked libvips for the progress of @image: in the thread that has begun
 * it, whenever that thread reads planes that come from libvips. */
LaminaJob *bridge_vips_begin (VipsImage *image);
void bridge_vips_show_progress (LaminaJob *job);
void bridge_vips_end (LaminaJob *job);

/* --- vips-table.c ------------------------------------------------------------------------ */

/* The rows of @table as a matrix of doubles, with the columns' names, joined by ",", in the field
 * "lamina-columns", and the number of rows in "lamina-rows". An image has one row at least: where
 * the table has none, that is of NaN. */
VipsImage *bridge_vips_make_matrix (LaminaTable *table, LaminaJob *job, GError **error);
