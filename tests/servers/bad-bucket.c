/* A folder listed as S3 lists a bucket (ListObjectsV2 with a delimiter), page by page
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "bad-bucket.h"
#include "bad-faults.h"

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 (*(gchar *const *)a, *(gchar *const *)b);
}

static GPtrArray *
read_names (const gchar *folder)
{
  const gchar *name;
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree gchar *path = g_build_filename (folder, name, NULL);
      gboolean is_folder = g_file_test (path, G_FILE_TEST_IS_DIR);
      g_ptr_array_add (names, g_strconcat (name, is_folder ? "/" : NULL, NULL));
    }
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
append_name (GString *xml, const gchar *prefix, const gchar *name)
{
  g_autofree gchar *text = g_markup_escape_text (name, -1);
  g_autofree gchar *begin = g_markup_escape_text (prefix, -1);
  g_string_append_printf (xml,
                          g_str_has_suffix (name, "/")
                              ? "<CommonPrefixes><Prefix>%s%s</Prefix></CommonPrefixes>"
                              : "<Contents><Key>%s%s</Key><Size>1</Size></Contents>",
                          begin, text);
}

static gboolean
answer_badly (SoupServerMessage *message, const gchar *path)
{
  const gchar *text;
  if (g_str_equal (path, "/bad-xml"))
    text = "<ListBucketResult><Contents><Key>a</Key></Prefix></ListBucketResult>";
  else if (g_str_equal (path, "/bad-token"))
    text = "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>x"
           "</NextContinuationToken><Contents><Key>a</Key></Contents></ListBucketResult>";
  else if (g_str_equal (path, "/bad-keys"))
    text
        = "<ListBucketResult><Contents><Key>..</Key></Contents><Contents><Key>good</Key></Contents>"
          "<CommonPrefixes><Prefix>../</Prefix></CommonPrefixes></ListBucketResult>";
  else if (g_str_equal (path, "/bad-page"))
    text = "<html><body>Welcome</body></html>";
  else
    return FALSE;
  bad_answer (message, 200, "application/xml", text);
  return TRUE;
}

void
bad_bucket_list (SoupServerMessage *message, const gchar *root, const gchar *path,
                 const gchar *query, guint page_size)
{
  g_autoptr (GHashTable) values = g_uri_parse_params (query, -1, "&", G_URI_PARAMS_NONE, NULL);
  if (answer_badly (message, path))
    return;
  const gchar *prefix = g_hash_table_lookup (values, "prefix");
  const gchar *token = g_hash_table_lookup (values, "continuation-token");
  g_autofree gchar *folder = g_build_filename (root, path, prefix, NULL);
  g_autoptr (GPtrArray) names = read_names (folder);
  guint first = token != NULL ? g_ascii_strtoull (token, NULL, 10) : 0;
  guint end = MIN (first + page_size, names->len);
  GString *xml = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
                               "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">");
  for (guint i = first; i < end; i++)
    append_name (xml, prefix != NULL ? prefix : "", names->pdata[i]);
  g_string_append_printf (xml, "<IsTruncated>%s</IsTruncated>",
                          end < names->len ? "true" : "false");
  if (end < names->len)
    g_string_append_printf (xml, "<NextContinuationToken>%u+/=</NextContinuationToken>", end);
  g_string_append (xml, "</ListBucketResult>");
  bad_answer (message, 200, "application/xml", xml->str);
  g_string_free (xml, TRUE);
}
