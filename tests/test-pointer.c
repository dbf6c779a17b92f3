/* Pointer files: what they say, what is refused in which line, and what an operation takes of them
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "idr-s3-source.h"
#include "made-folder.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static gchar *folder; /* of the test's own, with the sample in it */

static LaminaPointer *
parse (const gchar *path, const gchar *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return lamina_pointer_parse (path, bytes, error);
}

static void
test_says (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaPointer) pointer
      = parse ("/data/x.idr",
               "\xef\xbb\xbf\r\n  # The nuclei\r\n\t6001240 \r\n z = 0-9:3 \n#level=7\nt=\n"
               "missing_chunks=error\n\nserver=a=b # c\nn=-1\npage=3",
               &error);
  const gchar *const *names;

  g_assert_no_error (error);
  names = lamina_pointer_get_names (pointer);
  g_assert_cmpstrv (names, ((const gchar *[]){ "z", "t", "missing-chunks", "server", NULL }));
  g_assert_cmpstr (lamina_pointer_get_location (pointer), ==, "6001240");
  g_assert_cmpstr (lamina_pointer_get_value (pointer, "z"), ==, "0-9:3");
  g_assert_cmpstr (lamina_pointer_get_value (pointer, "t"), ==, "");
  g_assert_cmpstr (lamina_pointer_get_value (pointer, "server"), ==, "a=b # c");
  g_assert_null (lamina_pointer_get_value (pointer, "level"));
  g_assert_cmpint (lamina_pointer_get_page (pointer), ==, 3);
  g_assert_cmpint (lamina_pointer_get_n (pointer), ==, -1);
}

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaPointer) pointer = parse ("x.idr", "6001240", &error), again = NULL;

  g_assert_no_error (error);
  again = lamina_pointer_ref (pointer);
  g_assert_null (lamina_pointer_get_names (again)[0]);
  g_assert_cmpint (lamina_pointer_get_page (again), ==, 0);
  g_assert_cmpint (lamina_pointer_get_n (again), ==, 1);
}

/* What is relative is so to the file's folder; all else is the same everywhere. */
static void
test_relative (void)
{
  static const gchar *const cases[][3] = {
    { "/data/x.idr", "a b.zarr", "/data/a b.zarr" },
    { "/data/x.idr", "../a.zip!/b.zarr", "/data/../a.zip!/b.zarr" },
    { "/data/x.idr", "./6001240", "/data/./6001240" },
    { "/data/x.idr", "6001240", "6001240" },
    { "/data/x.idr", "/a.zarr", "/a.zarr" },
    { "/data/x.idr", "s3://idr/a.zarr", "s3://idr/a.zarr" },
    { "/data/x.idr", "https://h/a.zarr?anonymous=true", "https://h/a.zarr?anonymous=true" },
    { "x.idr", "a.zarr", "./a.zarr" },
    { "b/x.idr", "./a=b.zarr", "b/./a=b.zarr" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (LaminaPointer) pointer = parse (cases[i][0], cases[i][1], &error);

      g_assert_no_error (error);
      g_assert_cmpstr (lamina_pointer_get_location (pointer), ==, cases[i][2]);
    }
}

static void
assert_message (const GError *error, const gchar *words)
{
  g_assert_nonnull (error);
  if (strstr (error->message, words) == NULL)
    g_error ("\"%s\" is not in \"%s\"", words, error->message);
  g_assert_null (strchr (error->message, '\n'));
}

static void
assert_refused (const gchar *text, gsize size, const gchar *words)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, size);
  g_autoptr (GError) error = NULL;

  g_assert_null (lamina_pointer_parse ("a/x.idr", bytes, &error));
  assert_message (error, words);
  g_assert_error (error, LAMINA_ERROR, LAMINA_ERROR_DATA);
}

static void
test_refused (void)
{
  static const struct
  {
    const gchar *text, *words;
  } cases[] = {
    { "", "a/x.idr: it names no location" },
    { "\xef\xbb\xbf# nothing\n\n", "a/x.idr: it names no location" },
    { "location=a.zarr\n", "a/x.idr:1: the first line is the location alone" },
    { "#\nlevel = 1\na.zarr\n", "a/x.idr:2: the first line is the location alone" },
    { "a.zarr\nb.zarr\n", "a/x.idr:2: what follows the location is name=value, not \"b.zarr\"" },
    { "a.zarr\n=1\n", "a/x.idr:2: what follows" },
    { "a.zarr\n1=1\n", "a/x.idr:2: what follows" },
    { "a.zarr\nle vel=1\n", "a/x.idr:2: what follows" },
    { "a.zarr\nz=1\n\nz=1\n", "a/x.idr:4: z is given twice, first in line 2" },
    { "a.zarr\na-b=1\na_b=1\n", "a/x.idr:3: a-b is given twice, first in line 2" },
    { "a.zarr\nn=1\nn=1\n", "a/x.idr:3: n is given twice" },
    { "a.zarr\nn=0\n", "a/x.idr:2: n takes a whole number from 1 on, or -1" },
    { "a.zarr\nn=-2\n", "a/x.idr:2: n takes" },
    { "a.zarr\npage=-1\n", "a/x.idr:2: page takes a whole number from 0 on, not \"-1\"" },
    { "a.zarr\npage=1.5\n", "a/x.idr:2: page takes" },
    { "a.zarr\npage=\n", "a/x.idr:2: page takes" },
    { "a.zarr\npage=99999999999\n", "a/x.idr:2: page takes" },
    { "a.zarr\nz=1\rt=1\n", "a/x.idr:2: there is a control character (U+000D)" },
    { "a\x7f.zarr\n", "a/x.idr:1: there is a control character (U+007F)" },
    { "a.zarr\nz=\xff\n", "a/x.idr:2: this is no text in UTF-8" },
    { "\xff\xfe"
      "6",
      "a/x.idr:1: this is no text in UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    assert_refused (cases[i].text, strlen (cases[i].text), cases[i].words);
  assert_refused ("a.zarr\nz=\0"
                  "1",
                  11, "a/x.idr:2: this is no text in UTF-8: it has a NUL byte");
}

/* The largest that is taken, and one more. */
static void
test_limits (void)
{
  g_autoptr (GString) text = g_string_new ("a.zarr\n");
  g_autofree gchar *line = g_strnfill (4097, 'a');
  g_autoptr (LaminaPointer) pointer = NULL;

  assert_refused (line, 4097, "a/x.idr:1: a line has 4096 bytes at most");
  pointer = parse ("x.idr", line + 1, NULL);
  g_assert_nonnull (pointer);
  g_clear_pointer (&pointer, lamina_pointer_unref);

  for (gint i = 0; i < 100; i++)
    g_string_append_printf (text, "a%d=\n", i);
  pointer = parse ("x.idr", text->str, NULL);
  g_assert_nonnull (pointer);
  g_assert_cmpuint (g_strv_length ((gchar **)lamina_pointer_get_names (pointer)), ==, 100);
  g_string_append (text, "z=1\n");
  assert_refused (text->str, text->len, "a/x.idr:102: there are 100 values at most");

  while (text->len < 65536)
    g_string_prepend (text, "\n");
  assert_refused (text->str, text->len, "there are 100 values at most");
  g_string_prepend (text, "\n");
  assert_refused (text->str, text->len, "a/x.idr: a pointer file has 65536 bytes at most");
}

/* --- Files ------------------------------------------------------------------------------------ */

static gchar *
write_pointer (const gchar *name, const gchar *text)
{
  gchar *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
assert_not_loaded (const gchar *path, const gchar *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (lamina_pointer_load (path, &error));
  assert_message (error, words);
}

static void
test_files (void)
{
  g_autofree gchar *path = write_pointer ("x.idr", "cells.zarr\n");
  g_autofree gchar *other = write_pointer ("y.idr", "\nx.idr\n");
  g_autofree gchar *text = write_pointer ("x.txt", "cells.zarr\n");
  g_autofree gchar *huge = write_pointer ("huge.idr", "");
  g_autofree gchar *pipe = g_build_filename (folder, "pipe.idr", NULL);
  g_autofree gchar *none = g_build_filename (folder, "none.idr", NULL);
  g_autofree gchar *resolved = g_build_filename (folder, "cells.zarr", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaPointer) pointer = lamina_pointer_load (path, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (lamina_pointer_get_location (pointer), ==, resolved);
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  g_assert_cmpint (truncate (huge, G_GINT64_CONSTANT (1) << 40), ==, 0);
  g_assert_true (lamina_pointer_is (path));
  g_assert_false (lamina_pointer_is (text));
  g_assert_false (lamina_pointer_is (pipe));
  g_assert_false (lamina_pointer_is (folder));
  g_assert_false (lamina_pointer_is (none));
  assert_not_loaded (other, "y.idr:2: ");
  assert_not_loaded (other, "x.idr is a pointer file too");
  assert_not_loaded (pipe, "pipe.idr: a pointer file is a regular file");
  assert_not_loaded (none, "none.idr: cannot be read: ");
  assert_not_loaded (huge, "huge.idr: a pointer file has 65536 bytes at most");
}

/* --- What a source takes ---------------------------------------------------------------------- */

static void
assert_info (LaminaOperation *source, gint level, gint n_t, gint n_z)
{
  g_autoptr (LaminaImage) image = NULL;
  const LaminaInfo *info;

  g_object_get (source, "image", &image, NULL);
  info = lamina_image_get_info (image);
  g_assert_cmpint (info->level, ==, level);
  g_assert_cmpint (info->n_t, ==, n_t);
  g_assert_cmpint (info->n_z, ==, n_z);
}

/* What is given wins, also where it is the default. */
static void
test_given (void)
{
  g_autofree gchar *path
      = write_pointer ("given.idr", "cells.zarr\nlevel=2\nz=3,4\nt=middle\npage=1\nn=2\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (LaminaOperation) plain
      = lamina_operation_new ("idr-s3-source", NULL, &error, "location", path, NULL);
  g_autoptr (LaminaOperation) given = lamina_operation_new ("idr-s3-source", NULL, &error, "level",
                                                            0, "location", path, "t", "all", NULL);
  g_autofree gchar *text = g_strdup_printf ("idr-s3-source z=0 location=%s", path);
  g_autoptr (LaminaChain) chain = lamina_chain_open (text, NULL, &error);
  g_autoptr (LaminaImage) image = NULL;

  g_assert_no_error (error);
  assert_info (plain, 2, 1, 2);
  assert_info (given, 0, 3, 2);
  image = (LaminaImage *)lamina_chain_get_output (chain, "image");
  g_assert_cmpint (lamina_image_get_info (image)->level, ==, 2);
  g_assert_cmpint (lamina_image_get_n_planes (image), ==, 2);
}

static void
test_not_taken (void)
{
  static const gchar *const cases[][2] = {
    { "cells.zarr\nlevle=1\n",
      "bad.idr:2: idr-s3-source has no parameter \"levle\", did you mean" },
    { "cells.zarr\nimage=1\n", "bad.idr:2: idr-s3-source has no parameter \"image\"" },
    { "cells.zarr\n\nlevel=101\n", "bad.idr:3: level takes a whole number from 0 to 100" },
    { "cells.zarr\nmissing-chunks=no\n", "bad.idr:2: missing-chunks takes one of fill, error" },
    { "cells.zarr\nlocation=a.zarr\n", "bad.idr:2: location is what the first line says" },
    { "cells.zarr\nz=9\n", "bad.idr: idr-s3-source: z=9 does not exist" },
    { "none.zarr\n", "bad.idr: idr-s3-source: " },
    { "bad.idr\n", "bad.idr:1: " },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree gchar *path = write_pointer ("bad.idr", cases[i][0]);
      g_autoptr (GError) error = NULL;

      /* A value must be right also where it is not taken. */
      g_assert_null (
          lamina_operation_new ("idr-s3-source", NULL, &error, "location", path, "level", 1, NULL));
      assert_message (error, cases[i][1]);
    }
}

int
main (int argc, char **argv)
{
  g_autofree gchar *sample = NULL, *link = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  folder = made_folder_new ();
  sample = g_canonicalize_filename ("../data/cells.zarr", g_getenv ("LAMINA_TESTS"));
  link = g_build_filename (folder, "cells.zarr", NULL);
  g_assert_cmpint (symlink (sample, link), ==, 0);
  g_assert_true (lamina_operation_register ("idr-s3-source", IDR_TYPE_S3_SOURCE, NULL));
  g_test_add_func ("/pointer/says", test_says);
  g_test_add_func ("/pointer/defaults", test_defaults);
  g_test_add_func ("/pointer/relative", test_relative);
  g_test_add_func ("/pointer/refused", test_refused);
  g_test_add_func ("/pointer/limits", test_limits);
  g_test_add_func ("/pointer/files", test_files);
  g_test_add_func ("/pointer/given", test_given);
  g_test_add_func ("/pointer/not-taken", test_not_taken);
  status = g_test_run ();
  made_folder_remove (folder);
  return status;
}
