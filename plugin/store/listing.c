/* A page of what a bucket holds, in S3's XML (ListObjectsV2)
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "listing.h"
#include "backend.h"

typedef struct
{
  const gchar *prefix;
  GPtrArray *names;
  GString *text; /* of the element that is being read */
  gchar *token;
  gboolean truncated, is_listing;
} Page;

static void
on_start (GMarkupParseContext *context, const gchar *element, const gchar **names,
          const gchar **values, gpointer data, GError **error)
{
  Page *page = data;
  const GSList *stack = g_markup_parse_context_get_element_stack (context);
  if (stack->next == NULL && g_str_equal (element, "ListBucketResult"))
    page->is_listing = TRUE;
  if (!page->is_listing)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "not a listing");
  g_string_truncate (page->text, 0);
}

static void
on_text (GMarkupParseContext *context, const gchar *text, gsize length, gpointer data,
         GError **error)
{
  g_string_append_len (((Page *)data)->text, text, length);
}

static void
add_name (Page *page, GError **error)
{
  const gchar *key = page->text->str;
  if (!g_str_has_prefix (key, page->prefix))
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                           "the server lists keys that were not asked for");
      return;
    }
  const gchar *name = key + strlen (page->prefix);
  const gchar *slash = strchr (name, '/');
  g_autofree gchar *bare = g_strndup (name, slash != NULL ? (gsize)(slash - name) : strlen (name));
  if ((slash == NULL || slash[1] == '\0') && idr_store_check_key (bare, NULL))
    g_ptr_array_add (page->names, g_strdup (name));
}

static void
on_end (GMarkupParseContext *context, const gchar *element, gpointer data, GError **error)
{
  Page *page = data;
  const GSList *stack = g_markup_parse_context_get_element_stack (context);
  const gchar *parent = stack->next != NULL ? stack->next->data : "";
  gboolean top = g_str_equal (parent, "ListBucketResult");
  if (top && g_str_equal (element, "IsTruncated"))
    page->truncated = g_str_equal (page->text->str, "true");
  else if (top && g_str_equal (element, "NextContinuationToken"))
    {
      g_free (page->token);
      page->token = g_strdup (page->text->str);
    }
  else if ((g_str_equal (parent, "Contents") && g_str_equal (element, "Key"))
           || (g_str_equal (parent, "CommonPrefixes") && g_str_equal (element, "Prefix")))
    add_name (page, error);
  g_string_truncate (page->text, 0);
}

gboolean
idr_listing_parse (GBytes *bytes, const gchar *prefix, GPtrArray *names, gchar **token,
                   GError **error)
{
  static const GMarkupParser parser
      = { .start_element = on_start, .text = on_text, .end_element = on_end };
  gsize size;
  const gchar *text = g_bytes_get_data (bytes, &size);
  Page page = { .prefix = prefix, .names = names, .text = g_string_new (NULL) };
  GMarkupParseContext *context = g_markup_parse_context_new (&parser, 0, &page, NULL);
  g_autoptr (GError) fault = NULL;
  gboolean parsed = size > 0 && g_markup_parse_context_parse (context, text, size, &fault)
                    && g_markup_parse_context_end_parse (context, &fault);
  g_markup_parse_context_free (context);
  g_string_free (page.text, TRUE);
  g_autofree gchar *next = page.token;
  if (!page.is_listing)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED, "not a bucket's listing");
  else if (!parsed)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA, "a listing that cannot be read: %s",
                 fault != NULL ? fault->message : "it is empty");
  else if (page.truncated && (next == NULL || next[0] == '\0'))
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                         "a listing that does not say how it goes on");
  else
    {
      *token = page.truncated ? g_steal_pointer (&next) : NULL;
      return TRUE;
    }
  return FALSE;
}
