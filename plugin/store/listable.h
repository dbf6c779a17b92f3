/* Whether a bucket can be listed, which tells what a forbidden object is
 *
 * Without the right to list, S3 answers 403 for an object that is not there. Asked once, when the
 * first such answer comes; all of this on the I/O thread.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "http.h"
#include "store.h"

/* All zero in the beginning. */
typedef struct
{
  enum
  {
    IDR_LISTABLE_UNKNOWN,
    IDR_LISTABLE_ASKING,
    IDR_LISTABLE_YES,
    IDR_LISTABLE_NO
  } state;
  GSList *undecided; /* fetches that wait for the answer */
  IdrHttpTransfer *transfer;
} IdrListable;

/* Ends @fetch, after @retries, once it is known what its 403 means: with @error, which it takes,
 * where the bucket can be listed or nobody knows, else with NOT_FOUND. @question is a page of the
 * bucket's listing; without a URL there is no bucket. */
void idr_listable_judge (IdrListable *listable, const IdrHttpRequest *question, IdrFetch *fetch,
                         GError *error, guint retries);

/* Nobody waits any more. */
void idr_listable_clear (IdrListable *listable);
