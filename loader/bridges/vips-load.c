/* The loader lamina_load: an image by the name of a file, in every program of libvips's
 *
 * libvips looks only at names of files that there are: pointer files, and the metadata that a Zarr
 * begins with. As an argument of the operation any location will do.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-load.h"

#include "bridge.h"
#include "vips-image.h"

#define NAME "lamina_load"

typedef struct
{
  VipsForeignLoad parent_instance;

  gchar *filename;
  gint page, n, level;
  gchar *t, *c, *z;
} BridgeVipsLoad;

typedef VipsForeignLoadClass BridgeVipsLoadClass;

G_DEFINE_TYPE (BridgeVipsLoad, bridge_vips_load, VIPS_TYPE_FOREIGN_LOAD)

const char *bridge_vips_load_endings[] = { ".idr", ".zattrs", ".zarray", "zarr.json", NULL };

/* The metadata of a Zarr, which lie in its folder. */
static gboolean
is_metadata (const gchar *filename)
{
  g_autofree gchar *name = g_path_get_basename (filename);

  return g_strv_contains ((const gchar *const *)bridge_vips_load_endings + 1, name);
}

gboolean
bridge_vips_load_is_a (const char *filename)
{
  return g_str_has_suffix (filename, bridge_vips_load_endings[0]) || is_metadata (filename);
}

static VipsForeignFlags
bridge_vips_load_get_flags_filename (const char *filename)
{
  return VIPS_FOREIGN_PARTIAL;
}

static VipsForeignFlags
bridge_vips_load_get_flags (VipsForeignLoad *load)
{
  return VIPS_FOREIGN_PARTIAL;
}

/* --- Loading ----------------------------------------------------------------------------- */

static gboolean
is_given (BridgeVipsLoad *self, const gchar *argument)
{
  return vips_object_argument_isset (VIPS_OBJECT (self), argument);
}

/* Where nothing is said here, a pointer file may say it. */
static gboolean
read_pointer (BridgeVipsLoad *self, GError **error)
{
  g_autoptr (LaminaPointer) pointer = NULL;

  if (!lamina_pointer_is (self->filename))
    return TRUE;
  pointer = lamina_pointer_load (self->filename, error);
  if (pointer == NULL)
    return FALSE;
  if (!is_given (self, "page"))
    self->page = lamina_pointer_get_page (pointer);
  if (!is_given (self, "n"))
    self->n = lamina_pointer_get_n (pointer);
  return TRUE;
}

/* What is given here is given to the source, with its names. */
static BridgeValues *
take_values (BridgeVipsLoad *self)
{
  static const gchar *const names[] = { "level", "t", "c", "z" };
  BridgeValues *values = bridge_values_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    if (is_given (self, names[i]))
      g_object_get_property (
          G_OBJECT (self), names[i],
          bridge_values_add (values, names[i], i == 0 ? G_TYPE_INT : G_TYPE_STRING));
  return values;
}

static gboolean
load_image (BridgeVipsLoad *self, VipsImage *out, GError **error)
{
  g_autofree gchar *folder
      = is_metadata (self->filename) ? g_path_get_dirname (self->filename) : NULL;
  g_autoptr (BridgeValues) values = take_values (self);
  g_autoptr (LaminaImage) image = NULL;
  gint64 n;

  if (!read_pointer (self, error))
    return FALSE;
  image = bridge_open_location (folder != NULL ? folder : self->filename, values, NULL, error);
  if (image == NULL || (n = bridge_vips_count_pages (image, self->page, self->n, error)) == 0)
    return FALSE;
  if (bridge_vips_make_image (image, self->page, n, NAME, out) == 0)
    return TRUE;
  bridge_vips_take_error (error);
  return FALSE;
}

static int
bridge_vips_load_header (VipsForeignLoad *load)
{
  BridgeVipsLoad *self = (BridgeVipsLoad *)load;
  g_autoptr (GError) error = NULL;

  if (!load_image (self, load->out, &error))
    return bridge_vips_fail (NAME, error);
  VIPS_SETSTR (load->out->filename, self->filename);
  return 0;
}

/* --- The class --------------------------------------------------------------------------- */

static void
bridge_vips_load_init (BridgeVipsLoad *self)
{
  self->n = 1;
}

static void
add_arguments (BridgeVipsLoadClass *klass)
{
#define TEXT(name, field, priority, nick, blurb, flags)                                            \
  VIPS_ARG_STRING (klass, name, priority, nick, blurb, flags,                                      \
                   G_STRUCT_OFFSET (BridgeVipsLoad, field), NULL)
#define NUMBER(name, priority, nick, blurb, value)                                                 \
  VIPS_ARG_INT (klass, #name, priority, nick, blurb, VIPS_ARGUMENT_OPTIONAL_INPUT,                 \
                G_STRUCT_OFFSET (BridgeVipsLoad, name), G_MININT, G_MAXINT, value)
  TEXT ("filename", filename, 1, "Filename",
        "A pointer file (x.idr), .zattrs, .zarray or zarr.json of a Zarr, or any location",
        VIPS_ARGUMENT_REQUIRED_INPUT);
  NUMBER (page, 20, "Page", "First plane to load, of those that are selected", 0);
  NUMBER (n, 21, "n", "Planes to load, one below the other; -1 for all", 1);
  NUMBER (level, 22, "Level", "Resolution; 0 is the finest", 0);
  TEXT ("t", t, 23, "Frames", "Which frames: all, 7, 0-9, middle…", VIPS_ARGUMENT_OPTIONAL_INPUT);
  TEXT ("c", c, 24, "Channels", "Which channels, written as frames are",
        VIPS_ARGUMENT_OPTIONAL_INPUT);
  TEXT ("z", z, 25, "Sections", "Which sections, written as frames are",
        VIPS_ARGUMENT_OPTIONAL_INPUT);
#undef TEXT
#undef NUMBER
}

static void
bridge_vips_load_class_init (BridgeVipsLoadClass *klass)
{
  G_OBJECT_CLASS (klass)->set_property = vips_object_set_property;
  G_OBJECT_CLASS (klass)->get_property = vips_object_get_property;
  VIPS_OBJECT_CLASS (klass)->nickname = NAME;
  VIPS_OBJECT_CLASS (klass)->description = "load planes of an OME-Zarr image";
  VIPS_OPERATION_CLASS (klass)->flags |= VIPS_OPERATION_UNTRUSTED;
  VIPS_FOREIGN_CLASS (klass)->suffs = bridge_vips_load_endings;
  VIPS_FOREIGN_CLASS (klass)->priority = 200; /* it looks at names only, others at JSON */
  klass->is_a = bridge_vips_load_is_a;
  klass->get_flags_filename = bridge_vips_load_get_flags_filename;
  klass->get_flags = bridge_vips_load_get_flags;
  klass->header = bridge_vips_load_header;
  add_arguments (klass);
}
