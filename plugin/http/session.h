/* The cookies of a login, as libcurl shares them between easy handles
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "http.h"
#include <curl/curl.h>

/* A request holds a reference, so that one that is being stopped never outlives its cookies. */
IdrHttpSession *idr_http_session_ref (IdrHttpSession *session);
CURLSH *idr_http_session_get_share (IdrHttpSession *session);
