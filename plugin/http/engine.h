/* The I/O thread: all requests of the process on one curl multi handle
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "transfer.h"

/* libcurl itself, ready for use by any thread. The thread starts with the first transfer. */
void idr_http_engine_init (void);

/* The engine keeps a reference of its own until it is done with @transfer. */
void idr_http_engine_start (IdrHttpTransfer *transfer);

/* After this @transfer's function does not run and will not. Called on the I/O thread by that very
 * function it returns at once. */
void idr_http_engine_stop (IdrHttpTransfer *transfer);

/* Lets @transfer, which waits for its turn, go before those that are not `urgent`. */
void idr_http_engine_hurry (IdrHttpTransfer *transfer);

void idr_http_engine_set_connections (guint connections);
