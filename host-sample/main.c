/* The lamina command: finds the sub-command, and says what went wrong
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "command.h"

#include "text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const Command *const commands[]
    = { &command_list, &command_inspect, &command_info, &command_run,
#ifdef LAMINA_VIPS_LIBDIR
        &command_vips_home
#endif
      };

/* One line on stderr, in the place of a progress line that may be there. */
static void
say (const gchar *prefix, const gchar *message)
{
  g_autofree gchar *clean = text_clean (message);

  fprintf (stderr, "%slamina: %s%s\n", isatty (STDERR_FILENO) ? "\r\033[K" : "", prefix, clean);
}

/* Warnings are for people too; what is less is for those who set G_MESSAGES_DEBUG. */
static GLogWriterOutput
write_log (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer unused)
{
  if ((level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING)) == 0)
    return g_log_writer_default (level, fields, n_fields, NULL);
  for (gsize i = 0; i < n_fields; i++)
    if (strcmp (fields[i].key, "MESSAGE") == 0)
      say ("warning: ", fields[i].value);
  return G_LOG_WRITER_HANDLED;
}

/* --- For the sub-commands ------------------------------------------------------------ */

gint
command_refuse (const Command *command, const gchar *format, ...)
{
  g_autofree gchar *message = NULL, *line = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  line = g_strdup_printf ("%s; see \"lamina %s --help\"", message, command->name);
  say ("", line);
  return STATUS_USAGE;
}

gint
command_fail (const GError *error, LaminaJob *job)
{
  if (job != NULL && g_cancellable_is_cancelled (G_CANCELLABLE (job)))
    return STATUS_INTERRUPTED;
  say ("", error->message);
  return g_error_matches (error, LAMINA_ERROR, LAMINA_ERROR_CHAIN) ? STATUS_USAGE : STATUS_FAILED;
}

gboolean
command_parse (const Command *command, const GOptionEntry *entries, gchar **argv, gint *status)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) rest = g_strdupv (argv);
  g_autofree gchar *name = g_strconcat ("lamina ", command->name, NULL);
  gboolean help = FALSE;
  const GOptionEntry own[]
      = { { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this help", NULL }, { NULL } };

  /* GLib's own help would go through the locale, which may not have its letters. */
  g_set_prgname (name);
  g_option_context_set_help_enabled (context, FALSE);
  g_option_context_set_summary (context, command->summary);
  g_option_context_set_description (context, command->details);
  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_add_main_entries (context, own, NULL);

  if (!g_option_context_parse_strv (context, &rest, &error))
    {
      *status = command_refuse (command, "%s", error->message);
      return FALSE;
    }
  if (help)
    {
      g_autofree gchar *text = g_option_context_get_help (context, TRUE, NULL);

      fputs (text, stdout);
      *status = STATUS_DONE;
      return FALSE;
    }
  return TRUE;
}

/* --- The command itself ------------------------------------------------------------------ */

static void
print_usage (FILE *stream)
{
  fputs ("Usage:\n", stream);
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    {
      g_autofree gchar *call = g_strdup_printf ("%s %s", commands[i]->name, commands[i]->arguments);

      fprintf (stream, "  lamina %-32s %s\n", call, commands[i]->summary);
    }
  fprintf (stream, "  lamina %-32s %s\n", "help COMMAND", "More about one of these");
}

static gint
print_help (void)
{
  puts ("lamina analyses microscopy images where they lie: plug-ins bring operations, and a chain\n"
        "of operations reads images plane by plane and writes what they become.\n");
  print_usage (stdout);
  puts ("\n"
        "Options:\n"
        "  -h, --help     this help\n"
        "  -V, --version  the version\n"
        "\n"
        "Environment:\n"
        "  LAMINA_PLUGIN_PATH  folders with plug-ins, joined by \":\", instead of\n"
        "                      " LAMINA_PLUGIN_DIR "\n"
        "\n"
        "Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted.");
  return STATUS_DONE;
}

static void
refuse_word (const gchar *word)
{
  g_autoptr (GString) names = g_string_new (NULL);
  g_autofree gchar *message = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    g_string_append_printf (names, "%s, ", commands[i]->name);
  message = g_strdup_printf (
      "There is no command \"%s\": there are %sand help; see \"lamina --help\"", word, names->str);
  say ("", message);
}

static gint
dispatch (gint argc, gchar **argv)
{
  const gchar *word = argc > 1 ? argv[1] : "";
  gboolean for_help = strcmp (word, "help") == 0;
  gchar *help[] = { argv[0], (gchar[]){ "--help" }, NULL };

  if (for_help && argc > 2)
    word = argv[2];
  else if (for_help || strcmp (word, "--help") == 0 || strcmp (word, "-h") == 0)
    return print_help ();
  if (strcmp (word, "--version") == 0 || strcmp (word, "-V") == 0)
    {
      puts ("lamina " LAMINA_VERSION);
      return STATUS_DONE;
    }
  if (argc < 2)
    {
      print_usage (stderr);
      return STATUS_USAGE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (strcmp (word, commands[i]->name) == 0)
      return commands[i]->run (commands[i], for_help ? help : argv + 1);

  refuse_word (word);
  return STATUS_USAGE;
}

int
main (int argc, char **argv)
{
  gint status;

  /* A reader that has gone and a full quota are errors to report, no reasons to die. */
  signal (SIGPIPE, SIG_IGN);
  signal (SIGXFSZ, SIG_IGN);
  g_set_prgname ("lamina");
  g_log_set_writer_func (write_log, NULL, NULL);

  status = dispatch (argc, argv);
  if ((fflush (stdout) != 0 || ferror (stdout)) && status == STATUS_DONE)
    {
      g_autofree gchar *message
          = g_strdup_printf ("Cannot write to the standard output: %s", g_strerror (errno));

      say ("", message);
      status = STATUS_FAILED;
    }
  return status;
}
