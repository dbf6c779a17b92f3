/* The operation parallel-segment: its parameters, and the outputs that are painted and made of what
 * is segmented
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "parallel-segment.h"

#include "channel.h"
#include "objects.h"
#include "segment-choices.h"
#include "segmented.h"
#include "view.h"

/* --- The outputs ------------------------------------------------------------------------ */

static gboolean
read_labels (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
             LaminaJob *job, GError **error)
{
  return idr_segmented_read_labels (data, plane, rect, pixels, stride, job, error);
}

static void
labels_will_need (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  idr_segmented_will_need (data, plane, FALSE, job);
}

static LaminaImage *
make_labels (LaminaImage *input, IdrSegmented *segmented)
{
  static const LaminaImageFuncs funcs
      = { .size = sizeof funcs, .read = read_labels, .will_need = labels_will_need };
  g_autoptr (LaminaInfo) info = lamina_info_copy (lamina_image_get_info (input));

  /* The input's bytes are what is fetched ahead, and labels have others. */
  info->ahead = info->ahead / (gint64)lamina_info_get_pixel_size (info) * (gint64)sizeof (guint32);
  info->format = LAMINA_FORMAT_U32;
  info->labels = TRUE;
  return lamina_image_new (info, &funcs, idr_segmented_ref (segmented),
                           (GDestroyNotify)idr_segmented_unref);
}

/* --- What is measured --------------------------------------------------------------------- */

typedef enum
{
  MEASURE_OWN,
  MEASURE_ALL
} Measure;

static GType
measure_get_type (void)
{
  static const GEnumValue values[] = {
    { MEASURE_OWN, "The channel in which the objects were found", "own" },
    { MEASURE_ALL, "Every channel of the image: mean_intensity_c0, and so on", "all" },
    { 0, NULL, NULL },
  };
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("IdrMeasure", values));
  return type;
}

/* --- The operation ------------------------------------------------------------------------ */

struct _IdrParallelSegment
{
  LaminaOperation parent_instance;

  LaminaImage *input;
  gint channel;
  gdouble sigma;
  IdrSegmentChoices choices;
  gboolean volume;
  gint64 memory;
  gint measure;
  gint view;
  LaminaImage *labels;
  LaminaTable *objects;
};

G_DEFINE_FINAL_TYPE (IdrParallelSegment, idr_parallel_segment, LAMINA_TYPE_OPERATION)

static void
idr_parallel_segment_init (IdrParallelSegment *self)
{
}

/* Whether the image can be segmented at all, and as it is asked for. */
static gboolean
check_input (IdrParallelSegment *self, GError **error)
{
  const LaminaInfo *info;

  if (self->input == NULL)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                   "There is no image to segment: put a source of one to its left");
      return FALSE;
    }
  info = lamina_image_get_info (self->input);
  if (info->samples != 1)
    {
      g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
                   "The image has %d samples in each pixel: give it one channel at a time",
                   info->samples);
      return FALSE;
    }
  for (gint i = 1; self->volume && info->z != NULL && i < info->n_z; i++)
    if (info->z[i] != info->z[i - 1] + 1)
      {
        g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_ARGUMENT,
                     "volume=true takes planes that follow each other, and z=%d is not followed by "
                     "z=%d: select a range without gaps",
                     info->z[i - 1], info->z[i - 1] + 1);
        return FALSE;
      }
  return TRUE;
}

static gboolean
idr_parallel_segment_open (LaminaOperation *operation, GCancellable *cancellable, GError **error)
{
  IdrParallelSegment *self = IDR_PARALLEL_SEGMENT (operation);
  IdrSegmentOptions options = { .sigma = self->sigma };
  g_autoptr (IdrSegmented) segmented = NULL;
  g_autoptr (LaminaImage) image = NULL, labels = NULL;

  if (!check_input (self, error)
      || !idr_segment_choices_get (&self->choices, self->volume, &options, error))
    return FALSE;
  image = self->channel < 0 ? g_object_ref (self->input)
                            : idr_channel_new (self->input, self->channel, error);
  if (image == NULL)
    return FALSE;
  segmented = idr_segmented_new (image, &options, self->volume, self->memory);
  labels = make_labels (image, segmented);
  self->labels = idr_view_new ((IdrView)self->view, image, labels);
  self->objects = idr_objects_new (image, segmented, self->volume,
                                   self->measure == MEASURE_ALL ? self->input : NULL);
  return TRUE;
}

static void
add_measures (LaminaOperationClass *operation_class)
{
  lamina_operation_class_add (
      operation_class,
      g_param_spec_int ("channel", "Channel",
                        "The one channel to find objects in, as the whole image counts them; -1 "
                        "for each by itself",
                        -1, G_MAXINT, -1, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, channel));
  lamina_operation_class_add (
      operation_class,
      g_param_spec_enum ("measure", "Measure",
                         "The channels whose intensities the table tells: that in which the "
                         "objects were found, or all of the image's, too",
                         measure_get_type (), MEASURE_OWN, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, measure));
}

static void
add_parameters (LaminaOperationClass *operation_class)
{
  lamina_operation_class_add (
      operation_class,
      g_param_spec_double ("sigma", "Sigma",
                           "Standard deviation of the Gaussian, in pixels; 0 for no smoothing", 0,
                           100, 1, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, sigma));
  idr_segment_choices_add (operation_class, G_STRUCT_OFFSET (IdrParallelSegment, choices));
  lamina_operation_class_add (
      operation_class,
      g_param_spec_boolean ("volume", "Volume",
                            "Take the planes of each time and channel as one volume: smoothed, "
                            "measured and numbered through all of them",
                            FALSE, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, volume));
  lamina_operation_class_add (
      operation_class,
      g_param_spec_int64 ("memory", "Memory",
                          "Bytes that a plane, or a volume, may take while it is segmented; what "
                          "is larger is done in tiles. 0 for a quarter of the machine's",
                          0, G_MAXINT64, 0, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, memory));
  lamina_operation_class_add (
      operation_class,
      g_param_spec_enum ("view", "View",
                         "What the labels are given as: numbers, a mask, or "
                         "the plane with the objects' outlines, to look at",
                         IDR_TYPE_VIEW, IDR_VIEW_LABELS, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, view));
}

static void
idr_parallel_segment_class_init (IdrParallelSegmentClass *klass)
{
  LaminaOperationClass *operation_class = LAMINA_OPERATION_CLASS (klass);

  operation_class->title = "Segment planes";
  operation_class->summary = "Smooths every plane with a Gaussian, keeps what is brighter than a "
                             "threshold, and numbers and measures the objects, exactly as SciPy "
                             "and scikit-image do";
  operation_class->open = idr_parallel_segment_open;

  lamina_operation_class_add (
      operation_class,
      g_param_spec_object ("input", "Input", "The image to segment", LAMINA_TYPE_IMAGE, LAMINA_IN),
      G_STRUCT_OFFSET (IdrParallelSegment, input));
  add_parameters (operation_class);
  add_measures (operation_class);
  lamina_operation_class_add (
      operation_class,
      g_param_spec_object ("labels", "Labels",
                           "The planes with each object's pixels numbered, or "
                           "as view= has it",
                           LAMINA_TYPE_IMAGE, LAMINA_OUT),
      G_STRUCT_OFFSET (IdrParallelSegment, labels));
  lamina_operation_class_add (operation_class,
                              g_param_spec_object ("objects", "Objects",
                                                   "The objects and what they measure, a row each",
                                                   LAMINA_TYPE_TABLE, LAMINA_OUT),
                              G_STRUCT_OFFSET (IdrParallelSegment, objects));
}
