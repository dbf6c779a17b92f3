/* A whole host in C: counts the objects of an image's first planes
 *
 * cc count-objects.c $(pkg-config --cflags --libs lamina-1)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <lamina.h>

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaOperation) source = NULL;
  g_autoptr (LaminaOperation) segment = NULL;
  g_autoptr (LaminaImage) image = NULL;
  g_autoptr (LaminaTable) objects = NULL;

  lamina_plugin_load_all ();
  source = lamina_operation_new ("idr-s3-source", NULL, &error, "location", argv[1], "z",
                                 "middle:1", NULL);
  if (source == NULL)
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_object_get (source, "image", &image, NULL);
  segment = lamina_operation_new ("parallel-segment", NULL, &error, "input", image, NULL);
  g_object_get (segment, "objects", &objects, NULL);

  for (gint64 plane = 0; plane < 3; plane++)
    {
      g_autoptr (GArray) rows = lamina_table_read (objects, plane, NULL, &error);
      guint n_columns = g_strv_length ((gchar **)lamina_table_get_columns (objects));

      if (rows == NULL)
        {
          g_printerr ("%s\n", error->message);
          return 1;
        }
      g_print ("plane %d: %u objects\n", (gint)plane, rows->len / n_columns);
    }
  return 0;
}
