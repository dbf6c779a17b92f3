/* A group's documents, asked for at once, as each answer may take a while
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "json.h"
#include "store.h"

typedef enum
{
  IDR_OME_ZATTRS,
  IDR_OME_ZARR_JSON, /* these two hold the attributes */
  IDR_OME_N_ATTRIBUTES,
  IDR_OME_ZARRAY = IDR_OME_N_ATTRIBUTES,
  IDR_OME_ZGROUP,
  IDR_OME_LABELS,
  IDR_OME_LABELS_JSON,
  IDR_OME_ZMETADATA, /* what all documents below the group say, of Zarr v2 */
  IDR_OME_N_DOCUMENTS
} IdrOmeDocument;

typedef struct
{
  IdrStore *store;
  gchar *prefix; /* of the keys: "" or "0/" */
  gchar *uri;
  IdrTally *tally;
  GCancellable *cancellable;
  IdrFetch *fetches[IDR_OME_N_DOCUMENTS];
  GBytes *bytes[IDR_OME_N_DOCUMENTS];   /* NULL: not there */
  JsonNode *roots[IDR_OME_N_DOCUMENTS]; /* objects; NULL: not there, or not parsed */
  GError *refusal;                      /* of a server that refuses to say whether it has one */
} IdrOmeGroup;

/* The group at @path, "" for the store's own. */
void idr_ome_group_init (IdrOmeGroup *group, IdrStore *store, const gchar *path);
void idr_ome_group_clear (IdrOmeGroup *group);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (IdrOmeGroup, idr_ome_group_clear)

/* Reads the first @n documents, those that there are. A bucket that cannot be listed refuses (403)
 * what it does not have. IDR_OME_ZMETADATA only spares questions: without it, or where it cannot be
 * read, these are asked. */
gboolean idr_ome_group_read (IdrOmeGroup *group, gint n, GError **error);

/* Parses @document, if it is there. */
gboolean idr_ome_group_parse (IdrOmeGroup *group, IdrOmeDocument document, GError **error);

/* What @root, which is @document, holds for OME: all that Zarr v2's do, a part of Zarr v3's. */
JsonObject *idr_ome_get_attributes (JsonNode *root, IdrOmeDocument document);
JsonObject *idr_ome_group_get_attributes (IdrOmeGroup *group, IdrOmeDocument document);

/* The name of @document. */
const gchar *idr_ome_document_get_name (IdrOmeDocument document);
