/* An opened image: its store, its arrays and what a server says of it, shared by all who open the
 * same
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "array.h"
#include "ome-choice.h"
#include "ome.h"
#include "omero.h"

/* Where an image is. Strings are never NULL. */
typedef struct
{
  const gchar *location; /* an IDR image id, a URL, s3://bucket/key, or a folder */
  const gchar *server;   /* OMERO.web, asked for ids only; "": nobody is asked */
  const gchar *endpoint, *bucket, *region; /* of buckets */
  gboolean anonymous;
  const gchar *profile; /* of AWS credentials, where not anonymous */
  const gchar *cache;   /* a folder for chunks, or "" */
  guint64 cache_limit;  /* bytes in it */
  IdrOmeChoice choice;  /* of a plate's image, or of a collection's */
} IdrAddress;

/* Immutable once opened. */
typedef struct
{
  gchar *location; /* of the store, with nothing secret in it */
  IdrStore *store;
  IdrOme *ome;
  IdrOmeChosen
      *chosen;       /* the image's place in a plate or a collection; several fields lie along t */
  IdrOme **fields;   /* what the others of several fields say; the first's is `ome` */
  IdrArray **arrays; /* by field and level; NULL where one could not be opened */
  GError **problems; /* likewise: why it could not */
  IdrOmeroImage *omero; /* or NULL */
  gchar **notes;        /* what the server did not tell, and why; or NULL */
} IdrOpened;

/* Opens the image at @address, or joins those who have: another operation on it asks neither the
 * server nor the store again. Folders are read anew each time, since their owner may have changed
 * them. Talk with the server begins and ends in here. Errors are GIOErrorEnum or LaminaError. Any
 * thread. */
IdrOpened *idr_opened_get (const IdrAddress *address, GCancellable *cancellable, GError **error);
void idr_opened_unref (IdrOpened *opened);

/* How many fields there are, one after the other along t; and the array of one at @level, or NULL
 * with
 * @error. */
gint idr_opened_get_n_fields (const IdrOpened *opened);
IdrArray *idr_opened_get_array (const IdrOpened *opened, gint field, gint level, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrOpened, idr_opened_unref)

/* Compares the sizes and the type that the server tells of the image with those of the store:
 * agreement.c. */
gboolean idr_opened_agree (const IdrOpened *opened, GError **error);
