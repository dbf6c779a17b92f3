/* What a server's refusal means
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "status.h"

enum
{
  MAX_XML = 16 << 10,
  MAX_WORDS = 160 /* bytes of an answer that people see */
};

/* S3's <Error><Code/><Message/><Endpoint/></Error> */
typedef struct
{
  gchar *code, *message, *endpoint;
} S3Error;

static void
s3_error_clear (S3Error *error)
{
  g_free (error->code);
  g_free (error->message);
  g_free (error->endpoint);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (S3Error, s3_error_clear)

/* One line of text that a terminal can show, at most MAX_WORDS long. */
static gchar *
get_words (const gchar *text, gsize length)
{
  g_autofree gchar *valid = g_utf8_make_valid (text, MIN (length, (gsize)4 * MAX_WORDS));
  GString *words = g_string_new (NULL);
  for (const gchar *at = valid; *at != '\0' && words->len < MAX_WORDS; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      gboolean blank = g_unichar_isspace (c);
      if (blank && words->len > 0 && words->str[words->len - 1] != ' ')
        g_string_append_c (words, ' ');
      else if (!blank)
        g_string_append_unichar (words, g_unichar_isprint (c) ? c : '?');
    }
  return g_strchomp (g_string_free (words, FALSE));
}

static void
on_text (GMarkupParseContext *context, const gchar *text, gsize length, gpointer data,
         GError **error)
{
  S3Error *s3 = data;
  const GSList *stack = g_markup_parse_context_get_element_stack (context);
  if (g_slist_length ((GSList *)stack) != 2 || g_strcmp0 (stack->next->data, "Error") != 0)
    return;
  const gchar *element = stack->data;
  gchar **field = g_str_equal (element, "Code")       ? &s3->code
                  : g_str_equal (element, "Message")  ? &s3->message
                  : g_str_equal (element, "Endpoint") ? &s3->endpoint
                                                      : NULL;
  if (field != NULL && *field == NULL)
    *field = get_words (text, length);
}

static void
parse_s3_error (GBytes *body, S3Error *s3)
{
  static const GMarkupParser parser = { .text = on_text };
  gsize size;
  const gchar *text = g_bytes_get_data (body, &size);
  if (size == 0 || size > MAX_XML || text[0] != '<')
    return;
  GMarkupParseContext *context = g_markup_parse_context_new (&parser, 0, s3, NULL);
  g_markup_parse_context_parse (context, text, size, NULL);
  g_markup_parse_context_free (context);
}

gchar *
idr_status_get_s3_code (GBytes *body)
{
  g_auto (S3Error) s3 = { NULL };
  parse_s3_error (body, &s3);
  return g_steal_pointer (&s3.code);
}

/* Why, in the server's words: S3's code and message, or the first words of a text. */
static gchar *
get_reason (const IdrHttpAnswer *answer, const S3Error *s3)
{
  gsize size;
  const gchar *text = g_bytes_get_data (answer->body, &size);
  gboolean has_message = s3->message != NULL && s3->message[0] != '\0';
  if (s3->code != NULL)
    return g_strdup_printf (" (%s%s%s)", s3->code, has_message ? ": " : "",
                            has_message ? s3->message : "");
  if (size == 0 || answer->content_type == NULL
      || !g_str_has_prefix (answer->content_type, "text/plain"))
    return g_strdup ("");
  g_autofree gchar *words = get_words (text, size);
  return g_strdup_printf (" (%s)", words);
}

typedef struct
{
  const gchar *code;
  GIOErrorEnum error;
  gboolean of_credentials; /* the server's own words might repeat them */
  const gchar *text;
} Meaning;

#define NEW_TOKEN                                                                                  \
  "the session token has expired or is wrong: get new credentials (aws sso login, or a new "       \
  "AWS_SESSION_TOKEN)"

/* What S3's codes mean where the status alone says less. */
static const Meaning meanings[] = {
  /* Not NOT_FOUND: that would do for one object, and readers would look for the next. */
  { "NoSuchBucket", G_IO_ERROR_NOT_DIRECTORY, FALSE, "no such bucket: check its name" },
  { "InvalidBucketName", G_IO_ERROR_INVALID_ARGUMENT, FALSE, "no bucket can have such a name" },
  { "AllAccessDisabled", G_IO_ERROR_PERMISSION_DENIED, FALSE, "the bucket is closed to everybody" },
  { "InvalidObjectState", G_IO_ERROR_PERMISSION_DENIED, FALSE,
    "the object is in an archive: it must be restored there first" },
  { "SlowDown", G_IO_ERROR_BUSY, FALSE,
    "the server is overloaded: try again later, or with fewer connections=" },
  { "RequestTimeTooSkewed", G_IO_ERROR_PERMISSION_DENIED, TRUE,
    "this computer's clock is wrong, so the server takes no signature of it: set the time" },
  { "InvalidAccessKeyId", G_IO_ERROR_PERMISSION_DENIED, TRUE,
    "the server does not know the access key: check AWS_ACCESS_KEY_ID, or profile=" },
  { "SignatureDoesNotMatch", G_IO_ERROR_PERMISSION_DENIED, TRUE,
    "the secret key is not the access key's: check AWS_SECRET_ACCESS_KEY, or profile=" },
  { "ExpiredToken", G_IO_ERROR_PERMISSION_DENIED, TRUE, NEW_TOKEN },
  { "InvalidToken", G_IO_ERROR_PERMISSION_DENIED, TRUE, NEW_TOKEN },
  { "TokenRefreshRequired", G_IO_ERROR_PERMISSION_DENIED, TRUE, NEW_TOKEN },
  { "AuthorizationHeaderMalformed", G_IO_ERROR_PERMISSION_DENIED, TRUE,
    "the server takes no signature for this region: give region=" },
  { "NotSignedUp", G_IO_ERROR_PERMISSION_DENIED, TRUE, "the account has no S3" },
};

static const Meaning *
find_meaning (const gchar *code)
{
  for (guint i = 0; code != NULL && i < G_N_ELEMENTS (meanings); i++)
    if (g_str_equal (meanings[i].code, code))
      return &meanings[i];
  return NULL;
}

static gint
get_meaning (guint status, gboolean is_signed, const gchar **text)
{
  switch (status)
    {
    case 404:
    case 410:
      *text = "there is no such object";
      return G_IO_ERROR_NOT_FOUND;
    case 401:
    case 403:
      *text = is_signed ? "the credentials do not allow to read this: check the address, the "
                          "bucket's policy, or profile="
                        : "the server does not allow to read this: check the address, it may not "
                          "be public (anonymous=false asks with AWS credentials)";
      return G_IO_ERROR_PERMISSION_DENIED;
    case 407:
      *text = "the proxy asks for a login: check the proxy settings";
      return G_IO_ERROR_PROXY_NEED_AUTH;
    case 416:
      *text = "it is shorter than the bytes that were asked for";
      return G_IO_ERROR_INVALID_DATA;
    case 408:
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
      *text = "the server is overloaded or broken: try again later";
      return status == 500 || status == 502 ? G_IO_ERROR_FAILED : G_IO_ERROR_BUSY;
    default:
      *text = "not the answer to a read";
      return G_IO_ERROR_FAILED;
    }
}

gboolean
idr_status_is_success (guint status)
{
  return status >= 200 && status < 300;
}

gboolean
idr_status_is_about_credentials (const IdrHttpAnswer *answer)
{
  g_autofree gchar *code = idr_status_get_s3_code (answer->body);
  const Meaning *meaning = find_meaning (code);
  return meaning != NULL && meaning->of_credentials;
}

/* An answer that does not lead to where it says that the object lies. */
static void
set_elsewhere (const IdrHttpAnswer *answer, const gchar *url, const S3Error *s3, GError **error)
{
  g_autofree gchar *reason = get_reason (answer, s3);
  g_autofree gchar *region
      = answer->region == NULL
            ? g_strdup ("")
            : g_strdup_printf (": give region=%s and that region's endpoint", answer->region);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED,
               "%s: the server says that it lies elsewhere%s%s and does not lead there%s, status "
               "%u%s",
               url, s3->endpoint != NULL ? ", at " : "", s3->endpoint != NULL ? s3->endpoint : "",
               region, answer->status, reason);
}

void
idr_status_set_error (const IdrHttpAnswer *answer, const gchar *url, gboolean is_signed,
                      GError **error)
{
  const gchar *text;
  guint status = answer->status;
  g_auto (S3Error) s3 = { NULL };
  parse_s3_error (answer->body, &s3);
  const Meaning *meaning = find_meaning (s3.code);
  if (status >= 300 && status < 400)
    {
      set_elsewhere (answer, url, &s3, error);
      return;
    }
  gint code = get_meaning (status, is_signed, &text);
  if (meaning != NULL && meaning->of_credentials)
    g_clear_pointer (&s3.message, g_free);
  g_autofree gchar *reason = get_reason (answer, &s3);
  g_set_error (error, G_IO_ERROR, meaning != NULL ? (gint)meaning->error : code,
               "%s: %s, status %u%s", url, meaning != NULL ? meaning->text : text, status, reason);
}
