/* What an operation of libvips's makes of an image of Lamina's, plane by plane
 *
 * A plane is one image of libvips's, which is computed from the plane of the input where and when
 * it is read, on the thread that reads. What is built for a plane, a *preparation*, belongs to one
 * reader at a time, who lends it a job: so that what libvips reads on whichever of its threads is
 * counted and cancelled for him, and what goes wrong there comes back to him as it was. Idle ones
 * are kept, for some operations look at a whole plane before they have a pixel.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-filtered.h"

#include "bridge.h"
#include "vips-fields.h"
#include "vips-image.h"
#include "vips-scale.h"

/* Preparations that are kept, fewer where libvips has more bytes than that in use. */
#define MAX_IDLE 32
#define MAX_IDLE_BYTES (256 << 20)

/* Of a plane, what libvips is asked for at once: much, because what it computes at a part's edges
 * it computes twice, and little, because it holds all steps of the computation, and cannot be
 * stopped within a part: so as many rows as take about so long, but not more bytes than that. */
#define FIRST_ROWS 16
#define SHORT_TIME (20 * G_TIME_SPAN_MILLISECOND)
#define LONG_TIME (100 * G_TIME_SPAN_MILLISECOND)
#define PART_BYTES (4 << 20)
#define PART_ROWS 128

/* The input, as libvips reads it for the one who has the preparation. */
typedef struct
{
  LaminaImage *input;
  GMutex lock;
  LaminaJob *job; /* lent */
  GError *error;  /* the first */
} Loan;

typedef struct
{
  gint64 plane;
  LaminaImage *image; /* made of the loan, which it owns */
  Loan *loan;
  VipsImage *out;
} Preparation;

typedef struct
{
  LaminaImage *input;
  VipsOperation *call;
  const gchar *in, *out, *nickname;
  gchar *prefix;    /* of what goes wrong when it is read; "" while it is opened */
  LaminaInfo *info; /* NULL until a plane was prepared */
  GMutex lock;
  GQueue idle; /* of Preparation, the last used first */
} Filtered;

/* --- Loans ------------------------------------------------------------------------------- */

static void
lend (Loan *loan, LaminaJob *job)
{
  g_mutex_lock (&loan->lock);
  loan->job = job;
  g_mutex_unlock (&loan->lock);
}

static LaminaJob *
get_lent (Loan *loan)
{
  LaminaJob *job;

  g_mutex_lock (&loan->lock);
  job = loan->job;
  g_mutex_unlock (&loan->lock);
  return job;
}

static gboolean
loan_read (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
           LaminaJob *unused, GError **error)
{
  Loan *loan = data;
  g_autoptr (GError) problem = NULL;

  if (lamina_image_read (loan->input, plane, rect, pixels, stride, get_lent (loan), &problem))
    return TRUE;
  g_mutex_lock (&loan->lock);
  if (loan->error == NULL)
    loan->error = g_error_copy (problem);
  g_mutex_unlock (&loan->lock);
  g_propagate_error (error, g_steal_pointer (&problem));
  return FALSE;
}

static void
loan_free (gpointer data)
{
  Loan *loan = data;

  g_object_unref (loan->input);
  g_clear_error (&loan->error);
  g_mutex_clear (&loan->lock);
  g_free (loan);
}

/* What libvips failed for: the input's own error where that is the cause. */
static void
take_error (const Filtered *self, Loan *loan, GError **error)
{
  g_autoptr (GError) problem = NULL;

  bridge_vips_take_error (&problem);
  g_mutex_lock (&loan->lock);
  if (loan->error != NULL)
    g_propagate_error (error, g_steal_pointer (&loan->error));
  else
    g_set_error (error, problem->domain, problem->code, "%s%s", self->prefix,
                 bridge_get_message (problem, self->nickname));
  g_mutex_unlock (&loan->lock);
}

/* --- Preparations -------------------------------------------------------------------- */

static void
preparation_free (Preparation *preparation)
{
  g_clear_object (&preparation->out);
  g_object_unref (preparation->image);
  g_free (preparation);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Preparation, preparation_free)

static Preparation *
preparation_new (LaminaImage *input, gint64 plane, LaminaJob *job)
{
  static const LaminaImageFuncs funcs = { .size = sizeof funcs, .read = loan_read };
  Preparation *preparation = g_new0 (Preparation, 1);
  Loan *loan = g_new0 (Loan, 1);

  g_mutex_init (&loan->lock);
  loan->input = g_object_ref (input);
  loan->job = job;
  preparation->plane = plane;
  preparation->loan = loan;
  preparation->image = lamina_image_new (lamina_image_get_info (input), &funcs, loan, loan_free);
  return preparation;
}

static void *
copy_argument (VipsObject *call, GParamSpec *argument, VipsArgumentClass *klass,
               VipsArgumentInstance *instance, void *to, void *unused)
{
  g_auto (GValue) value = G_VALUE_INIT;

  if ((klass->flags & VIPS_ARGUMENT_INPUT) == 0 || !instance->assigned)
    return NULL;
  g_value_init (&value, argument->value_type);
  g_object_get_property (G_OBJECT (call), argument->name, &value);
  g_object_set_property (G_OBJECT (to), argument->name, &value);
  return NULL;
}

VipsImage *
bridge_vips_build (VipsObject *call, const gchar *name)
{
  VipsImage *out = NULL, *decoded = NULL;

  if (vips_object_build (call) == 0)
    g_object_get (call, name, &out, NULL);
  vips_object_unref_outputs (call);
  g_object_unref (call);
  if (out == NULL)
    return NULL;
  if (vips_image_decode (out, &decoded) == 0 && vips_image_pio_input (decoded) != 0)
    g_clear_object (&decoded);
  g_object_unref (out);
  return decoded;
}

static VipsImage *
filter (const Filtered *self, LaminaImage *image, gint64 plane)
{
  VipsImage *in = vips_image_new (), *out = NULL;

  if (bridge_vips_make_image (image, plane, 1, self->nickname, in) == 0)
    {
      VipsObject *call = g_object_new (G_OBJECT_TYPE (self->call), NULL);

      vips_argument_map (VIPS_OBJECT (self->call), copy_argument, call, NULL);
      g_object_set (call, self->in, in, NULL);
      out = bridge_vips_build (call, self->out);
    }
  g_object_unref (in);
  return out;
}

static Preparation *
prepare (const Filtered *self, gint64 plane, LaminaJob *job, GError **error)
{
  g_autoptr (Preparation) preparation = preparation_new (self->input, plane, job);

  if (bridge_vips_count_pages (preparation->image, plane, 1, error) == 0)
    return NULL;
  preparation->out = filter (self, preparation->image, plane);
  /* libvips 8.14 may forget what went wrong on a thread of its own. */
  if (preparation->out != NULL && preparation->loan->error == NULL)
    return g_steal_pointer (&preparation);
  take_error (self, preparation->loan, error);
  return NULL;
}

/* All planes of an image are alike; libvips may make what it likes of each. */
static gboolean
check_alike (const Filtered *self, const Preparation *preparation, GError **error)
{
  const LaminaInfo *info = self->info;
  const VipsImage *out = preparation->out;
  g_autoptr (LaminaInfo) own = bridge_vips_get_info (preparation->out, error);

  if (own == NULL)
    return FALSE;
  if (own->format == info->format && out->Bands == info->samples && out->Xsize == info->width
      && out->Ysize == info->height)
    return TRUE;
  g_set_error (error, LAMINA_ERROR, LAMINA_ERROR_UNSUPPORTED,
               "%sPlane %" G_GINT64_FORMAT " becomes %d x %d pixels of %d %s, and plane 0 "
               "%" G_GINT64_FORMAT " x %" G_GINT64_FORMAT
               " of %d %s: planes of an image are all alike",
               self->prefix, preparation->plane, out->Xsize, out->Ysize, out->Bands,
               lamina_format_get_name (own->format), info->width, info->height, info->samples,
               lamina_format_get_name (info->format));
  return FALSE;
}

static gint
compare_plane (gconstpointer preparation, gconstpointer plane)
{
  return ((const Preparation *)preparation)->plane != *(const gint64 *)plane;
}

static Preparation *
borrow (Filtered *self, gint64 plane, LaminaJob *job, GError **error)
{
  g_autoptr (Preparation) preparation = NULL;
  GList *link;

  g_mutex_lock (&self->lock);
  link = g_queue_find_custom (&self->idle, &plane, compare_plane);
  if (link != NULL)
    {
      preparation = link->data;
      g_queue_delete_link (&self->idle, link);
    }
  g_mutex_unlock (&self->lock);
  if (preparation != NULL)
    {
      lend (preparation->loan, job);
      return g_steal_pointer (&preparation);
    }

  preparation = prepare (self, plane, job, error);
  if (preparation == NULL || !check_alike (self, preparation, error))
    return NULL;
  return g_steal_pointer (&preparation);
}

static void
give_back (Filtered *self, Preparation *preparation)
{
  g_autoptr (GPtrArray) old = g_ptr_array_new_with_free_func ((GDestroyNotify)preparation_free);

  lend (preparation->loan, NULL);
  g_mutex_lock (&self->lock);
  g_queue_push_head (&self->idle, preparation);
  while (self->idle.length > MAX_IDLE
         || (self->idle.length > 1 && vips_tracked_get_mem () > MAX_IDLE_BYTES))
    g_ptr_array_add (old, g_queue_pop_tail (&self->idle));
  g_mutex_unlock (&self->lock);
}

/* --- Pixels -------------------------------------------------------------------------- */

static gboolean
read_part (const Filtered *self, const Preparation *preparation, VipsRegion *region,
           const VipsRect *part, guint8 *pixels, gsize stride, GError **error)
{
  if (g_cancellable_set_error_if_cancelled (G_CANCELLABLE (get_lent (preparation->loan)), error))
    return FALSE;
  if (vips_region_prepare (region, part) != 0)
    {
      take_error (self, preparation->loan, error);
      return FALSE;
    }
  for (gint y = 0; y < part->height; y++)
    memcpy (pixels + (gsize)y * stride, VIPS_REGION_ADDR (region, part->left, part->top + y),
            (gsize)part->width * VIPS_IMAGE_SIZEOF_PEL (preparation->out));
  return TRUE;
}

static gboolean
read_parts (const Filtered *self, const Preparation *preparation, const LaminaRect *rect,
            guint8 *pixels, gsize stride, GError **error)
{
  gint64 row = rect->width * (gint64)VIPS_IMAGE_SIZEOF_PEL (preparation->out);
  gint64 most = MAX (PART_BYTES / row, PART_ROWS), rows = FIRST_ROWS;
  VipsRegion *region = vips_region_new (preparation->out);
  gboolean done = TRUE;

  for (gint64 y = 0, n; y < rect->height && done; y += n)
    {
      const gint64 start = g_get_monotonic_time ();
      gint64 time;

      n = MIN (rows, rect->height - y);
      done = read_part (
          self, preparation, region,
          &(VipsRect){ (gint)rect->x, (gint)(rect->y + y), (gint)rect->width, (gint)n },
          pixels + (gsize)y * stride, stride, error);
      time = g_get_monotonic_time () - start;
      if (time < SHORT_TIME)
        rows = MIN (rows * 2, most);
      else if (time > LONG_TIME)
        rows = MAX (rows / 2, 1);
    }
  g_object_unref (region);
  return done;
}

/* libvips keeps buffers for each thread, and frees those of its own threads itself. Filters of
 * filters read on one thread, and the innermost comes back first. */
static GPrivate depth = G_PRIVATE_INIT (NULL);

static void
enter_libvips (void)
{
  g_private_set (&depth, GINT_TO_POINTER (GPOINTER_TO_INT (g_private_get (&depth)) + 1));
}

static void
leave_libvips (void)
{
  gint outer = GPOINTER_TO_INT (g_private_get (&depth)) - 1;

  g_private_set (&depth, GINT_TO_POINTER (outer));
  if (outer == 0 && !vips_thread_isvips ())
    vips_thread_shutdown ();
}

static gboolean
filtered_read (gint64 plane, const LaminaRect *rect, gpointer pixels, gsize stride, gpointer data,
               LaminaJob *job, GError **error)
{
  Filtered *self = data;
  g_autoptr (Preparation) preparation = NULL;
  gboolean done;

  enter_libvips ();
  preparation = borrow (self, plane, job, error);
  done = preparation != NULL && read_parts (self, preparation, rect, pixels, stride, error);
  if (done)
    give_back (self, g_steal_pointer (&preparation));
  g_clear_pointer (&preparation, preparation_free);
  leave_libvips ();
  return done;
}

static void
filtered_will_need (gint64 plane, const LaminaRect *rect, gpointer data, LaminaJob *job)
{
  const Filtered *self = data;
  const LaminaInfo *input = lamina_image_get_info (self->input);
  const gboolean is_same = input->width == self->info->width && input->height == self->info->height;

  lamina_image_will_need (self->input, plane, is_same ? rect : NULL, job);
}

/* --- What is known of it ------------------------------------------------------------- */

static gdouble
get_plane_bytes (const LaminaInfo *info)
{
  return (gdouble)info->width * (gdouble)info->height * (gdouble)lamina_info_get_pixel_size (info);
}

static LaminaInfo *
make_info (const LaminaInfo *input, VipsOperation *call, VipsImage *out, GError **error)
{
  g_autoptr (LaminaInfo) theirs = bridge_vips_get_info (out, error);
  LaminaInfo *info;
  gdouble ahead;

  if (theirs == NULL)
    return NULL;
  info = lamina_info_copy (input);
  info->format = theirs->format;
  info->labels = theirs->labels;
  info->samples = out->Bands;
  info->width = out->Xsize;
  info->height = out->Ysize;
  if (info->width != input->width || info->height != input->height)
    {
      info->tile_width = info->width;
      info->tile_height = MIN (info->height, PART_ROWS);
      bridge_vips_scale_pixels (info, input, call);
    }
  /* As many planes as before. */
  ahead = (gdouble)input->ahead * get_plane_bytes (info) / get_plane_bytes (input);
  info->ahead = ahead < 0x1p62 ? (gint64)ahead : input->ahead;
  return info;
}

/* --- The image ----------------------------------------------------------------------- */

static void
filtered_free (gpointer data)
{
  Filtered *self = data;

  g_queue_clear_full (&self->idle, (GDestroyNotify)preparation_free);
  g_object_unref (self->input);
  g_object_unref (self->call);
  g_clear_pointer (&self->info, lamina_info_free);
  g_free (self->prefix);
  g_mutex_clear (&self->lock);
  g_free (self);
}

LaminaImage *
bridge_vips_filter (LaminaImage *input, VipsOperation *call, const gchar *in, const gchar *out,
                    LaminaJob *job, GError **error)
{
  static const LaminaImageFuncs funcs
      = { .size = sizeof funcs, .read = filtered_read, .will_need = filtered_will_need };
  Filtered *self = g_new0 (Filtered, 1);
  g_autoptr (Preparation) first = NULL;

  self->input = g_object_ref (input);
  self->call = g_object_ref (call);
  self->in = in;
  self->out = out;
  self->nickname = VIPS_OBJECT_GET_CLASS (call)->nickname;
  self->prefix = g_strdup ("");
  g_mutex_init (&self->lock);
  g_queue_init (&self->idle);

  enter_libvips ();
  first = prepare (self, 0, job, error);
  leave_libvips ();
  if (first != NULL)
    self->info = make_info (lamina_image_get_info (input), call, first->out, error);
  if (self->info == NULL)
    {
      filtered_free (self);
      return NULL;
    }
  g_free (self->prefix);
  self->prefix = g_strdup_printf ("vips:%s: ", self->nickname);
  give_back (self, g_steal_pointer (&first));
  return lamina_image_new (self->info, &funcs, self, filtered_free);
}
