/* The plug-in idr.so: what it brings
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "idr-s3-source.h"
#include "parallel-segment.h"
#include "pixel.h"
#include "write-csv.h"
#include "write-png.h"

G_STATIC_ASSERT ((gint)LAMINA_FORMAT_U8 == (gint)IDR_PIXEL_U8
                 && (gint)LAMINA_FORMAT_F64 == (gint)IDR_PIXEL_F64);

LAMINA_PLUGIN_DEFINE ("idr", "1.0.0", "LGPL-2.1-or-later",
                      "Reads images of the Image Data Resource and segments their planes", NULL,
                      { "idr-s3-source", idr_s3_source_get_type },
                      { "parallel-segment", idr_parallel_segment_get_type },
                      { "write-csv", idr_write_csv_get_type },
                      { "write-png", idr_write_png_get_type })
