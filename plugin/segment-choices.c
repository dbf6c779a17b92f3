/* How parallel-segment cuts a smoothed plane into objects
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "segment-choices.h"

static GType
threshold_get_type (void)
{
  static const GEnumValue values[] = {
    { IDR_THRESHOLD_FRACTION, "A part of the largest value: fraction=", "fraction" },
    { IDR_THRESHOLD_OTSU, "As threshold_otsu of scikit-image", "otsu" },
    { IDR_THRESHOLD_TRIANGLE, "As its threshold_triangle", "triangle" },
    { IDR_THRESHOLD_LI, "As its threshold_li", "li" },
    { IDR_THRESHOLD_ABSOLUTE, "The number that above= says", "absolute" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("IdrThreshold", values));
  return type;
}

typedef enum
{
  CONNECTIVITY_4,
  CONNECTIVITY_8,
  CONNECTIVITY_6,
  CONNECTIVITY_26
} Connectivity;

static GType
connectivity_get_type (void)
{
  static const GEnumValue values[] = {
    { CONNECTIVITY_4, "By their sides; in a volume the same as 6", "4" },
    { CONNECTIVITY_8, "By corners, too; in a volume the same as 26", "8" },
    { CONNECTIVITY_6, "In a volume: by their faces", "6" },
    { CONNECTIVITY_26, "In a volume: by edges and corners, too", "26" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("IdrConnectivity", values));
  return type;
}

/* --- The properties ---------------------------------------------------------------------- */

#define ADD(property, field)                                                                       \
  lamina_operation_class_add (operation_class, property,                                           \
                              offset + G_STRUCT_OFFSET (IdrSegmentChoices, field))

static void
add_threshold (LaminaOperationClass *operation_class, gsize offset)
{
  ADD (g_param_spec_enum ("threshold", "Threshold",
                          "What objects are brighter than, found from the smoothed plane (or "
                          "volume): fraction=, the number above=, or as scikit-image finds it",
                          threshold_get_type (), IDR_THRESHOLD_FRACTION, LAMINA_IN),
       threshold);
  ADD (g_param_spec_double ("fraction", "Fraction",
                            "With threshold=fraction: this part of the smoothed plane's maximum", 0,
                            1, 0.33, LAMINA_IN),
       fraction);
  ADD (g_param_spec_double ("above", "Above",
                            "With threshold=absolute: this number, in the image's own values",
                            -G_MAXDOUBLE, G_MAXDOUBLE, 0, LAMINA_IN),
       above);
}

static void
add_objects (LaminaOperationClass *operation_class, gsize offset)
{
  ADD (g_param_spec_enum ("connectivity", "Connectivity",
                          "Pixels of an object touch by their sides (4), or by corners, too (8); "
                          "in a volume by faces (6), or by edges and corners, too (26)",
                          connectivity_get_type (), CONNECTIVITY_4, LAMINA_IN),
       connectivity);
  ADD (g_param_spec_boolean ("fill-holes", "Fill holes",
                             "Make background that objects enclose a part of them, as "
                             "scipy.ndimage.binary_fill_holes does",
                             FALSE, LAMINA_IN),
       fill_holes);
  ADD (g_param_spec_boolean ("clear-border", "Clear border",
                             "Drop objects that touch the border of the plane (or volume), as "
                             "skimage.segmentation.clear_border does",
                             FALSE, LAMINA_IN),
       clear_border);
  ADD (g_param_spec_int64 ("minimum-area", "Minimum area",
                           "Drop objects of fewer pixels, as "
                           "skimage.morphology.remove_small_objects does; 0 for none",
                           0, G_MAXINT64, 0, LAMINA_IN),
       minimum_area);
  ADD (g_param_spec_boolean ("split", "Split",
                             "Tell objects that touch apart where they are narrow: the watershed "
                             "of the distance to the background",
                             FALSE, LAMINA_IN),
       split);
}

void
idr_segment_choices_add (LaminaOperationClass *operation_class, gsize offset)
{
  add_threshold (operation_class, offset);
  add_objects (operation_class, offset);
}

/* --- What they say -------------------------------------------------------------------------- */

gboolean
idr_segment_choices_get (const IdrSegmentChoices *choices, gboolean is_volume,
                         IdrSegmentOptions *options, GError **error)
{
  if (choices->above != 0 && choices->threshold != IDR_THRESHOLD_ABSOLUTE)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "above= is the number of threshold=absolute: give that, too");
      return FALSE;
    }
  if (choices->connectivity >= CONNECTIVITY_6 && !is_volume)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "connectivity=6 and 26 are of volumes: take 4 or 8, or volume=true");
      return FALSE;
    }
  options->threshold = (IdrThreshold)choices->threshold;
  options->fraction = choices->fraction;
  options->absolute = choices->above;
  options->diagonal
      = choices->connectivity == CONNECTIVITY_8 || choices->connectivity == CONNECTIVITY_26;
  options->fill_holes = choices->fill_holes;
  options->clear_border = choices->clear_border;
  options->minimum_area = choices->minimum_area;
  options->split = choices->split;
  return TRUE;
}
