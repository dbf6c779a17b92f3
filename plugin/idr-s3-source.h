/* The operation idr-s3-source: an image of the Image Data Resource, or any OME-Zarr
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

#define IDR_TYPE_S3_SOURCE (idr_s3_source_get_type ())
G_DECLARE_FINAL_TYPE (IdrS3Source, idr_s3_source, IDR, S3_SOURCE, LaminaOperation)
