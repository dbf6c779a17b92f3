/* Signatures of requests to S3 (AWS Signature Version 4)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "signer.h"
#include <curl/curl.h>
#include <string.h>

#define ALGORITHM "AWS4-HMAC-SHA256"
#define UNRESERVED G_CSET_a_2_z G_CSET_A_2_Z G_CSET_DIGITS "-._~"

enum
{
  DIGEST = 32
};

struct _IdrHttpSigner
{
  gatomicrefcount references;
  gchar *access_key, *secret, *token;

  GMutex lock; /* for all below */
  gchar *region;
  gchar *scope; /* what `key` is for: day, region, service */
  guint8 key[DIGEST];
};

IdrHttpSigner *
idr_http_signer_new (const gchar *access_key, const gchar *secret, const gchar *token,
                     const gchar *region)
{
  g_return_val_if_fail (access_key != NULL && secret != NULL && region != NULL, NULL);
  IdrHttpSigner *signer = g_new0 (IdrHttpSigner, 1);
  g_atomic_ref_count_init (&signer->references);
  g_mutex_init (&signer->lock);
  signer->access_key = g_strdup (access_key);
  signer->secret = g_strdup (secret);
  signer->token = g_strdup (token);
  signer->region = g_strdup (region);
  return signer;
}

IdrHttpSigner *
idr_http_signer_ref (IdrHttpSigner *signer)
{
  g_atomic_ref_count_inc (&signer->references);
  return signer;
}

static void
free_secret (gchar *secret)
{
  if (secret != NULL)
    explicit_bzero (secret, strlen (secret));
  g_free (secret);
}

void
idr_http_signer_unref (IdrHttpSigner *signer)
{
  if (signer == NULL || !g_atomic_ref_count_dec (&signer->references))
    return;
  explicit_bzero (signer->key, sizeof signer->key);
  free_secret (signer->secret);
  free_secret (signer->token);
  g_free (signer->access_key);
  g_free (signer->region);
  g_free (signer->scope);
  g_mutex_clear (&signer->lock);
  g_free (signer);
}

gboolean
idr_http_signer_set_region (IdrHttpSigner *signer, const gchar *region)
{
  g_mutex_lock (&signer->lock);
  gboolean other = !g_str_equal (signer->region, region);
  if (other)
    {
      g_free (signer->region);
      signer->region = g_strdup (region);
    }
  g_mutex_unlock (&signer->lock);
  return other;
}

/* ---- The request in its canonical form */

/* @text, however it was percent-encoded, as a signature wants it. */
static void
append_canonical (GString *canonical, const gchar *text, gsize length, const gchar *kept)
{
  for (gsize i = 0; i < length; i++)
    {
      guchar byte = text[i];
      if (byte == '%' && i + 2 < length && g_ascii_isxdigit (text[i + 1])
          && g_ascii_isxdigit (text[i + 2]))
        {
          byte = g_ascii_xdigit_value (text[i + 1]) << 4 | g_ascii_xdigit_value (text[i + 2]);
          i += 2;
        }
      if (byte != '\0' && byte < 0x80 && strchr (kept, byte) != NULL)
        g_string_append_c (canonical, byte);
      else
        g_string_append_printf (canonical, "%%%02X", byte);
    }
}

static gint
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(gchar *const *)a, *(gchar *const *)b);
}

/* The parameters in the order of their names, then of their values. Until they are sorted "\1"
 * stands for "=", which is more than some characters of names. */
static void
append_query (GString *canonical, const gchar *query)
{
  g_auto (GStrv) parameters = g_strsplit (query, "&", -1);
  guint n = g_strv_length (parameters);
  for (guint i = 0; i < n; i++)
    {
      gsize name = strcspn (parameters[i], "=");
      const gchar *value = parameters[i] + name + (parameters[i][name] == '=');
      GString *encoded = g_string_new (NULL);
      append_canonical (encoded, parameters[i], name, UNRESERVED);
      g_string_append_c (encoded, '\1');
      append_canonical (encoded, value, strlen (value), UNRESERVED);
      g_free (parameters[i]);
      parameters[i] = g_string_free (encoded, FALSE);
    }
  qsort (parameters, n, sizeof *parameters, compare_texts);
  for (guint i = 0; i < n; i++)
    {
      *strchr (parameters[i], '\1') = '=';
      g_string_append_printf (canonical, "%s%s", i > 0 ? "&" : "", parameters[i]);
    }
}

/* The headers that are signed, in their order, each with its line's end. */
static gchar *
make_headers (const IdrHttpSigner *signer, const gchar *host, const gchar *hash, const gchar *date)
{
  const gchar *token = signer->token;
  return g_strconcat ("host:", host, "\nx-amz-content-sha256:", hash, "\nx-amz-date:", date, "\n",
                      token != NULL ? "x-amz-security-token:" : "", token != NULL ? token : "",
                      token != NULL ? "\n" : "", NULL);
}

static const gchar *
get_header_names (const IdrHttpSigner *signer)
{
  return signer->token != NULL ? "host;x-amz-content-sha256;x-amz-date;x-amz-security-token"
                               : "host;x-amz-content-sha256;x-amz-date";
}

typedef struct
{
  char *host, *port, *path, *query;
} Address;

static void
address_clear (Address *address)
{
  curl_free (address->host);
  curl_free (address->port);
  curl_free (address->path);
  curl_free (address->query);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Address, address_clear)

/* As libcurl itself reads @url, and names the host to the server. */
static gboolean
address_parse (Address *address, const gchar *url)
{
  CURLU *parser = curl_url ();
  gboolean parsed = parser != NULL && curl_url_set (parser, CURLUPART_URL, url, 0) == CURLUE_OK
                    && curl_url_get (parser, CURLUPART_HOST, &address->host, 0) == CURLUE_OK
                    && curl_url_get (parser, CURLUPART_PATH, &address->path, 0) == CURLUE_OK;
  if (parsed)
    {
      curl_url_get (parser, CURLUPART_QUERY, &address->query, 0);
      curl_url_get (parser, CURLUPART_PORT, &address->port, CURLU_NO_DEFAULT_PORT);
    }
  curl_url_cleanup (parser);
  return parsed;
}

static gchar *
hash_text (const gchar *text)
{
  return g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
}

/* The hash of the whole canonical request. */
static gchar *
hash_request (const IdrHttpSigner *signer, const gchar *method, const Address *address,
              const gchar *hash, const gchar *date)
{
  g_autofree gchar *host
      = g_strconcat (address->host, address->port != NULL ? ":" : "", address->port, NULL);
  g_autofree gchar *headers = make_headers (signer, host, hash, date);
  GString *canonical = g_string_new (method);
  g_string_append_c (canonical, '\n');
  append_canonical (canonical, address->path, strlen (address->path), UNRESERVED "/");
  g_string_append_c (canonical, '\n');
  if (address->query != NULL)
    append_query (canonical, address->query);
  g_string_append_printf (canonical, "\n%s\n%s\n%s", headers, get_header_names (signer), hash);
  g_autofree gchar *text = g_string_free (canonical, FALSE);
  return hash_text (text);
}

/* ---- The signature */

static void
mac (const guint8 *key, gsize size, const gchar *text, guint8 *digest)
{
  gsize length = DIGEST;
  GHmac *hmac = g_hmac_new (G_CHECKSUM_SHA256, key, size);
  g_hmac_update (hmac, (const guchar *)text, -1);
  g_hmac_get_digest (hmac, digest, &length);
  g_hmac_unref (hmac);
}

/* The key of @day, which is made once for many requests, and what it is for. */
static gchar *
get_key (IdrHttpSigner *signer, const gchar *day, guint8 *key)
{
  g_mutex_lock (&signer->lock);
  g_autofree gchar *scope = g_strdup_printf ("%s/%s/s3/aws4_request", day, signer->region);
  if (g_strcmp0 (scope, signer->scope) != 0)
    {
      gchar *secret = g_strconcat ("AWS4", signer->secret, NULL);
      mac ((const guint8 *)secret, strlen (secret), day, signer->key);
      mac (signer->key, DIGEST, signer->region, signer->key);
      mac (signer->key, DIGEST, "s3", signer->key);
      mac (signer->key, DIGEST, "aws4_request", signer->key);
      free_secret (secret);
      g_free (signer->scope);
      signer->scope = g_strdup (scope);
    }
  memcpy (key, signer->key, DIGEST);
  g_mutex_unlock (&signer->lock);
  return g_steal_pointer (&scope);
}

static gchar *
make_signature (const guint8 *key, const gchar *scope, const gchar *date, const gchar *request)
{
  guint8 digest[DIGEST];
  g_autofree gchar *text = g_strjoin ("\n", ALGORITHM, date, scope, request, NULL);
  GString *hex = g_string_new (NULL);
  mac (key, DIGEST, text, digest);
  for (guint i = 0; i < DIGEST; i++)
    g_string_append_printf (hex, "%02x", digest[i]);
  return g_string_free (hex, FALSE);
}

gchar **
idr_http_signer_sign (IdrHttpSigner *signer, const gchar *method, const gchar *url, GBytes *body,
                      GDateTime *now)
{
  guint8 key[DIGEST];
  g_auto (Address) address = { NULL };
  g_autofree gchar *date = g_date_time_format (now, "%Y%m%dT%H%M%SZ");
  g_autofree gchar *day = g_strndup (date, strlen ("YYYYMMDD"));
  g_autofree gchar *hash
      = body != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, body) : hash_text ("");
  if (!address_parse (&address, url))
    return NULL;
  g_autofree gchar *request = hash_request (signer, method, &address, hash, date);
  g_autofree gchar *scope = get_key (signer, day, key);
  g_autofree gchar *signature = make_signature (key, scope, date, request);
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_autofree gchar *hash_line = g_strconcat ("x-amz-content-sha256: ", hash, NULL);
  g_autofree gchar *date_line = g_strconcat ("x-amz-date: ", date, NULL);
  g_autofree gchar *token_line = g_strconcat ("x-amz-security-token: ", signer->token, NULL);
  g_autofree gchar *line = g_strdup_printf (
      "Authorization: " ALGORITHM " Credential=%s/%s, SignedHeaders=%s, Signature=%s",
      signer->access_key, scope, get_header_names (signer), signature);
  explicit_bzero (key, sizeof key);
  g_strv_builder_add_many (lines, line, hash_line, date_line,
                           signer->token != NULL ? token_line : NULL, NULL);
  return g_strv_builder_end (lines);
}
