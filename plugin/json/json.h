/* JSON from outside: parsed only after its size, depth, encoding and words were checked
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-glib/json-glib.h>
#include <gio/gio.h>

/* Parses @bytes, at most 64 MiB and nested at most 64 deep (json-glib 1.6 overflows its stack at
 * about 100,000 brackets). A byte order mark is skipped. What Python writes, and json-glib cannot
 * hold, is kept as a string with the same text: NaN, Infinity, -Infinity, and integers beyond 64
 * bits with a sign. The error, G_IO_ERROR_INVALID_DATA, says line and column, and shows the
 * beginning of what is no JSON at all (an HTML page, say); it does not say whose bytes these are.
 * Any thread. */
JsonNode *idr_json_parse (GBytes *bytes, GError **error);

/* The following look a member up and take no offence when it is not there or is of another type:
 * what comes from outside may be anything. Borrowed from @object; @object may be NULL. */
JsonObject *idr_json_object (JsonObject *object, const gchar *name);
JsonArray *idr_json_array (JsonObject *object, const gchar *name);
const gchar *idr_json_string (JsonObject *object, const gchar *name);

/* A finite number, or @otherwise where there is none. idr_json_int() refuses fractions and what
 * does not fit. */
gint64 idr_json_int (JsonObject *object, const gchar *name, gint64 otherwise);
gdouble idr_json_double (JsonObject *object, const gchar *name, gdouble otherwise);

/* Likewise of a node, which may be NULL: FALSE where it is no such number. */
gboolean idr_json_node_int (JsonNode *node, gint64 *value);
gboolean idr_json_node_double (JsonNode *node, gdouble *value);

/* The element @i of @array as an object or a string, or NULL: also where @array is NULL or has no
 * element @i. */
JsonObject *idr_json_object_at (JsonArray *array, guint i);
const gchar *idr_json_string_at (JsonArray *array, guint i);
