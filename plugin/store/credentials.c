/* Who asks a private bucket: the AWS tools' environment variables and files
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "credentials.h"
#include <string.h>

static void
free_secret (gpointer data)
{
  gchar *secret = data;
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

void
idr_credentials_free (IdrCredentials *credentials)
{
  if (credentials == NULL)
    return;
  free_secret (credentials->secret);
  free_secret (credentials->token);
  g_free (credentials->access_key);
  g_free (credentials->region);
  g_free (credentials->endpoint);
  g_free (credentials);
}

/* ---- The files: sections of "name = value"; what is indented belongs to the name before it */

static gchar *
get_file (const gchar *variable, const gchar *name)
{
  const gchar *file = g_getenv (variable);
  if (file != NULL && file[0] != '\0')
    return g_strdup (file);
  return g_build_filename (g_get_home_dir (), ".aws", name, NULL);
}

/* "[profile NAME]", as ~/.aws/config has it, or "[NAME]" */
static gboolean
is_section (const gchar *line, const gchar *profile, gboolean config)
{
  g_autofree gchar *name = g_strndup (line + 1, strcspn (line + 1, "]"));
  g_strstrip (name);
  if (!config)
    return g_str_equal (name, profile);
  if (g_str_equal (name, "default"))
    return g_str_equal (profile, "default");
  gsize length = strlen ("profile");
  return g_str_has_prefix (name, "profile") && g_ascii_isspace (name[length])
         && g_str_equal (g_strchug (name + length), profile);
}

static void
add_line (GHashTable *values, const gchar *line)
{
  const gchar *equals = strchr (line, '=');
  if (equals == NULL || g_ascii_isspace (line[0]) || line[0] == '#' || line[0] == ';')
    return;
  gchar *value = g_strdup (equals + 1);
  gchar *comment = strstr (value, " #");
  if (comment != NULL)
    *comment = '\0';
  gchar *name = g_strndup (line, equals - line);
  g_hash_table_replace (values, g_strstrip (name), g_strstrip (value));
}

/* Adds what @file says of @profile; FALSE: nothing. */
static gboolean
read_profile (const gchar *file, const gchar *profile, gboolean config, GHashTable *values)
{
  gchar *text = NULL;
  gboolean inside = FALSE, found = FALSE;
  if (!g_file_test (file, G_FILE_TEST_IS_REGULAR) || !g_file_get_contents (file, &text, NULL, NULL))
    return FALSE;
  gchar *rest = text;
  while (rest != NULL)
    {
      gchar *line = strsep (&rest, "\r\n");
      if (line[0] == '[')
        found |= inside = is_section (line, profile, config);
      else if (inside)
        add_line (values, line);
    }
  free_secret (text);
  return found;
}

/* ---- Where they come from */

static const gchar *
get_variable (const gchar *name)
{
  const gchar *value = g_getenv (name);
  return value != NULL && value[0] != '\0' ? value : NULL;
}

/* What becomes part of headers and addresses. */
static gboolean
is_clean (const gchar *text)
{
  for (; text != NULL && *text != '\0'; text++)
    if (!g_ascii_isgraph (*text))
      return FALSE;
  return TRUE;
}

static void
set_missing (GHashTable *values, const gchar *profile, gboolean found, GError **error)
{
  static const gchar *const ways[] = { "credential_process", "sso_session", "sso_start_url",
                                       "role_arn", "web_identity_token_file" };
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    if (g_hash_table_contains (values, ways[i]))
      {
        g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                     "the AWS profile %s has no keys but %s, which is not done here: eval \"$(aws "
                     "configure export-credentials --profile %s --format env)\" gives keys",
                     profile, ways[i], profile);
        return;
      }
  if (found)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                 "the AWS profile %s has no aws_access_key_id and aws_secret_access_key", profile);
  else if (g_str_equal (profile, "default"))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                         "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                         "write ~/.aws/credentials; public buckets are read with anonymous=true");
  else
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                 "there is no AWS profile %s in ~/.aws/credentials and ~/.aws/config", profile);
}

static void
take_keys (IdrCredentials *credentials, const gchar *access_key, const gchar *secret,
           const gchar *token)
{
  credentials->access_key = g_strdup (access_key);
  credentials->secret = g_strdup (secret);
  credentials->token = token != NULL && token[0] != '\0' ? g_strdup (token) : NULL;
}

static void
take_service (IdrCredentials *credentials, GHashTable *values)
{
  const gchar *region = get_variable ("AWS_REGION"), *endpoint;
  if (region == NULL)
    region = get_variable ("AWS_DEFAULT_REGION");
  endpoint = get_variable ("AWS_ENDPOINT_URL_S3");
  if (endpoint == NULL)
    endpoint = get_variable ("AWS_ENDPOINT_URL");
  credentials->region = g_strdup (region != NULL ? region : g_hash_table_lookup (values, "region"));
  credentials->endpoint
      = g_strdup (endpoint != NULL ? endpoint : g_hash_table_lookup (values, "endpoint_url"));
}

IdrCredentials *
idr_credentials_find (const gchar *profile, GError **error)
{
  const gchar *access_key = NULL, *secret = NULL, *chosen = profile;
  g_autoptr (IdrCredentials) credentials = g_new0 (IdrCredentials, 1);
  g_autoptr (GHashTable) values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_secret);
  g_autofree gchar *config = get_file ("AWS_CONFIG_FILE", "config");
  g_autofree gchar *keys = get_file ("AWS_SHARED_CREDENTIALS_FILE", "credentials");
  if (chosen == NULL)
    chosen = get_variable ("AWS_PROFILE");
  if (chosen == NULL)
    chosen = "default";
  gboolean found = read_profile (config, chosen, TRUE, values);
  found |= read_profile (keys, chosen, FALSE, values);
  if (profile == NULL)
    {
      access_key = get_variable ("AWS_ACCESS_KEY_ID");
      secret = get_variable ("AWS_SECRET_ACCESS_KEY");
    }
  if (access_key != NULL && secret != NULL)
    take_keys (credentials, access_key, secret, get_variable ("AWS_SESSION_TOKEN"));
  else
    take_keys (credentials, g_hash_table_lookup (values, "aws_access_key_id"),
               g_hash_table_lookup (values, "aws_secret_access_key"),
               g_hash_table_lookup (values, "aws_session_token"));
  take_service (credentials, values);
  if (credentials->access_key == NULL || credentials->secret == NULL)
    set_missing (values, chosen, found, error);
  else if (!is_clean (credentials->access_key) || !is_clean (credentials->token)
           || !is_clean (credentials->region) || !is_clean (credentials->endpoint))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_INITIALIZED,
                         "the AWS access key, session token, region or endpoint has a blank or an "
                         "odd character in it: check the environment and ~/.aws");
  else
    return g_steal_pointer (&credentials);
  return NULL;
}

gchar *
idr_credentials_get_identity (const IdrCredentials *credentials)
{
  const gchar *const parts[] = { credentials->access_key, credentials->secret, credentials->token,
                                 credentials->region, credentials->endpoint };
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (parts[i] != NULL)
      g_checksum_update (checksum, (const guchar *)parts[i], strlen (parts[i]) + 1);
    else
      g_checksum_update (checksum, (const guchar *)"\n", 1);
  return g_strdup (g_checksum_get_string (checksum));
}
