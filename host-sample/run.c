/* lamina run: opens a chain, computes it, writes its outputs
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "command.h"

#include "progress.h"
#include "worker.h"

#include <string.h>

#define MAX_THREADS 1024

typedef struct
{
  const gchar *description;
  gchar **outputs; /* each "NAME=FILE"; or NULL */
} Run;

static gboolean
compute (gpointer data, LaminaJob *job, GError **error)
{
  const Run *run = data;
  GCancellable *cancellable = G_CANCELLABLE (job);
  g_autoptr (LaminaChain) chain = lamina_chain_open (run->description, cancellable, error);

  if (chain == NULL)
    return FALSE;
  for (gchar **output = run->outputs; output != NULL && *output != NULL; output++)
    {
      const gchar *file = strchr (*output, '=') + 1;
      g_autofree gchar *name = g_strndup (*output, (gsize)(file - 1 - *output));

      if (!lamina_chain_write (chain, name, file, cancellable, error))
        return FALSE;
    }
  return lamina_chain_run (chain, job, error);
}

static gint
execute (Run *run, gint n_threads, gboolean quiet)
{
  g_autoptr (LaminaJob) job = lamina_job_new (n_threads);
  g_autoptr (Progress) progress = progress_new (job);
  g_autoptr (GError) error = NULL;
  gboolean done = worker_run (compute, run, job, quiet ? NULL : progress_show, progress, &error);

  if (!quiet)
    progress_wipe (progress);
  if (!done)
    return command_fail (error, job);
  if (!quiet)
    progress_print_figures (progress);
  return STATUS_DONE;
}

static gboolean
is_output (const gchar *text)
{
  const gchar *equals = strchr (text, '=');

  return equals != NULL && equals > text && equals[1] != '\0';
}

/* Whether one of @outputs before @this goes to the same file. */
static gboolean
is_written (gchar **outputs, gchar **this)
{
  for (gchar **output = outputs; output < this; output++)
    if (g_str_equal (strchr (*output, '='), strchr (*this, '=')))
      return TRUE;
  return FALSE;
}

static gint
run_run (const Command *command, gchar **argv)
{
  g_auto (GStrv) rest = NULL, outputs = NULL;
  gint n_threads = 0, status;
  gboolean quiet = FALSE;
  const GOptionEntry entries[]
      = { { "output", 'o', 0, G_OPTION_ARG_FILENAME_ARRAY, &outputs,
            "Write an output of the chain to a file, or a folder/; may be repeated",
            "OUTPUT=FILE" },
          { "threads", 'j', 0, G_OPTION_ARG_INT, &n_threads,
            "Compute on so many threads (default: one a processor)", "THREADS" },
          { "quiet", 'q', 0, G_OPTION_ARG_NONE, &quiet, "Show no progress and no figures", NULL },
          { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, "'CHAIN'" },
          { NULL } };
  Run run;

  if (!command_parse (command, entries, argv, &status))
    return status;
  if (rest == NULL || rest[1] != NULL)
    return command_refuse (command, "Give one chain, in quotes");
  if (n_threads < 0 || n_threads > MAX_THREADS)
    return command_refuse (command, "-j takes 1 to %d threads, or 0 for one a processor",
                           MAX_THREADS);
  for (gchar **output = outputs; output != NULL && *output != NULL; output++)
    if (!is_output (*output))
      return command_refuse (command, "-o takes OUTPUT=FILE, not \"%s\"", *output);
    else if (is_written (outputs, output))
      return command_refuse (command, "-o \"%s\": another output goes there, too", *output);

  lamina_plugin_load_all ();
  run = (Run){ rest[0], outputs };
  return execute (&run, n_threads, quiet);
}

const Command command_run = {
  .name = "run",
  .arguments = "'CHAIN' [-o OUTPUT=FILE]...",
  .summary = "Compute a chain and write its outputs",
  .details
  = "A chain is operations joined by \"!\", each with its parameters: NAME x=1 y='two words' !\n"
    "NAME z=3. An operation takes what those to its left give. \"lamina list\" names them,\n"
    "\"lamina inspect OPERATION\" tells their parameters and outputs. Whole numbers may end in K, "
    "M\n"
    "or G (powers of 1024).\n"
    "\n"
    "The ending of FILE chooses how it is written: \"labels=pictures/\" makes a PNG of each "
    "plane,\n"
    "\"objects=objects.csv\" a table. Without -o, the tables of the last operation (or its image)\n"
    "are computed for the figures only. These come in the end, as one line:\n"
    "\n"
    "  planes 100, objects 1834, missing-chunks 0, bytes 2115342, retries 0, seconds 0.28, …\n"
    "\n"
    "Example:\n"
    "  lamina run 'SOURCE location=film.zarr z=0-9 ! SEGMENTATION sigma=1' \\\n"
    "    -o labels=pictures/ -o objects=objects.csv\n"
    "\n"
    "Exit status: 0 done, 1 failed, 2 wrong usage, 130 interrupted. A failure leaves no file\n"
    "half-written.\n",
  .run = run_run,
};
