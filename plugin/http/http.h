/* Requests over HTTP: one I/O thread that owns one curl multi handle, for the whole process
 *
 * Any thread may call any function. Completion functions are called on the I/O thread, outside of
 * any lock, and must be quick.
 *
 * What may pass is tried again, up to five times and for two minutes at most, after pauses that
 * grow: no connection, a broken or stalled one, a body that is cut, the statuses 408, 429, 500,
 * 502, 503, 504 (Retry-After is honoured). Five redirects are followed, to http and https only,
 * never from https to http; to another host go neither headers nor cookies nor a signature nor a
 * body. Where S3 says that a bucket lies in another region, it is asked there, once. Messages
 * show no user, password or query of an address. SSL_CERT_FILE, SSL_CERT_DIR and the proxy
 * variables hold.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <gio/gio.h>

/* Cookies kept between requests, as a login needs them. A request without a session has none. */
typedef struct _IdrHttpSession IdrHttpSession;

IdrHttpSession *idr_http_session_new (void);
void idr_http_session_free (IdrHttpSession *session); /* requests on their way keep it alive */
/* The value of a cookie that the servers have set, or NULL; free with g_free(). */
gchar *idr_http_session_get_cookie (IdrHttpSession *session, const gchar *name);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrHttpSession, idr_http_session_free)

/* Credentials that sign requests to S3. A request without one is anonymous. */
typedef struct _IdrHttpSigner IdrHttpSigner;

/* @token, of a session, may be NULL. Everything is copied. */
IdrHttpSigner *idr_http_signer_new (const gchar *access_key, const gchar *secret,
                                    const gchar *token, const gchar *region);
void idr_http_signer_unref (IdrHttpSigner *signer); /* requests on their way keep it alive */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrHttpSigner, idr_http_signer_unref)

/* What to ask. Everything is copied when the request starts. Zero and NULL are the defaults. */
typedef struct
{
  const gchar *url;
  const gchar *method;         /* GET */
  const gchar *const *headers; /* "Name: value", NULL-terminated */
  GBytes *body;                /* of a POST */
  gint64 offset, length;       /* a range: @length bytes from @offset, or the last @length where
                                  @offset is negative; length 0: all from @offset on */
  gsize limit;                 /* a longer body is an error; 0: 64 MiB */
  IdrHttpSession *session;     /* cookies */
  IdrHttpSigner *signer;       /* signs each try; never for another host */
  gint timeout_ms; /* for all tries together, and the request does not queue; 0: as long as bytes
                      come */
  gboolean once;   /* never retried: it changes something at the server */
  gboolean urgent; /* somebody waits for it: it goes before those that are not */
} IdrHttpRequest;

/* What came: success, a redirect that leads nowhere, a refusal after the last try, all alike. */
typedef struct
{
  guint status;        /* of a range: 206, or 200 from a server that knows none */
  GBytes *body;        /* of a range: that range, shorter only at the object's end; of a refusal its
                          first 64 KiB */
  gchar *url;          /* where redirects led; not for messages */
  gboolean moved;      /* for good, and with all that the request had: next time it may go there */
  gchar *content_type; /* or NULL */
  gint64 total;        /* of a range: the whole object's size, or -1 */
  guint retries;       /* tries before the one that counted */
  gchar *region;       /* where the bucket lies, as S3 says it; or NULL */
} IdrHttpAnswer;

void idr_http_answer_free (IdrHttpAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (IdrHttpAnswer, idr_http_answer_free)

typedef struct _IdrHttpTransfer IdrHttpTransfer;

/* Called once on the I/O thread: either @answer (owned by the function) or @error (borrowed) is
 * set. */
typedef void (*IdrHttpDone) (IdrHttpAnswer *answer, const GError *error, gpointer data);

/* Starts a request, or queues it where too many are on their way. */
IdrHttpTransfer *idr_http_start (const IdrHttpRequest *request, IdrHttpDone done, gpointer data);

/* Gives the handle back. A transfer that is not done yet is stopped: its function is not called
 * after this returns, and @data may go. A function that runs is waited for, so hold no lock that it
 * takes; but it may itself give back its own transfer, and any other. */
void idr_http_transfer_free (IdrHttpTransfer *transfer);

/* Somebody waits for @transfer now: where it is still queued it goes before those nobody waits for.
 * Costs no lock where it is on its way, done, or hurried already. */
void idr_http_transfer_hurry (IdrHttpTransfer *transfer);

/* Starts a request, an urgent one, and waits for its answer; NULL with G_IO_ERROR_CANCELLED as soon
 * as @cancellable is. */
IdrHttpAnswer *idr_http_send (const IdrHttpRequest *request, GCancellable *cancellable,
                              GError **error);

/* Lets @connections (1 to 256) requests be on their way at once; 32 before the first call. Fewer
 * are while more than 5 of the last 100 answers say that the server is overloaded: pace.h. */
void idr_http_set_connections (guint connections);
