/* Text for people and their terminals
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <glib.h>

/* @text as valid UTF-8 in one line, without the control characters by which what comes from outside
 * could steer a terminal. */
gchar *text_clean (const gchar *text);

/* Appends the words of @text to @line, which has @column characters already, and breaks lines
 * before column 80; further lines begin at @indent. */
void text_wrap (GString *line, gsize column, gsize indent, const gchar *text);

/* Pads @line with spaces up to @column, counted from its last line break; with one at least. */
void text_pad (GString *line, gsize column);

/* An integer as chains take it: "64M" where it is a multiple of a power of 1024. */
gchar *text_integer (gint64 number);

/* A number as people write it: "0.36", not "0.35999998". */
gchar *text_number (gdouble number);
