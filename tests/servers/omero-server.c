/* A stand-in OMERO.web: says of images what files tell it to, takes logins, and misbehaves on
 * demand
 *
 *   omero-server --answers omero.json [--private] [--delay /api/v0/login/=300] [--break
 * /images/=cut] …
 *
 * The port goes to stdout, on the first line. The server ends when its stdin is closed. GET /stats
 * tells what it has seen.
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include <json-glib/json-glib.h>
#include <libsoup/soup.h>
#include <string.h>

#define DEEP ((gsize)1000000)

static gboolean private, no_cookie;
static const gchar *user = "alice", *password = "secret";
static const gchar *prefix = "", *stats_file, *elsewhere = "http://127.0.0.1:1";
static gchar **answer_files, **delays, **breakages;

static const GOptionEntry entries[] = {
  { "answers", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &answer_files, "JSON: path -> answer", "FILE" },
  { "private", 0, 0, G_OPTION_ARG_NONE, &private, "Answer only who is logged in", NULL },
  { "user", 0, 0, G_OPTION_ARG_FILENAME, &user, "Who may log in", "NAME" },
  { "password", 0, 0, G_OPTION_ARG_FILENAME, &password, "And how", "TEXT" },
  { "prefix", 0, 0, G_OPTION_ARG_STRING, &prefix, "Where the server begins", "/PATH" },
  { "no-cookie", 0, 0, G_OPTION_ARG_NONE, &no_cookie, "A token without its cookie, as at IDR",
    NULL },
  { "delay", 0, 0, G_OPTION_ARG_STRING_ARRAY, &delays, "Answer late where PART is in the path",
    "PART=MS" },
  { "break", 0, 0, G_OPTION_ARG_STRING_ARRAY, &breakages,
    "Answer wrongly where PART is in the path", "PART=KIND" },
  { "elsewhere", 0, 0, G_OPTION_ARG_STRING, &elsewhere, "Where broken answers lead", "URL" },
  { "stats", 0, 0, G_OPTION_ARG_FILENAME, &stats_file, "Where to write what was seen", "FILE" },
  { NULL },
};

/* What was seen. */
static struct
{
  gint logins, refused, logouts, with_cookies, with_credentials;
  GHashTable *sessions; /* open ones: names */
  GHashTable *paths;    /* path -> how often */
} seen;

static GHashTable *answers; /* path with its query -> JSON text */
static gchar *token;

/* The value of the PART=VALUE whose PART is in @path, or NULL. */
static const gchar *
find_rule (gchar **rules, const gchar *path)
{
  for (gsize i = 0; rules && rules[i]; i++)
    {
      const gchar *equals = strrchr (rules[i], '=');
      g_autofree gchar *part = equals ? g_strndup (rules[i], equals - rules[i]) : NULL;

      if (part && strstr (path, part))
        return equals + 1;
    }
  return NULL;
}

static void
answer_text (SoupServerMessage *message, guint status, const gchar *type, const gchar *text)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, text, strlen (text));
}

static void
answer_json (SoupServerMessage *message, guint status, const gchar *text)
{
  soup_message_headers_replace (soup_server_message_get_response_headers (message),
                                "X-OMERO-ApiVersion", "0.2");
  answer_text (message, status, "application/json", text);
}

static void
answer_page (SoupServerMessage *message, guint status)
{
  answer_text (
      message, status, "text/html",
      "<!DOCTYPE html>\n<html><head><title>OMERO.web</title></head><body>Page</body></html>\n");
}

static void
redirect (SoupServerMessage *message, guint status, const gchar *base, const gchar *path)
{
  g_autofree gchar *url = g_strconcat (base, path, NULL);

  soup_server_message_set_redirect (message, status, url);
}

static gchar *
build_stats (void)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  GHashTableIter iter;
  gpointer path, count;
  const struct
  {
    const gchar *name;
    gint value;
  } counts[] = { { "logins", seen.logins },
                 { "refused", seen.refused },
                 { "logouts", seen.logouts },
                 { "open", (gint)g_hash_table_size (seen.sessions) },
                 { "with-cookies", seen.with_cookies },
                 { "with-credentials", seen.with_credentials } };

  json_builder_begin_object (builder);
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    json_builder_add_int_value (json_builder_set_member_name (builder, counts[i].name),
                                counts[i].value);
  json_builder_begin_object (json_builder_set_member_name (builder, "paths"));
  g_hash_table_iter_init (&iter, seen.paths);
  while (g_hash_table_iter_next (&iter, &path, &count))
    json_builder_add_int_value (json_builder_set_member_name (builder, path),
                                GPOINTER_TO_INT (count));
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

/* --- Who asks ------------------------------------------------------------------------ */

static gchar *
get_cookie (SoupServerMessage *message, const gchar *name)
{
  const gchar *header
      = soup_message_headers_get_list (soup_server_message_get_request_headers (message), "Cookie");
  GHashTable *cookies = header ? soup_header_parse_semi_param_list_strict (header) : NULL;
  gchar *value = cookies ? g_strdup (g_hash_table_lookup (cookies, name)) : NULL;

  g_clear_pointer (&cookies, soup_header_free_param_list);
  return value;
}

static void
set_cookie (SoupServerMessage *message, const gchar *name, const gchar *value)
{
  g_autofree gchar *cookie = g_strdup_printf ("%s=%s; Path=/; SameSite=Lax", name, value);

  soup_message_headers_append (soup_server_message_get_response_headers (message), "Set-Cookie",
                               cookie);
}

static gboolean
is_logged_in (SoupServerMessage *message)
{
  g_autofree gchar *session = get_cookie (message, "sessionid");

  return session && g_hash_table_contains (seen.sessions, session);
}

static GHashTable *
parse_form (SoupServerMessage *message)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autofree gchar *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

  return soup_form_decode (text);
}

/* What Django wants of a POST: the token of the cookie once more, and where it comes from. NULL:
 * all is well. */
static const gchar *
find_forgery (SoupServerMessage *message, GHashTable *form)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  const gchar *header = soup_message_headers_get_one (headers, "X-CSRFToken");
  const gchar *field = g_hash_table_lookup (form, "csrfmiddlewaretoken");
  const gchar *referer = soup_message_headers_get_one (headers, "Referer");
  const gchar *host = soup_message_headers_get_one (headers, "Host");
  g_autofree gchar *origin = g_strdup_printf ("http://%s/", host ? host : "");
  g_autofree gchar *cookie = get_cookie (message, "csrftoken");

  if (!cookie || strcmp (cookie, token) != 0)
    return "{\"message\":\"CSRF Failed: CSRF cookie not set.\"}";
  if (g_strcmp0 (header, token) != 0 && g_strcmp0 (field, token) != 0)
    return "{\"message\":\"CSRF Failed: CSRF token missing or incorrect.\"}";
  if (!referer || !g_str_has_prefix (referer, origin))
    return "{\"message\":\"CSRF Failed: Referer checking failed - no Referer.\"}";
  return NULL;
}

static void
renew_token (SoupServerMessage *message)
{
  g_free (token);
  token = g_strdup_printf ("%08x%08x", g_random_int (), g_random_int ());
  set_cookie (message, "csrftoken", token);
}

static void
log_in (SoupServerMessage *message, GHashTable *form)
{
  const gchar *forgery = find_forgery (message, form);
  gchar *session;

  seen.refused++;
  if (forgery)
    answer_json (message, 403, forgery);
  else if (g_strcmp0 (g_hash_table_lookup (form, "server"), "1") != 0)
    answer_json (message, 403, "{\"message\":\"Server: Select a valid choice.\"}");
  else if (g_strcmp0 (g_hash_table_lookup (form, "username"), user) != 0
           || g_strcmp0 (g_hash_table_lookup (form, "password"), password) != 0)
    answer_json (
        message, 403,
        "{\"message\":\"Connection not available, please check your user name and password.\"}");
  else
    {
      seen.refused--;
      seen.logins++;
      session = g_strdup_printf ("session-%d", seen.logins);
      set_cookie (message, "sessionid", session);
      renew_token (message);
      g_hash_table_add (seen.sessions, session);
      answer_json (
          message, 200,
          "{\"success\":true,\"eventContext\":{\"sessionId\":1,\"sessionUuid\":\"u\",\"userId\":2,"
          "\"userName\":\"alice\",\"groupId\":3,\"groupName\":\"g\",\"isAdmin\":false,\"eventId\":-"
          "1,"
          "\"eventType\":\"User\",\"memberOfGroups\":[3,1],\"leaderOfGroups\":[]}}");
    }
}

static void
log_out (SoupServerMessage *message, GHashTable *form)
{
  g_autofree gchar *session = get_cookie (message, "sessionid");

  if (find_forgery (message, form))
    answer_page (message, 403);
  else
    {
      if (session && g_hash_table_remove (seen.sessions, session))
        seen.logouts++;
      redirect (message, 302, prefix, "/webclient/");
    }
}

/* --- What is answered ---------------------------------------------------------------- */

/* JSON that a parser which recurses does not survive. */
static void
answer_deep (SoupServerMessage *message)
{
  gchar *text = g_malloc (2 * DEEP);

  memset (text, '[', DEEP);
  memset (text + DEEP, ']', DEEP);
  soup_server_message_set_status (message, 200, NULL);
  soup_server_message_set_response (message, "application/json", SOUP_MEMORY_TAKE, text, 2 * DEEP);
}

static void
answer_broken (SoupServerMessage *message, const gchar *kind, const gchar *path)
{
  static const struct
  {
    const gchar *kind;
    guint status;
    const gchar *json; /* NULL: a page */
  } simple[] = {
    { "page", 200, NULL },
    { "404-page", 404, NULL },
    { "500-page", 500, NULL },
    { "404", 404, "{\"message\":\"Image not found\",\"stacktrace\":\"Traceback\"}" },
    { "400", 400, "{\"message\":\"limit: bad\\nvalue\"}" },
    { "403", 403, "{\"message\":\"Not logged in\"}" },
    { "500", 500,
      "{\"message\":\"::Ice::ConnectionLost\",\"stacktrace\":\"Traceback (most recent call "
      "last)\"}" },
    { "echo", 403, "{\"message\":\"no user alice with password secret here\"}" },
    { "cut", 200, "{\"data\":{\"@id\":60012" },
    { "number", 200, "42" },
    { "empty", 200, "{\"data\":[]}" },
    { "wrong-types", 200,
      "{\"data\":{\"@id\":\"6001240\",\"Name\":[],\"Pixels\":7},\"paths\":{\"a\":1},"
      "\"annotations\":[3,{\"values\":"
      "[[1,2],[\"a\"],\"b\"]}],\"client\":[1,null]}" },
    { "exception", 200,
      "{\"Exception\":\"Error instantiating pixel buffer: /OMERO/ManagedRepository\"}" },
    { "busy", 200, "{\"ConcurrencyException\":{\"backOff\":700}}" },
    { "no", 200, "{\"success\":false}" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (simple); i++)
    if (strcmp (simple[i].kind, kind) == 0)
      {
        if (simple[i].json)
          answer_json (message, simple[i].status, simple[i].json);
        else
          answer_page (message, simple[i].status);
        return;
      }
  if (strcmp (kind, "deep") == 0)
    answer_deep (message);
  else if (strcmp (kind, "login") == 0)
    redirect (message, 302, prefix, "/webclient/login/");
  else if (strcmp (kind, "302") == 0)
    redirect (message, 302, elsewhere, path);
  else if (strcmp (kind, "307") == 0)
    redirect (message, 307, elsewhere, path);
  else
    answer_text (message, 501, "text/plain", "no such kind of failure");
}

/* What the files say; else what OMERO.web says of what it does not know. */
static void
answer_data (SoupServerMessage *message, const gchar *path, const gchar *full)
{
  const gchar *text = g_hash_table_lookup (answers, full);
  const gboolean api = g_str_has_prefix (path, "/api/");

  if (private && !is_logged_in (message))
    {
      if (api)
        answer_json (message, 403, "{\"message\":\"Not logged in\"}");
      else
        redirect (message, 302, prefix, "/webclient/login/");
    }
  else if (text)
    answer_json (message, 200, text);
  else if (g_str_has_prefix (path, "/api/v0/m/"))
    answer_json (message, 404, "{\"message\":\"Image 1 not found\",\"stacktrace\":\"Traceback\"}");
  else if (g_str_has_prefix (path, "/webclient/api/annotations/"))
    answer_json (message, 200, "{\"annotations\":[],\"experimenters\":[]}");
  else if (g_str_has_prefix (path, "/webclient/api/paths_to_object/"))
    answer_json (message, 200, "{\"paths\":[]}");
  else if (g_str_has_prefix (path, "/webgateway/original_file_paths/"))
    answer_json (message, 200, "{}");
  else
    answer_page (message, 404);
}

static void
answer_session (SoupServerMessage *message, const gchar *path)
{
  const gboolean post = soup_server_message_get_method (message) == SOUP_METHOD_POST;
  g_autoptr (GHashTable) form = parse_form (message);
  g_autofree gchar *data = g_strdup_printf ("{\"data\":\"%s\"}", token);

  if (strcmp (path, "/api/v0/token/") == 0)
    {
      if (!no_cookie)
        set_cookie (message, "csrftoken", token);
      answer_json (message, 200, data);
    }
  else if (strcmp (path, "/api/v0/servers/") == 0)
    answer_json (
        message, 200,
        "{\"data\":[{\"id\":1,\"host\":\"localhost\",\"port\":4064,\"server\":\"omero\"}]}");
  else if (strcmp (path, "/api/v0/login/") == 0 && post)
    log_in (message, form);
  else if (strcmp (path, "/api/v0/login/") == 0)
    answer_json (message, 405,
                 "{\"message\":\"POST only with username, password, server and csrftoken\"}");
  else if (strcmp (path, "/webclient/logout/") == 0 && post)
    log_out (message, form);
  else
    answer_page (message, 200);
}

/* --- Serving ------------------------------------------------------------------------- */

static void
note (SoupServerMessage *message, const gchar *path)
{
  SoupMessageHeaders *headers = soup_server_message_get_request_headers (message);
  g_autoptr (GHashTable) form = parse_form (message);
  gpointer count = g_hash_table_lookup (seen.paths, path);

  g_hash_table_replace (seen.paths, g_strdup (path), GINT_TO_POINTER (GPOINTER_TO_INT (count) + 1));
  seen.with_cookies += soup_message_headers_get_one (headers, "Cookie") != NULL;
  seen.with_credentials += g_hash_table_contains (form, "password");
}

static gboolean
resume (gpointer message)
{
  soup_server_message_unpause (message);
  return G_SOURCE_REMOVE;
}

static void
serve (SoupServer *server, SoupServerMessage *message, const char *whole_path, GHashTable *query,
       gpointer data)
{
  static const gchar *const session_paths[]
      = { "/api/v0/token/",     "/api/v0/servers/",  "/api/v0/login/",
          "/webclient/logout/", "/webclient/login/", NULL };
  const gchar *path = g_str_has_prefix (whole_path, prefix) ? whole_path + strlen (prefix) : "";
  const gchar *asked = g_uri_get_query (soup_server_message_get_uri (message));
  g_autofree gchar *full = asked ? g_strconcat (path, "?", asked, NULL) : g_strdup (path);
  const gchar *broken = find_rule (breakages, full), *delay = find_rule (delays, full);

  if (strcmp (whole_path, "/stats") == 0)
    {
      g_autofree gchar *stats = build_stats ();

      answer_json (message, 200, stats);
      return;
    }
  note (message, path);
  if (broken)
    answer_broken (message, broken, full);
  else if (g_strv_contains (session_paths, path))
    answer_session (message, path);
  else
    answer_data (message, path, full);
  if (delay)
    {
      soup_server_message_pause (message);
      g_timeout_add_full (G_PRIORITY_DEFAULT, (guint)g_ascii_strtoull (delay, NULL, 10), resume,
                          g_object_ref (message), g_object_unref);
    }
}

static void
read_answers (const gchar *file)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) error = NULL;
  JsonObjectIter iter;
  const gchar *path;
  JsonNode *node;

  if (!json_parser_load_from_file (parser, file, &error))
    g_error ("%s: %s", file, error->message);
  json_object_iter_init (&iter, json_node_get_object (json_parser_get_root (parser)));
  while (json_object_iter_next (&iter, &path, &node))
    g_hash_table_replace (answers, g_strdup (path), json_to_string (node, FALSE));
}

static gboolean
stop (GIOChannel *channel, GIOCondition condition, gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (SoupServer) server = soup_server_new (NULL, NULL);
  g_autoptr (GIOChannel) channel = g_io_channel_unix_new (0);
  g_autoptr (GError) error = NULL;
  g_autofree gchar *stats = NULL;
  GSList *uris;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error)
      || !soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error))
    {
      g_printerr ("omero-server: %s\n", error->message);
      return 1;
    }
  answers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  seen.sessions = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  seen.paths = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  token = g_strdup ("0123456789abcdef");
  for (gsize i = 0; answer_files && answer_files[i]; i++)
    read_answers (answer_files[i]);
  soup_server_add_handler (server, NULL, serve, NULL, NULL);
  uris = soup_server_get_uris (server);
  g_print ("%d\n", g_uri_get_port (uris->data));
  g_slist_free_full (uris, (GDestroyNotify)g_uri_unref);
  g_io_add_watch (channel, G_IO_IN | G_IO_HUP, stop, loop);
  g_main_loop_run (loop);
  stats = build_stats ();
  return stats_file && !g_file_set_contents (stats_file, stats, -1, NULL);
}
