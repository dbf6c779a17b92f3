/* A plane as rows of 8-bit colours that a person can judge
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

typedef struct _IdrPicture IdrPicture;

/* Object numbers get distinct colours, 0 is black. Grey values are spread over the range that they
 * have in this plane, smallest black, largest white; a plane that has but one value is black if
 * that is 0, else grey. RGB of 8 and 16 bits stays as it is, other RGB is spread. What is not a
 * number is black.
 *
 * Reads the plane once where it is small, and else twice, in strips: memory does not grow with it.
 */
IdrPicture *idr_picture_new (LaminaImage *image, gint64 plane, LaminaJob *job, GError **error);
void idr_picture_free (IdrPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrPicture, idr_picture_free)

/* Whether @image needs colours: it is RGB, or of object numbers. */
gboolean idr_picture_has_colour (LaminaImage *image);

/* Paints row @y into @row, of a byte for each pixel, or of three if @colour. Rows come from top to
 * bottom. Fails when the strip that they lie in cannot be read. */
gboolean idr_picture_paint (IdrPicture *picture, gint64 y, gboolean colour, guint8 *row,
                            GError **error);
