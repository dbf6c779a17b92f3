/* A program of libvips's that segments: the counterpart of what Lamina's own programs do
 *
 * usage: vips-segment FILE objects|labels|nothing
 * Prints how many objects there are in FILE's planes, or the greatest of their labels; or computes
 * the greatest value of an image as large that is black, which is what libvips alone takes.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <vips/vips.h>

static int
count_objects (VipsImage *image, gdouble *figure)
{
  VipsImage *objects = NULL;
  gint n = 0;

  if (vips_call ("parallel_segment_objects", image, &objects, NULL) != 0
      || vips_image_get_int (objects, "lamina-rows", &n) != 0)
    return -1;
  g_object_unref (objects);
  *figure = n;
  return 0;
}

static int
find_greatest (VipsImage *labels, gdouble *figure)
{
  int failed = vips_max (labels, figure, NULL);

  g_object_unref (labels);
  return failed;
}

static int
find_greatest_label (VipsImage *image, gdouble *figure)
{
  VipsImage *labels = NULL;

  return vips_call ("parallel_segment", image, &labels, NULL) != 0 ? -1
                                                                   : find_greatest (labels, figure);
}

static int
find_nothing (VipsImage *image, gdouble *figure)
{
  VipsImage *black = NULL, *wide = NULL;

  if (vips_black (&black, image->Xsize, image->Ysize, NULL) != 0
      || vips_cast (black, &wide, VIPS_FORMAT_UINT, NULL) != 0)
    return -1;
  g_object_unref (black);
  return find_greatest (wide, figure);
}

static int
find (const gchar *what, VipsImage *image, gdouble *figure)
{
  if (g_str_equal (what, "objects"))
    return count_objects (image, figure);
  if (g_str_equal (what, "labels"))
    return find_greatest_label (image, figure);
  return find_nothing (image, figure);
}

int
main (int argc, char **argv)
{
  VipsImage *image;
  gdouble figure = 0;

  if (VIPS_INIT (argv[0]) != 0 || argc != 3)
    vips_error_exit ("usage: vips-segment FILE objects|labels|nothing");
  image = vips_image_new_from_file (argv[1], NULL);
  if (image == NULL || find (argv[2], image, &figure) != 0)
    vips_error_exit (NULL);
  g_object_unref (image);
  g_print ("%.0f\n", figure);
  vips_shutdown ();
  return 0;
}
