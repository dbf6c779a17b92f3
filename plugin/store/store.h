/* Bytes by key: a folder, a web server or a bucket, all read alike
 *
 * A store knows no arrays. Keys are relative paths with "/" between their parts; no key leaves the
 * store's root ("..", a leading "/", control characters are refused). Errors are of GIOErrorEnum:
 * NOT_FOUND (no such key), NOT_DIRECTORY (no such bucket), PERMISSION_DENIED, NOT_INITIALIZED (no
 * credentials), HOST_NOT_FOUND, CONNECTION_REFUSED, TIMED_OUT, INVALID_DATA, CANCELLED, FAILED…,
 * and their messages name the URL or path, say what happened and, where it helps, what to do.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "tally.h"
#include <gio/gio.h>

typedef struct _IdrStore IdrStore;
typedef struct _IdrFetch IdrFetch;

typedef struct
{
  const gchar *endpoint; /* of s3:// locations; NULL: "https://livingobjects.ebi.ac.uk" or, with
                            signatures, what the AWS tools are set up for */
  const gchar *region;   /* of signatures; NULL: what the AWS tools are set up for, or us-east-1 */
  gboolean anonymous;    /* no signatures; else AWS credentials sign all requests of the store */
  const gchar *profile;  /* whose credentials, in ~/.aws; NULL: the environment says */
  const gchar *cache;    /* a folder where chunks from servers are kept; NULL: none */
  guint64 cache_limit;   /* bytes in there */
} IdrStoreOptions;

/* Tells the rights that @options mean from others, for those who share what they have read: a text
 * without a secret, "" for anonymous ones. NULL: there are no credentials. */
gchar *idr_store_get_identity (const IdrStoreOptions *options, GError **error);

/* The store rooted at @location: "https://host/path", "s3://bucket/key" (path style at the
 * endpoint, unless that is Amazon's), OMERO's "s3://host/bucket/key", "file:///path", or the path
 * of a folder; each of them also within a zip archive: "…/b.zip!/path". Escapes in a web address
 * are kept, what must be escaped is, queries are dropped. Former hosts and buckets of the EBI's
 * store mean today's (or @options' endpoint). What a server says to have moved for good, as S3 does
 * of a bucket in another region, is asked there from then on. NULL options: anonymous. Nothing is
 * asked yet. Any thread. */
IdrStore *idr_store_new (const gchar *location, const IdrStoreOptions *options, GError **error);
IdrStore *idr_store_ref (IdrStore *store);
void idr_store_unref (IdrStore *store);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrStore, idr_store_unref)

/* Where @key lies, for messages: a URL or a path, with nothing secret in it. @key may be NULL for
 * the root. */
gchar *idr_store_get_uri (IdrStore *store, const gchar *key);

/* Whether @store is a folder of this machine's, or lies in one. */
gboolean idr_store_is_local (IdrStore *store);

/* In a bucket that cannot be listed a forbidden key (403) is NOT_FOUND once something else was
 * read: that is how S3 answers there for what does not exist. Where listing is allowed, which is
 * asked once, it stays PERMISSION_DENIED.
 *
 * The bytes of @key, on their way: from a server at once, from a folder when somebody waits.
 * @length 0: all from @offset on, else that many bytes from @offset (negative offset: the last
 * @length bytes); fewer where the object ends before, and INVALID_DATA where it ends before
 * @offset. More than @limit bytes are an error. Never NULL: what is wrong is told by the wait. */
IdrFetch *idr_store_fetch (IdrStore *store, const gchar *key, gint64 offset, gint64 length,
                           gsize limit);
IdrFetch *idr_fetch_ref (IdrFetch *fetch);
void idr_fetch_unref (IdrFetch *fetch); /* the last one stops a fetch that nobody waits for */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrFetch, idr_fetch_unref)

/* Waits for the bytes, which any number of threads may do. Cancelling frees the one who waits and
 * nobody else. @tally, or NULL: bytes and retries are added for the first who gets them. */
GBytes *idr_fetch_wait (IdrFetch *fetch, IdrTally *tally, GCancellable *cancellable,
                        GError **error);

/* Calls @func with the bytes, NULL where there are none, as soon as that is known: on the thread
 * that knows it first, or before this returns. It must be quick, wait for nothing, and may start
 * other fetches. Not called where the fetch is given up before. @free is called on @data in the
 * end. */
typedef void (*IdrFetchThen) (GBytes *bytes, gpointer data);
void idr_fetch_then (IdrFetch *fetch, IdrFetchThen func, gpointer data, GDestroyNotify free);

/* Somebody waits for the bytes: a fetch that is only queued goes before those nobody waits for.
 * idr_fetch_wait() does so by itself. */
void idr_fetch_hurry (IdrFetch *fetch);

/* Whether a wait would return at once. */
gboolean idr_fetch_is_done (IdrFetch *fetch);

/* idr_store_fetch() and idr_fetch_wait() in one, for metadata: the whole object. */
GBytes *idr_store_read (IdrStore *store, const gchar *key, gsize limit, IdrTally *tally,
                        GCancellable *cancellable, GError **error);

/* The names directly below @prefix ("" or "a/b/"): folders end in "/". Sorted. A web server that is
 * not a bucket cannot be listed: G_IO_ERROR_NOT_SUPPORTED. */
gchar **idr_store_list (IdrStore *store, const gchar *prefix, GCancellable *cancellable,
                        GError **error);
