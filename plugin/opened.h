/* An opened image: its store, its arrays and what a server says of it, shared by all who open the
 * same
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "array.h"
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
} IdrAddress;

/* Immutable once opened. */
typedef struct
{
  gchar *location; /* of the store, with nothing secret in it */
  IdrStore *store;
  IdrOme *ome;
  IdrArray **arrays;    /* by level; NULL where one could not be opened */
  GError **problems;    /* by level: why it could not */
  IdrOmeroImage *omero; /* or NULL */
  gchar **notes;        /* what the server did not tell, and why; or NULL */
} IdrOpened;

/* Opens the image at @address, or joins those who have: another operation on it asks neither the
 * server nor the store again. Folders are read anew each time, since their owner may have changed
 * them. Talk with the server begins and ends in here. Errors are GIOErrorEnum or LaminaError. Any
 * thread. */
IdrOpened *idr_opened_get (const IdrAddress *address, GCancellable *cancellable, GError **error);
void idr_opened_unref (IdrOpened *opened);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrOpened, idr_opened_unref)

/* Compares the sizes and the type that the server tells of the image with those of the store:
 * agreement.c. */
gboolean idr_opened_agree (const IdrOpened *opened, GError **error);
