/* lamina vips-home: the environment in which libvips's programs find our module, without root
 *
 * libvips looks for modules in the one folder that it was installed with, or below the one that
 * VIPSHOME names. So there is a folder of links for it: to libvips's own modules and to ours, to
 * what nip2 has in share/, and to our toolkit for that.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "command.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MODULE "vips-lamina.so"

static gboolean
fail (GError **error, const gchar *what, const gchar *path)
{
  gint number = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (number), "Cannot %s %s: %s", what, path,
               g_strerror (number));
  return FALSE;
}

/* The folder that the command runs from in a build folder, or NULL. */
static gchar *
find_build (void)
{
  g_autofree gchar *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree gchar *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree gchar *build = folder != NULL ? g_path_get_dirname (folder) : NULL;
  g_autofree gchar *module
      = build != NULL ? g_build_filename (build, "loader", "bridges", MODULE, NULL) : NULL;

  return module != NULL && g_file_test (module, G_FILE_TEST_EXISTS) ? g_steal_pointer (&build)
                                                                    : NULL;
}

/* Has @link lead to @target, at no time to nothing. */
static gboolean
make_link (const gchar *target, const gchar *link, GError **error)
{
  g_autofree gchar *now = g_file_read_link (link, NULL);
  g_autofree gchar *new = g_strdup_printf ("%s.%d", link, (gint)getpid ());

  if (g_strcmp0 (now, target) == 0)
    return TRUE;
  if (symlink (target, new) == 0 && g_rename (new, link) == 0)
    return TRUE;
  fail (error, "make the link", link);
  g_unlink (new);
  return FALSE;
}

/* Links to all in @from whose names have that ending, but for one name. */
static gboolean
link_all (const gchar *from, const gchar *to, const gchar *ending, const gchar *but, GError **error)
{
  g_autoptr (GDir) folder = g_dir_open (from, 0, NULL);
  const gchar *name;

  if (g_mkdir_with_parents (to, 0700) != 0)
    return fail (error, "make the folder", to);
  /* libvips may have been installed without modules, or without nip2. */
  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree gchar *target = g_build_filename (from, name, NULL);
      g_autofree gchar *link = g_build_filename (to, name, NULL);

      if (g_str_has_suffix (name, ending) && g_strcmp0 (name, but) != 0
          && !make_link (target, link, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
make_share (const gchar *share, const gchar *toolkit, GError **error)
{
  g_autofree gchar *nip2 = g_build_filename (share, "nip2", NULL);
  g_autofree gchar *start = g_build_filename (nip2, "start", NULL);

  return link_all (LAMINA_VIPS_PREFIX "/share", share, "", "nip2", error)
         && link_all (LAMINA_VIPS_PREFIX "/share/nip2", nip2, "", "start", error)
         && link_all (LAMINA_VIPS_PREFIX "/share/nip2/start", start, "", NULL, error)
         && link_all (toolkit, start, ".def", NULL, error);
}

/* One folder for each place that the module may be in. */
static gchar *
make_home (const gchar *module, const gchar *toolkit, GError **error)
{
  g_autofree gchar *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, module, -1);
  g_autofree gchar *name = g_strdup_printf ("vips-%.8s", sum);
  g_autofree gchar *home = g_build_filename (g_get_user_cache_dir (), "lamina", name, NULL);
  g_autofree gchar *libraries = g_path_get_basename (LAMINA_VIPS_LIBDIR);
  g_autofree gchar *modules = g_build_filename (home, libraries, LAMINA_VIPS_MODULES, NULL);
  g_autofree gchar *ours = g_build_filename (modules, MODULE, NULL);
  g_autofree gchar *share = g_build_filename (home, "share", NULL);

  if (!link_all (LAMINA_VIPS_LIBDIR "/" LAMINA_VIPS_MODULES, modules, "", MODULE, error)
      || !make_link (module, ours, error) || !make_share (share, toolkit, error))
    return NULL;
  return g_steal_pointer (&home);
}

static gint
vips_home_run (const Command *command, gchar **argv)
{
  g_auto (GStrv) rest = NULL;
  const GOptionEntry entries[]
      = { { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, NULL }, { NULL } };
  g_autofree gchar *build = find_build ();
  g_autofree gchar *module = build != NULL
                                 ? g_build_filename (build, "loader", "bridges", MODULE, NULL)
                                 : g_build_filename (LAMINA_VIPS_MODULE_DIR, MODULE, NULL);
  g_autofree gchar *toolkit = build != NULL
                                  ? g_build_filename (build, "loader", "bridges", "nip2", NULL)
                                  : g_strdup (LAMINA_NIP2_START);
  g_autofree gchar *home = NULL;
  g_autoptr (GError) error = NULL;
  gint status;

  if (!command_parse (command, entries, argv, &status))
    return status;
  if (rest != NULL)
    return command_refuse (command, "vips-home takes no \"%s\"", rest[0]);
  if (!g_file_test (module, G_FILE_TEST_EXISTS))
    {
      g_set_error (&error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "The module for libvips is not installed: there is no %s", module);
      return command_fail (error, NULL);
    }
  home = make_home (module, toolkit, &error);
  if (home == NULL)
    return command_fail (error, NULL);
  printf ("VIPSHOME=%s", home);
  /* What is installed finds its plug-ins. */
  if (build != NULL && g_getenv ("LAMINA_PLUGIN_PATH") == NULL)
    printf (" LAMINA_PLUGIN_PATH=%s/plugin", build);
  putchar ('\n');
  return STATUS_DONE;
}

const Command command_vips_home = {
  .name = "vips-home",
  .arguments = "",
  .summary = "Print the environment for libvips's programs",
  .details
  = "Makes a folder of links in the user's cache folder, and prints what tells libvips\n"
    "of it: for one program,\n"
    "\n"
    "  env $(lamina vips-home) vips avg image.idr\n"
    "\n"
    "or for all that are started from here on:\n"
    "\n"
    "  export $(lamina vips-home)\n"
    "\n"
    "Nobody needs it where the module was installed into libvips's own folder,\n" LAMINA_VIPS_LIBDIR
    "/" LAMINA_VIPS_MODULES ".\n",
  .run = vips_home_run,
};
