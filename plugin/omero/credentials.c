/* Who logs in: credentials from the environment or a file, never from a command line
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "omero.h"
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static IdrOmeroLogin *
login_new (const gchar *user, const gchar *password)
{
  IdrOmeroLogin *login = g_new0 (IdrOmeroLogin, 1);

  login->user = g_strdup (user);
  login->password = g_strdup (password);
  return login;
}

void
idr_omero_login_free (IdrOmeroLogin *login)
{
  g_free (login->user);
  g_free (login->password);
  g_free (login);
}

/* The content of @path, which nobody else may be able to read. */
static GMappedFile *
open_private (const gchar *path, GError **error)
{
  gint fd = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gint failure = errno;
  GMappedFile *file = NULL;
  struct stat status;

  if (fd < 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (failure), "credentials file %s: %s",
                   path, g_strerror (failure));
      return NULL;
    }
  if (fstat (fd, &status) == 0 && (status.st_mode & 077) != 0)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED,
                 "credentials file %s: others than its owner may use it: run chmod 600 on it",
                 path);
  else if (!(file = g_mapped_file_new_from_fd (fd, FALSE, NULL)))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "credentials file %s: cannot be read",
                 path);
  g_close (fd, NULL);
  return file;
}

/* GKeyFile's own messages repeat the line that is wrong, and so perhaps a password: they are not
 * passed on. */
static GKeyFile *
read_key_file (const gchar *path, GError **error)
{
  g_autoptr (GMappedFile) file = open_private (path, error);
  g_autoptr (GKeyFile) keys = g_key_file_new ();
  g_autoptr (GBytes) bytes = file ? g_mapped_file_get_bytes (file) : NULL;

  if (!file)
    return NULL;
  if (!g_key_file_load_from_bytes (keys, bytes, G_KEY_FILE_NONE, NULL))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                   "credentials file %s: no key file: write [host] and below it user=… and "
                   "password=…",
                   path);
      return NULL;
    }
  return g_steal_pointer (&keys);
}

static IdrOmeroLogin *
find_in_file (const gchar *path, const IdrOmeroServer *server, GError **error)
{
  g_autoptr (GKeyFile) keys = read_key_file (path, error);
  g_autofree gchar *with_port = g_strdup_printf ("%s:%d", server->host, server->port);
  const gchar *group = with_port;
  g_autofree gchar *user = NULL;
  g_autofree gchar *password = NULL;

  if (!keys)
    return NULL;
  if (!g_key_file_has_group (keys, group))
    group = server->host;
  if (!g_key_file_has_group (keys, group))
    return NULL;
  user = g_key_file_get_value (keys, group, "user", NULL);
  password = g_key_file_get_value (keys, group, "password", NULL);
  if (user && password)
    return login_new (user, password);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "credentials file %s: [%s] has no %s",
               path, group, user ? "password" : "user");
  return NULL;
}

IdrOmeroLogin *
idr_omero_login_find (const gchar *server_url, GError **error)
{
  const gchar *user = g_getenv ("OMERO_USER"), *password = g_getenv ("OMERO_PASSWORD");
  const gchar *given = g_getenv ("LAMINA_CREDENTIALS");
  g_autoptr (IdrOmeroServer) server = idr_omero_server_new (server_url, error);
  g_autofree gchar *path
      = g_build_filename (g_get_user_config_dir (), "lamina", "credentials", NULL);
  g_autoptr (GError) local = NULL;
  IdrOmeroLogin *login;

  if (!server)
    return NULL;
  if (user && password && !idr_omero_is_idr (server_url))
    return login_new (user, password);
  login = find_in_file (given ? given : path, server, &local);
  if (local && (given || !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)))
    g_propagate_error (error, g_steal_pointer (&local));
  return login;
}
