/* What a server says of the place where an image's pixels lie, read as locations of stores
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "reference.h"

static gboolean
is_url (const gchar *text)
{
  return g_str_has_prefix (text, "https://") || g_str_has_prefix (text, "http://");
}

/* "HOST:PORT" of @endpoint, a URL. */
static gchar *
get_authority (const gchar *endpoint)
{
  const gchar *start = strstr (endpoint, "://");

  start = start ? start + 3 : endpoint;
  return g_strndup (start, strcspn (start, "/"));
}

/* Whether the store knows how buckets have moved there. */
static gboolean
is_ebi (const gchar *authority)
{
  return g_str_has_suffix (authority, ".ebi.ac.uk");
}

/* The bucket and key of @path, as it is encoded, at our own endpoint. What follows a bucket's name
 * the store takes as it stands, what follows a host's as encoded. */
static gchar *
build_own (const gchar *path, const gchar *endpoint)
{
  g_autofree gchar *authority = get_authority (endpoint);
  g_autofree gchar *plain = g_uri_unescape_string (path, NULL);

  if (!plain || !*plain)
    return NULL;
  return is_ebi (authority) ? g_strconcat ("s3://", authority, "/", path, NULL)
                            : g_strconcat ("s3://", plain, NULL);
}

gchar *
idr_reference_from_lsid (const gchar *lsid, const gchar *endpoint)
{
  gsize length = strcspn (lsid, "?#");
  g_autofree gchar *bare = NULL;
  g_autofree gchar *authority = NULL;
  g_autofree gchar *own = get_authority (endpoint);
  const gchar *path;

  while (length > 0 && lsid[length - 1] == '/')
    length--;
  bare = g_strndup (lsid, length);
  if (bare[0] == '/')
    return build_own (bare + 1, endpoint);
  if (is_url (bare))
    return g_steal_pointer (&bare);
  path = g_str_has_prefix (bare, "s3://") ? strchr (bare + strlen ("s3://"), '/') : NULL;
  if (!path)
    return NULL;
  authority = g_strndup (bare + strlen ("s3://"), path - bare - strlen ("s3://"));
  if (g_ascii_strcasecmp (authority, own) == 0)
    return build_own (path + 1, endpoint);
  return is_ebi (authority) ? g_steal_pointer (&bare)
                            : g_strconcat ("https://", authority, path, NULL);
}

const gchar *
idr_reference_find_end (const gchar *path)
{
  const gchar *end = strstr (path, ".zarr/");

  if (end)
    return end + strlen (".zarr");
  return g_str_has_suffix (path, ".zarr") ? path + strlen (path) : NULL;
}

gchar *
idr_reference_from_paths (gchar *const *paths, gboolean *several)
{
  g_autofree gchar *root = NULL;

  *several = FALSE;
  for (gsize i = 0; paths && paths[i] && !*several; i++)
    {
      const gchar *end = is_url (paths[i]) ? idr_reference_find_end (paths[i]) : NULL;

      if (end && !root)
        root = g_strndup (paths[i], end - paths[i]);
      else if (end)
        *several = strncmp (root, paths[i], end - paths[i]) != 0 || root[end - paths[i]];
    }
  return *several ? NULL : g_steal_pointer (&root);
}

gchar *
idr_reference_build_well (const IdrOmeroImage *image)
{
  if (!image || !image->well_row || image->well_column < 1 || image->field < 0)
    return NULL;
  return g_strdup_printf ("%s/%d/%d", image->well_row, image->well_column, image->field);
}
