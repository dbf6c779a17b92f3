/* What the sub-commands of lamina have in common
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "lamina.h"

/* Exit statuses. */
enum
{
  STATUS_DONE = 0,
  STATUS_FAILED = 1,
  STATUS_USAGE = 2,
  STATUS_INTERRUPTED = 130
};

typedef struct _Command Command;

struct _Command
{
  const gchar *name;
  const gchar *arguments; /* "OPERATION", for the usage */
  const gchar *summary;   /* a line */
  const gchar *details;   /* paragraphs, with examples */

  /* Returns the exit status. */
  gint (*run) (const Command *command, gchar **argv);
};

extern const Command command_list, command_inspect, command_info, command_run, command_vips_home;

/* Understands the options of @argv, which stay the caller's. FALSE where that is all, with the exit
 * @status: --help was asked for and is printed, or an option is wrong and that was said. */
gboolean command_parse (const Command *command, const GOptionEntry *entries, gchar **argv,
                        gint *status);

/* Says on stderr, in one line, that the command line is wrong. Returns the exit status. */
gint command_refuse (const Command *command, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

/* Says on stderr, in one line, what went wrong; nothing where @job, which may be NULL, was
 * cancelled. Returns the exit status. */
gint command_fail (const GError *error, LaminaJob *job);
