/* How bad-server misbehaves
 *
 * A SPEC is "KIND[=VALUE],…". Instead of the answer:
 *   status=N [,retry-after=SECONDS | ,retry-date=SECONDS]   an error, S3's words with it: those of
 *                   code=CODE, and with region=REGION where the bucket lies
 *   redirect=N      to the query's "to=URL", or without one to itself
 *   moved=N [,region=REGION]   redirected to PATH at another host: http://localhost
 *   echo            the request itself, as text
 *   cookie=NAME     sets a cookie NAME=yes
 *   page            a page of HTML
 * The answer, but:
 *   no-range        ranges are not honoured
 *   wrong-range     another range than was asked for comes
 *   cut             half the body, then the connection ends; cut-chunked: likewise, without a
 * length stall           half the body, then nothing; silent: nothing at all reset           the
 * connection is reset at once garbage         no HTTP huge-header     a header that does not end;
 * huge-length: a body of 2^62 bytes, so it says endless         a body that does not end and with
 * any of them: times=N (the first N requests for that path only), delay=MS.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <libsoup/soup.h>

typedef struct _BadFault BadFault;

BadFault *bad_fault_new (const gchar *spec);
void bad_fault_free (BadFault *fault);
gint bad_fault_get_number (BadFault *fault, const gchar *name, gint otherwise);

/* Whether it takes the connection out of libsoup's hands. */
gboolean bad_fault_is_raw (BadFault *fault);
void bad_fault_answer_raw (BadFault *fault, SoupServerMessage *message, const gchar *path);

/* FALSE: the good answer is still to be given. */
gboolean bad_fault_answer (BadFault *fault, SoupServerMessage *message);

/* The server's, for the others. */
void bad_count_aborted (void);
void bad_count_bytes (gsize bytes);
void bad_answer (SoupServerMessage *message, guint status, const gchar *type, const gchar *text);
GBytes *bad_read_file (const gchar *path);
