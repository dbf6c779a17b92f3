/* A PNG file: one picture, or two side by side
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

/* What is shown of a plane: @right, and to the left of it @left, which may be NULL and else has
 * planes of the same size. */
typedef struct
{
  LaminaImage *left, *right;
  gint64 plane;
} IdrSheet;

/* Whether PNG can hold a sheet of planes like @info's, @n of them side by side; else @error says
 * why not. */
gboolean idr_sheet_fits (const LaminaInfo *info, gint n, GError **error);

/* Paints the sheet into the file @path. When that fails the file is worth nothing; messages call
 * it @name. */
gboolean idr_sheet_write (const IdrSheet *sheet, const gchar *path, const gchar *name,
                          LaminaJob *job, GError **error);
