/* What an address of a store means: which server, which path there
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "location.h"

#define UNRESERVED G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-._~"
/* What may stand in a path for itself, and is left as the user wrote it. */
#define PATH UNRESERVED "!$&'*+,;=:@/"

/* The EBI's object store under all the names it has had, today's first. */
static const gchar *const ebi_hosts[] = {
  "livingobjects.ebi.ac.uk",
  "livingobjects-int.ebi.ac.uk",
  "uk1s3.embassy.ebi.ac.uk",
  "s3.embassy.ebi.ac.uk",
};

/* Buckets that were renamed when the store moved. */
static const gchar *const ebi_buckets[][2] = {
  { "bia-integrator-data", "bioimaging-integrator-data" },
  { "ebi-ngff-challenge-2024", "bioimaging-01-pub/ebi-ngff-challenge-2024" },
};

void
idr_location_free (IdrLocation *location)
{
  if (location == NULL)
    return;
  g_free (location->service);
  g_free (location->path);
  g_free (location->bucket);
  g_free (location->prefix);
  g_free (location);
}

static void
append_byte (GString *url, guchar byte, const gchar *kept)
{
  if (byte < 0x80 && strchr (kept, byte) != NULL)
    g_string_append_c (url, byte);
  else
    g_string_append_printf (url, "%%%02X", byte);
}

void
idr_location_append_encoded (GString *url, const gchar *key, gboolean slashes)
{
  for (; *key != '\0'; key++)
    append_byte (url, *key, slashes ? UNRESERVED "/" : UNRESERVED);
}

/* A path as people write it in an address: escapes stay what they are. */
static gchar *
encode_path (const gchar *path)
{
  GString *encoded = g_string_new (NULL);
  for (; *path != '\0'; path++)
    {
      gboolean escape = path[0] == '%' && g_ascii_isxdigit (path[1]) && g_ascii_isxdigit (path[2]);
      append_byte (encoded, *path, escape ? PATH "%" : PATH);
    }
  return g_string_free (encoded, FALSE);
}

static gchar *
strip_slashes (const gchar *path, gsize length)
{
  while (length > 0 && path[0] == '/')
    path++, length--;
  while (length > 0 && path[length - 1] == '/')
    length--;
  return g_strndup (path, length);
}

static gboolean
is_ebi_host (const gchar *authority)
{
  for (guint i = 0; i < G_N_ELEMENTS (ebi_hosts); i++)
    {
      gsize length = strlen (ebi_hosts[i]);
      const gchar *port = authority + length;
      if (g_ascii_strncasecmp (authority, ebi_hosts[i], length) == 0
          && (g_str_equal (port, "") || g_str_equal (port, ":443") || g_str_equal (port, ":80")))
        return TRUE;
    }
  return FALSE;
}

static gchar *
rename_bucket (const gchar *path)
{
  for (guint i = 0; i < G_N_ELEMENTS (ebi_buckets); i++)
    {
      gsize length = strlen (ebi_buckets[i][0]);
      if (g_str_has_prefix (path, ebi_buckets[i][0])
          && (path[length] == '/' || path[length] == '\0'))
        return g_strconcat (ebi_buckets[i][1], path + length, NULL);
    }
  return g_strdup (path);
}

/* Where s3:// locations lie. */
static gchar *
get_service (const gchar *endpoint)
{
  gsize length;
  if (endpoint == NULL || endpoint[0] == '\0')
    return g_strconcat ("https://", ebi_hosts[0], NULL);
  length = strlen (endpoint);
  while (length > 0 && endpoint[length - 1] == '/')
    length--;
  g_autofree gchar *bare = g_strndup (endpoint, length);
  return g_strconcat (strstr (bare, "://") != NULL ? "" : "https://", bare, NULL);
}

/* "BUCKET.s3.REGION.amazonaws.com", and others that follow its way; NULL: no bucket in it. S3's
 * websites are no S3. */
static gchar *
get_host_bucket (const gchar *service)
{
  const gchar *host = strstr (service, "://") + 3;
  g_autofree gchar *name = g_strndup (host, strcspn (host, "/"));
  const gchar *user = strrchr (name, '@');
  const gchar *start = user != NULL ? user + 1 : name;
  const gchar *dot
      = strstr (start, ".s3.") != NULL ? strstr (start, ".s3.") : strstr (start, ".s3-");
  if (dot == NULL || dot == start || g_str_has_prefix (dot, ".s3-website"))
    return NULL;
  return g_strndup (start, dot - start);
}

/* Whether @service is Amazon's S3, where @bucket is to be in the host's name: a dot in it would not
 * go with their certificate. */
static gboolean
wants_bucket_in_host (const gchar *service, const gchar *bucket)
{
  return g_str_has_prefix (service, "https://s3.") && g_str_has_suffix (service, ".amazonaws.com")
         && strspn (bucket, G_CSET_a_2_z G_CSET_DIGITS "-") == strlen (bucket);
}

/* "s3://FIRST/…": FIRST is a bucket at the endpoint, or a host. */
static void
parse_s3 (IdrLocation *location, const gchar *first, const gchar *rest, const gchar *endpoint)
{
  gboolean has_endpoint = endpoint != NULL && endpoint[0] != '\0';
  gboolean ebi = is_ebi_host (first);
  gboolean host = ebi || (!has_endpoint && strpbrk (first, ".:") != NULL);
  location->service = host && !ebi ? g_strconcat ("https://", first, NULL) : get_service (endpoint);
  if (host)
    location->path = encode_path (rest);
  else if (wants_bucket_in_host (location->service, first))
    {
      GString *path = g_string_new (NULL);
      g_autofree gchar *service = g_steal_pointer (&location->service);
      location->service = g_strconcat ("https://", first, ".", service + strlen ("https://"), NULL);
      idr_location_append_encoded (path, rest, TRUE);
      location->path = g_string_free (path, FALSE);
    }
  else
    {
      GString *path = g_string_new (first);
      g_string_append (path, rest[0] != '\0' ? "/" : "");
      idr_location_append_encoded (path, rest, TRUE);
      location->path = g_string_free (path, FALSE);
    }
  if (ebi || (!host && !has_endpoint))
    {
      g_autofree gchar *path = g_steal_pointer (&location->path);
      location->path = rename_bucket (path);
    }
}

static void
parse_web (IdrLocation *location, const gchar *scheme, const gchar *authority, const gchar *path,
           const gchar *endpoint)
{
  g_autofree gchar *encoded = encode_path (path);
  if (is_ebi_host (authority))
    {
      gboolean moved = g_ascii_strncasecmp (authority, ebi_hosts[0], strlen (ebi_hosts[0])) != 0;
      location->service = get_service (moved ? endpoint : NULL);
      location->path = rename_bucket (encoded);
    }
  else
    {
      location->service = g_strconcat (scheme, "://", authority, NULL);
      location->path = g_steal_pointer (&encoded);
    }
}

/* Bucket and prefix, for listings; FALSE where a part of the path leads elsewhere. */
static gboolean
split_path (IdrLocation *location)
{
  g_auto (GStrv) parts = g_strsplit (location->path, "/", -1);
  GString *prefix = g_string_new (NULL);
  gboolean good = TRUE, readable = TRUE;
  location->bucket = get_host_bucket (location->service);
  location->bucket_in_host = location->bucket != NULL;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      g_autofree gchar *part = g_uri_unescape_string (parts[i], NULL);
      readable = readable && part != NULL && g_utf8_validate (part, -1, NULL);
      good = good && g_strcmp0 (part, ".") != 0 && g_strcmp0 (part, "..") != 0;
      if (i == 0 && !location->bucket_in_host)
        location->bucket = g_steal_pointer (&part);
      else
        g_string_append_printf (prefix, "%s/", part);
    }
  location->prefix = g_string_free (prefix, FALSE);
  if (!readable)
    g_clear_pointer (&location->bucket, g_free);
  return good;
}

static gboolean
has_control (const gchar *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;
  return FALSE;
}

IdrLocation *
idr_location_parse (const gchar *text, const gchar *endpoint, GError **error)
{
  const gchar *separator = strstr (text, "://");
  g_return_val_if_fail (separator != NULL, NULL);
  g_autofree gchar *scheme = g_ascii_strdown (text, separator - text);
  const gchar *start = separator + 3;
  gboolean s3 = g_str_equal (scheme, "s3");
  if (!s3 && !g_str_equal (scheme, "http") && !g_str_equal (scheme, "https"))
    {
      g_set_error (
          error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
          "%s://: not a kind of address that can be read: https://, http://, s3://, file://",
          scheme);
      return NULL;
    }
  g_autoptr (IdrLocation) location = g_new0 (IdrLocation, 1);
  gsize host = strcspn (start, "/?#");
  g_autofree gchar *authority = g_strndup (start, host);
  g_autofree gchar *path = strip_slashes (start + host, strcspn (start + host, s3 ? "?" : "?#"));
  if (s3)
    parse_s3 (location, authority, path, endpoint);
  else
    parse_web (location, scheme, authority, path, endpoint);
  g_autofree gchar *root = g_strconcat (location->service, "/", location->path, NULL);
  gboolean valid = g_uri_is_valid (root, G_URI_FLAGS_ENCODED | G_URI_FLAGS_HAS_PASSWORD, NULL)
                   && (g_str_has_prefix (root, "https://") || g_str_has_prefix (root, "http://"));
  if (!valid || host == 0 || strpbrk (authority, " \"<>\\^`{|}") != NULL || has_control (text)
      || !split_path (location))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT,
                   "%s://%s: not a valid address of a folder: %s", scheme,
                   strchr (authority, '@') == NULL && g_utf8_validate (authority, -1, NULL)
                           && !has_control (authority)
                       ? authority
                       : "…",
                   s3 ? "s3://BUCKET/KEY, and an endpoint like https://HOST"
                      : "https://HOST/PATH, without \"..\" in the path");
      return NULL;
    }
  return g_steal_pointer (&location);
}
