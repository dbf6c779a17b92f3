/* Fuzz target: an answer of OMERO.web, to whichever question
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "image.h"
#include "target.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (JsonNode) answer = idr_json_parse (bytes, NULL);
  g_autoptr (IdrOmeroImage) image = NULL, other = NULL;

  /* As idr_omero_hear() lets them through. */
  if (!answer || !JSON_NODE_HOLDS_OBJECT (answer))
    return 0;
  image = idr_omero_image_parse (answer, 1, NULL);
  g_assert_true (!image || image->id == 1);
  other = g_new0 (IdrOmeroImage, 1);
  other->id = 1;
  idr_omero_image_take_annotations (other, answer);
  idr_omero_image_take_paths (other, answer);
  idr_omero_image_take_well (other, answer);
  return 0;
}
