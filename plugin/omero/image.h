/* What OMERO.web's answers say of an image, taken out of them piece by piece
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "json.h"
#include "omero.h"

/* The answer to /api/v0/m/images/ID/. G_IO_ERROR_INVALID_DATA where it is about something else. */
IdrOmeroImage *idr_omero_image_parse (JsonNode *answer, gint64 id, GError **error);

/* The answer to /webclient/api/annotations/?type=map. */
void idr_omero_image_take_annotations (IdrOmeroImage *image, JsonNode *answer);

/* The answer to /webgateway/original_file_paths/ID/. */
void idr_omero_image_take_paths (IdrOmeroImage *image, JsonNode *answer);

/* The answer to /api/v0/m/wells/ID/: where on the plate the image is. */
void idr_omero_image_take_well (IdrOmeroImage *image, JsonNode *answer);

/* The same from the name that Bio-Formats gives such images: "Plate 1 [Well B03, Field #2]". */
void idr_omero_image_guess_well (IdrOmeroImage *image);
