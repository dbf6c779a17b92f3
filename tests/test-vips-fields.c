/* What is known of an image, in headers of libvips's: written, read back, as OME-XML
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "made-image.h"
#include "vips-fields.h"
#include "vips-ome.h"
#include "vips-stand.h"

/* --- Fields ------------------------------------------------------------------------------ */

static gint
get_int (VipsImage *image, const gchar *field)
{
  gint value = -1;

  vips_image_get_int (image, field, &value);
  return value;
}

static void
assert_text (VipsImage *image, const gchar *field, const gchar *wanted)
{
  const char *text = NULL;

  if (vips_image_get_typeof (image, field) != 0)
    vips_image_get_string (image, field, &text);
  g_assert_cmpstr (text, ==, wanted);
}

static const gint frames[] = { 4, 9 }, channels[] = { 1, 0, 5 }, sections[] = { 7, 8, 9, 20 };
static const gchar *const names[] = { "red & <blue>", "", "\"green\"", NULL };

static LaminaInfo
make_full_info (void)
{
  LaminaInfo info = make_info (LAMINA_FORMAT_U16, 1, 2, 3, 4);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add_parsed (&builder, "{'name', <'a \x01 & b'>}");
  g_variant_builder_add_parsed (&builder, "{'channel-colors', <[0xff0000, -1, 0x00ff00]>}");
  info.t = frames;
  info.c = channels;
  info.z = sections;
  info.channels = names;
  info.size_x = 0.25;
  info.size_y = 0.5;
  info.size_z = 2;
  info.step_t = 60;
  info.level = 1;
  info.n_levels = 4;
  info.extra = g_variant_builder_end (&builder);
  return info;
}

static void
test_fields (void)
{
  LaminaInfo info = make_full_info ();
  g_autoptr (LaminaImage) image = made_image_new (&info, small);
  VipsImage *all = make (image, 0, 24), *one = make (image, 17, 1), *mixed = make (image, 2, 4);

  g_assert_cmpint (get_int (all, "n-pages"), ==, 24);
  g_assert_cmpint (get_int (all, "page-height"), ==, 21);
  g_assert_cmpfloat (all->Xres, ==, 4000);
  g_assert_cmpfloat (all->Yres, ==, 2000);
  g_assert_cmpint (get_int (all, "lamina-level"), ==, 1);
  g_assert_cmpint (get_int (all, "n-levels"), ==, 4);
  assert_text (all, "lamina-t", "4,9");
  assert_text (all, "lamina-c", "1,0,5");
  assert_text (all, "lamina-z", "7-9,20");
  assert_text (all, "lamina-channel-2", "\"green\"");

  /* Page 17 is the second section of the second channel of the second frame. */
  g_assert_cmpint (get_int (one, "n-pages"), ==, 24);
  g_assert_cmpuint (vips_image_get_typeof (one, "page-height"), ==, 0);
  assert_text (one, "lamina-t", "9");
  assert_text (one, "lamina-c", "0");
  assert_text (one, "lamina-z", "8");
  assert_text (one, "lamina-channel-0", "");
  assert_text (one, "lamina-channel-1", NULL);

  /* What is no block has no places. */
  assert_text (mixed, "lamina-t", NULL);
  g_object_unref (all);
  g_object_unref (one);
  g_object_unref (mixed);
}

/* Attributes as "element.name=text" lines. */
static void
collect (GMarkupParseContext *context, const gchar *element, const gchar **attributes,
         const gchar **values, gpointer data, GError **error)
{
  for (gint i = 0; attributes[i] != NULL; i++)
    g_string_append_printf (data, "%s.%s=%s\n", element, attributes[i], values[i]);
}

static void
test_ome (void)
{
  const GMarkupParser parser = { .start_element = collect };
  LaminaInfo info = make_full_info ();
  g_autoptr (LaminaInfo) owner = lamina_info_copy (&info);
  const gchar *const wanted[] = { "Image.Name=a \xef\xbf\xbd & b\n",
                                  "Pixels.SizeZ=2\n",
                                  "Pixels.SizeC=1\n",
                                  "Pixels.SizeT=1\n",
                                  "Pixels.Type=uint16\n",
                                  "Pixels.PhysicalSizeX=0.25\n",
                                  "Pixels.TimeIncrement=60\n",
                                  "Pixels.DimensionOrder=XYZCT\n",
                                  "Channel.Name=\"green\"\n",
                                  "Channel.Color=16711935\n" };
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GMarkupParseContext) context = g_markup_parse_context_new (&parser, 0, lines, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *xml = NULL;
  BridgeBlock block;

  g_assert_true (bridge_vips_find_block (owner, 21, 2, &block));
  xml = bridge_vips_make_ome (owner, &block);
  g_markup_parse_context_parse (context, xml, -1, &error);
  g_assert_no_error (error);
  g_assert_true (g_markup_parse_context_end_parse (context, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (wanted); i++)
    if (strstr (lines->str, wanted[i]) == NULL)
      g_error ("%s is not in\n%s", wanted[i], lines->str);
}

static void
test_places (void)
{
  LaminaInfo info = make_full_info ();
  g_autoptr (LaminaImage) image = made_image_new (&info, small);
  VipsImage *out = make (image, 0, 24), *copy = NULL;
  g_autoptr (LaminaInfo) back = NULL;
  gint t, c, z;

  g_assert_cmpint (vips_copy (out, &copy, NULL), ==, 0);
  back = bridge_vips_get_info (copy, NULL);
  lamina_info_get_place (back, 17, &t, &c, &z);
  g_assert_cmpint (t, ==, 9);
  g_assert_cmpint (c, ==, 0);
  g_assert_cmpint (z, ==, 8);
  g_assert_cmpstr (back->channels[0], ==, names[0]);
  g_assert_cmpfloat (back->size_x, ==, 0.25);
  g_assert_cmpfloat (back->size_z, ==, 2);
  g_assert_cmpfloat (back->step_t, ==, 60);
  g_assert_cmpstr (bridge_vips_get_extra (back, "name"), ==, "a \x01 & b");

  /* Fields may be anybody's. */
  g_clear_pointer (&back, lamina_info_free);
  vips_image_set_string (copy, "lamina-z", "0-2000000000,5,x");
  back = bridge_vips_get_info (copy, NULL);
  g_assert_cmpint (back->n_z, ==, 24);
  g_assert_null (back->z);
  g_object_unref (copy);
  g_object_unref (out);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  start_vips (argv[0]);
  g_test_add_func ("/vips/fields", test_fields);
  g_test_add_func ("/vips/ome", test_ome);
  g_test_add_func ("/vips/places", test_places);
  return g_test_run ();
}
