/* The loader for programs of libvips 7, such as nip2, which ask for formats
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "vips-load.h"

#include "bridge.h"

#include <vips/vips7compat.h>

typedef VipsFormat BridgeVipsFormat;
typedef VipsFormatClass BridgeVipsFormatClass;

G_DEFINE_TYPE (BridgeVipsFormat, bridge_vips_format, VIPS_TYPE_FORMAT)

/* "x.idr:page=5" as "x.idr[page=5]": a file's own name may have colons, too. */
static gchar *
translate (const char *name)
{
  g_autofree gchar *path = g_strdup (name);

  if (g_file_test (path, G_FILE_TEST_EXISTS))
    return g_steal_pointer (&path);
  for (gchar *colon; (colon = strrchr (path, ':')) != NULL;)
    {
      *colon = '\0';
      if (g_file_test (path, G_FILE_TEST_EXISTS))
        return g_strdup_printf ("%s[%s]", path, name + (colon - path) + 1);
    }
  return g_strdup (name);
}

static int
bridge_vips_format_load (const char *name, VipsImage *out)
{
  g_autofree gchar *translated = translate (name);
  VipsImage *image = vips_image_new_from_file (translated, NULL);
  int status;

  if (image == NULL)
    return -1;
  status = vips_image_write (image, out);
  g_object_unref (image);
  return status;
}

static VipsFormatFlags
bridge_vips_format_get_flags (const char *name)
{
  return VIPS_FORMAT_PARTIAL;
}

static void
bridge_vips_format_init (BridgeVipsFormat *self)
{
}

static void
bridge_vips_format_class_init (BridgeVipsFormatClass *klass)
{
  VIPS_OBJECT_CLASS (klass)->nickname = "lamina_format";
  VIPS_OBJECT_CLASS (klass)->description = "OME-Zarr images";
  klass->is_a = bridge_vips_load_is_a;
  klass->header = bridge_vips_format_load;
  klass->load = bridge_vips_format_load;
  klass->get_flags = bridge_vips_format_get_flags;
  klass->suffs = bridge_vips_load_endings;
  klass->priority = 200;
}
