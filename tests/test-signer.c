/* Signatures: Amazon's own examples, and what goes out with a request and what does not
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-stand-in.h"
#include "signer.h"
#include "url.h"
#include <string.h>

#define KEY "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define HOST "https://examplebucket.s3.amazonaws.com"

static gchar *
sign (const gchar *url, const gchar *token)
{
  g_autoptr (IdrHttpSigner) signer = idr_http_signer_new (KEY, SECRET, token, "us-east-1");
  g_autoptr (GDateTime) now = g_date_time_new_utc (2013, 5, 24, 0, 0, 0);
  g_auto (GStrv) lines = idr_http_signer_sign (signer, "GET", url, NULL, now);
  return g_strjoinv ("\n", lines);
}

static void
check_signature (const gchar *url, const gchar *wanted)
{
  g_autofree gchar *text = sign (url, NULL);
  g_autofree gchar *line = g_strdup_printf (
      "Authorization: AWS4-HMAC-SHA256 Credential=" KEY "/20130524/us-east-1/s3/aws4_request, "
      "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=%s\n",
      wanted);
  g_assert_true (g_str_has_prefix (text, line));
}

/* From "Signature Calculations for the Authorization Header", Amazon S3's reference. */
static void
test_examples (void)
{
  check_signature (HOST "/?lifecycle",
                   "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  check_signature (HOST "/?max-keys=2&prefix=J",
                   "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
  check_signature (HOST ":443/?prefix=J&max-keys=2",
                   "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

/* One key has one signature, however it is written; parameters are sorted by their names. */
static void
test_canonical (void)
{
  g_autofree gchar *plain = sign (HOST "/a(b)+c/%C3%A9?a=1&a-b=%2f", NULL);
  g_autofree gchar *encoded = sign (HOST "/a%28b%29%2Bc/%c3%a9?a-b=%2F&a=1", NULL);
  g_autofree gchar *other = sign (HOST "/a%28b%29%20c/%c3%a9?a-b=%2F&a=1", NULL);
  g_autofree gchar *elsewhere = sign (HOST ":8443/a(b)+c/%C3%A9?a=1&a-b=%2f", NULL);
  g_assert_cmpstr (plain, ==, encoded);
  g_assert_cmpstr (plain, !=, other);
  g_assert_cmpstr (plain, !=, elsewhere);
}

static void
test_token (void)
{
  g_autofree gchar *text = sign (HOST "/?lifecycle", "sesame");
  g_assert_nonnull (strstr (text, ";x-amz-date;x-amz-security-token,"));
  g_assert_true (g_str_has_suffix (text, "\nx-amz-security-token: sesame"));
}

static gchar *
send_signed (const gchar *url, IdrHttpSigner *signer)
{
  g_autoptr (GError) error = NULL;
  IdrHttpRequest request = { .url = url, .signer = signer };
  g_autoptr (IdrHttpAnswer) answer = idr_http_send (&request, NULL, &error);
  g_assert_no_error (error);
  return g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
}

static void
test_hosts (void)
{
  g_autoptr (BadServer) server = bad_server_start ("/", NULL);
  g_autoptr (IdrHttpSigner) signer = idr_http_signer_new (KEY, SECRET, "sesame", "nowhere-1");
  g_autofree gchar *echo = g_strconcat (server->url, "/fault/echo/x", NULL);
  g_autofree gchar *near_by
      = g_strconcat (server->url, "/fault/redirect=302/?to=/fault/echo/", NULL);
  g_autofree gchar *abroad
      = g_strdup_printf ("%s/fault/redirect=302/?to=http%%3A%%2F%%2Flocalhost%%3A%u/fault/echo/",
                         server->url, server->port);
  g_autofree gchar *straight = send_signed (echo, signer);
  g_autofree gchar *led = send_signed (near_by, signer);
  g_autofree gchar *strayed = send_signed (abroad, signer);
  g_autofree gchar *anonymous = send_signed (echo, NULL);
  const gchar *const with[] = { straight, led };
  const gchar *const without[] = { strayed, anonymous };
  for (guint i = 0; i < 2; i++)
    {
      g_assert_nonnull (strstr (with[i], "Authorization: AWS4-HMAC-SHA256 Credential=" KEY "/"));
      g_assert_nonnull (strstr (with[i], "/nowhere-1/s3/aws4_request"));
      g_assert_nonnull (strstr (with[i], "x-amz-security-token: sesame\n"));
      g_assert_null (strstr (with[i], SECRET));
      g_assert_null (strstr (without[i], "uthorization"));
      g_assert_null (strstr (without[i], "amz"));
    }
}

/* A server that knows the bucket's region is asked again, signed for that. */
static void
test_region (void)
{
  g_autoptr (BadServer) server = bad_server_start ("/", NULL);
  g_autoptr (IdrHttpSigner) signer = idr_http_signer_new (KEY, SECRET, NULL, "nowhere-1");
  g_autofree gchar *moved
      = g_strconcat (server->url, "/fault/status=400,region=eu-west-3,times=1/fault/echo/x", NULL);
  g_autofree gchar *echo = g_strconcat (server->url, "/fault/echo/x", NULL);
  g_autofree gchar *lost = g_strconcat (server->url, "/fault/status=400,region=eu-west-4/x", NULL);
  IdrHttpRequest request = { .url = moved, .signer = signer };
  g_autoptr (IdrHttpAnswer) found = idr_http_send (&request, NULL, NULL);
  g_assert_nonnull (found);
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 2);
  g_autofree gchar *then = send_signed (echo, signer);
  g_assert_nonnull (strstr (then, "/eu-west-3/s3/aws4_request"));
  request.url = lost;
  g_autoptr (IdrHttpAnswer) refusal = idr_http_send (&request, NULL, NULL);
  g_assert_cmpuint (refusal->status, ==, 400);
  g_assert_cmpstr (refusal->region, ==, "eu-west-4");
  g_assert_cmpint (bad_server_count (server, "requests"), ==, 5);
}

static void
check_region (const gchar *url, const gchar *wanted)
{
  g_autofree gchar *moved = idr_http_url_in_region (url, "eu-west-3");
  g_assert_cmpstr (moved, ==, wanted);
}

static void
test_regional_hosts (void)
{
  check_region ("https://s3.amazonaws.com/b/k?x", "https://s3.eu-west-3.amazonaws.com/b/k?x");
  check_region ("https://b.s3.amazonaws.com/k", "https://b.s3.eu-west-3.amazonaws.com/k");
  check_region ("https://a.b.s3-us-west-2.amazonaws.com/k",
                "https://a.b.s3.eu-west-3.amazonaws.com/k");
  check_region ("https://s3.dualstack.us-west-2.amazonaws.com/b",
                "https://s3.eu-west-3.amazonaws.com/b");
  check_region ("https://b.s3.eu-west-3.amazonaws.com/k", NULL);
  check_region ("http://b.s3.amazonaws.com/k", NULL);
  check_region ("https://b.s3.amazonaws.com.evil.example/k", NULL);
  check_region ("https://evil.example/b.s3.amazonaws.com/k", NULL);
  check_region ("https://b.s3.amazonaws.com:8443/k", NULL);
  check_region ("https://ec2.amazonaws.com/k", NULL);
}

int
main (int argc, char **argv)
{
  g_setenv ("IDR_HTTP_BACKOFF_MS", "5", TRUE);
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/signer/examples", test_examples);
  g_test_add_func ("/signer/canonical", test_canonical);
  g_test_add_func ("/signer/token", test_token);
  g_test_add_func ("/signer/hosts", test_hosts);
  g_test_add_func ("/signer/region", test_region);
  g_test_add_func ("/signer/regional-hosts", test_regional_hosts);
  return g_test_run ();
}
